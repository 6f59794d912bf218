"""Topics as pages show them to a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from core.languages import language_codes
from newsletters.choices import Frequency
from newsletters.models import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """A topic in the reader's words; `language` is that of name and description."""

    topic: Topic
    name: str
    description: str
    language: str

    @property
    def frequencies(self) -> list[Frequency]:
        return [frequency for frequency in Frequency if frequency.value in self.topic.frequencies]

    @property
    def languages(self) -> list[str]:
        return [code for code in language_codes() if code in self.topic.languages]


def list_open_topics(language: str) -> list[ShownTopic]:
    """Return what can be subscribed to, in order (2 queries)."""
    return show_topics(Topic.objects.filter(is_open=True), language)


def show_topics(topics: Iterable[Topic], language: str) -> list[ShownTopic]:
    """Return `topics` in order, in the words of `language` or of the first language that they have words in."""
    ordered = sorted(topics, key=lambda topic: (topic.position, topic.pk))
    prefetch_related_objects(ordered, "texts")
    return [_show(topic, language) for topic in ordered]


def _show(topic: Topic, language: str) -> ShownTopic:
    texts = {text.locale: text for text in topic.texts.all()}
    own = next((code for code in (language, *language_codes()) if code in texts), None)
    if own is None:
        return ShownTopic(topic, topic.slug, "", language)
    return ShownTopic(topic, texts[own].name, texts[own].description, own)
