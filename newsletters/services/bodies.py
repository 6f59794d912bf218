"""Writing the bodies of a mailing from its articles, and those for readers whose language has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.languages import language_codes
from newsletters.addresses import archive_url
from newsletters.articles import Article
from newsletters.choices import MailingKind
from newsletters.rendering import render_article
from newsletters.services.mailings import add_body

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from newsletters.models import Mailing, MailingBody

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
