"""From an article to a mail in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.languages import html_language, language_name
from core.mail import MailContent, render_mail
from newsletters.models.topics import Topic, TopicText

if TYPE_CHECKING:
    from newsletters.articles import Article


def render_article(
    article: Article, *, template: str, frame: str, topic: Topic | None, address: str = "", **context: Any
) -> MailContent:
    """Return `article` as a mail in a frame in the language `frame`; `address` is where it can be read in a browser."""
    return render_mail(
        template,
        language=frame,
        context={
            "article": article,
            "words_lang": html_language(article.language),
            "is_other_language": article.language != frame,
            "words_language_name": language_name(article.language),
            "topic_name": topic_name(topic, frame),
            "archive_url": address,
            **context,
        },
    )


def topic_name(topic: Topic | None, language: str) -> str:
    """Return the name of a topic in a language, or in another one, or its slug."""
    if topic is None:
        return ""
    names = dict(TopicText.objects.filter(topic=topic).order_by("pk").values_list("locale", "name"))
    return names.get(language) or next(iter(names.values()), topic.slug)
