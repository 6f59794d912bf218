"""Writing the bodies of a mailing from its articles, and those for readers whose language has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.languages import html_language, language_codes, language_name
from core.mail import MailContent, render_mail
from newsletters.addresses import archive_url
from newsletters.articles import Article
from newsletters.choices import MailingKind
from newsletters.models import Mailing, MailingBody, Topic, TopicText
from newsletters.services.mailings import add_body

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

#: The folder of templates for each kind of mailing that has an article.
TEMPLATES = {
    MailingKind.ALERT: "alert",
    MailingKind.BULLETIN: "bulletin",
    MailingKind.DIGEST: "digest",
    MailingKind.TEST: "bulletin",
}


def write_bodies(*, mailing: Mailing, articles: Mapping[str, Article], at: dt.datetime) -> list[MailingBody]:
    """Keep one body for each of `articles`, by language, that the mailing has not got yet; return the new ones."""
    present = set(mailing.bodies.filter(variant="").values_list("locale", flat=True))
    return [
        _write(mailing, article, frame=language, variant="", at=at)
        for language, article in articles.items()
        if language not in present
    ]


def write_fallbacks(*, mailing: Mailing, at: dt.datetime) -> list[MailingBody]:
    """Keep a body for each language of readers that has none; return the new ones.

    It has the words of the first of the mailing's `fallback_languages` that has a body, and says so in the readers' own.
    """
    bodies = {(body.locale, body.variant): body for body in mailing.bodies.order_by("pk")}
    own = {locale: body for (locale, variant), body in bodies.items() if not variant}
    words = next((own[code] for code in mailing.fallback_languages if code in own), None)
    if words is None:
        return []
    article = Article.from_data(words.article)
    return [
        _write(mailing, article, frame=code, variant=words.locale, at=at)
        for code in language_codes()
        if code not in own and (code, words.locale) not in bodies
    ]


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


def _write(mailing: Mailing, article: Article, *, frame: str, variant: str, at: dt.datetime) -> MailingBody:
    address = archive_url(mailing.pk, article.language)
    template = TEMPLATES[MailingKind(mailing.kind)]
    content = render_article(article, template=template, frame=frame, topic=mailing.topic, address=address)
    return add_body(
        mailing=mailing,
        locale=frame,
        variant=variant,
        content=content,
        headers={"Archived-At": f"<{address}>"},  # RFC 5064
        article=article.to_data(),
        at=at,
    )
