"""Reads over what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.languages import language_codes
from newsletters.articles import Article
from newsletters.choices import MailingKind, MailingState
from newsletters.models import Mailing, MailingBody, Topic, TopicText
from policies.models import NoteCorrection

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

#: What the archive holds. Digests only repeat it, and system mail and tests are nobody else's business.
_ARCHIVED = (MailingKind.BULLETIN, MailingKind.ALERT)


@dataclass(frozen=True, slots=True)
class Archived:
    """Something that was sent, for a reader of one language: `language` is that of `title` and `summary`."""

    number: int
    sent_at: dt.datetime
    language: str
    title: str
    summary: str
    languages: tuple[str, ...]
    topic: str


def archived_mailings(topic: Topic | None = None) -> QuerySet[Mailing]:
    """Return what the archive holds, newest first; all of it, or what was sent on `topic`."""
    mailings = Mailing.objects.filter(kind__in=_ARCHIVED, frozen_at__isnull=False, topic__isnull=False)
    if topic is not None and topic.policy_id is None and topic.kind == "alert":
        mailings = mailings.filter(kind=MailingKind.ALERT)
    elif topic is not None:
        mailings = mailings.filter(topic=topic)
    return mailings.exclude(state=MailingState.CANCELLED).order_by("-frozen_at", "-pk")


def list_archive(
    *, language: str, topic: Topic | None = None, before: int | None = None, limit: int = 10
) -> list[Archived]:
    """Return what was sent, newest first, from the one before the number `before` on (3 queries).

    Where something has no text in `language`, its words in another one are given, and named as such.
    """
    mailings = archived_mailings(topic)
    if before is not None:
        last = mailings.filter(pk=before).values_list("frozen_at", flat=True).first()
        if last is None:
            return []
        mailings = mailings.filter(frozen_at__lte=last).exclude(frozen_at=last, pk__gte=before)
    found = list(mailings[:limit])
    bodies: dict[int, dict[str, MailingBody]] = {}
    wanted = MailingBody.objects.filter(mailing__in=[mailing.pk for mailing in found], variant="")
    for body in wanted.defer("html", "text", "headers").order_by("pk"):
        bodies.setdefault(body.mailing_id, {})[body.locale] = body
    names = _topic_names({mailing.topic_id or 0 for mailing in found}, language)
    return [
        _archived(mailing, bodies[mailing.pk], language, names.get(mailing.topic_id or 0, ""))
        for mailing in found
        if mailing.pk in bodies
    ]


def find_archived(number: int) -> Mailing | None:
    """Return the mailing with that number if the archive holds it, or held it before it was cancelled."""
    mailings = Mailing.objects.filter(kind__in=_ARCHIVED, frozen_at__isnull=False).select_related("topic")
    return mailings.filter(pk=number).first()


def archived_bodies(mailing: Mailing) -> dict[str, MailingBody]:
    """Return the body of each language that a mailing has words in."""
    return {body.locale: body for body in mailing.bodies.filter(variant="").order_by("pk")}


def find_note_correction(text: int) -> NoteCorrection | None:
    """Return the newest correction of the change note of an edition text."""
    return NoteCorrection.objects.filter(text=text).order_by("-sequence").first()


def topic_text(topic: Topic, language: str) -> TopicText | None:
    """Return how a topic introduces itself in a language, or else in the first it has."""
    texts = {text.locale: text for text in topic.texts.order_by("pk")}
    return texts.get(language) or next((texts[code] for code in language_codes() if code in texts), None)


def _topic_names(topics: Iterable[int], language: str) -> dict[int, str]:
    texts = TopicText.objects.filter(topic__in=list(topics), locale=language).order_by("pk")
    return dict(texts.values_list("topic", "name"))


def _archived(mailing: Mailing, bodies: dict[str, MailingBody], language: str, topic: str) -> Archived:
    own = language if language in bodies else next(code for code in (*language_codes(), *bodies) if code in bodies)
    article = Article.from_data(bodies[own].article)
    return Archived(
        number=mailing.pk,
        sent_at=mailing.frozen_at or mailing.created_at,
        language=own,
        title=article.title,
        summary=article.summary,
        languages=tuple(code for code in language_codes() if code in bodies),
        topic=topic,
    )
