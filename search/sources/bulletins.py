"""The bulletins of the archive: what was sent, never the pages on which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, Value
from django.db.models.functions import Cast

from core.dates import civil_date
from newsletters.addresses import archive_path
from newsletters.articles import Article, Change, Heading, Item, LinkList, Picture, Prose
from newsletters.choices import MailingKind
from newsletters.models import Mailing, MailingBody
from newsletters.selectors import archived_bodies, archived_mailings
from policies.text.plain import plain_text
from search.choices import EntryKind
from search.sources.base import Content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from django.db.models import QuerySet

    from newsletters.articles import ArticleBlock


class BulletinSource:
    """A bulletin that was sent is one unit, with an entry for each language that it was written in.

    Alerts are in the archive too and are left out: the editions that they tell of are found themselves.
    """

    name = "bulletins"

    def fingerprints(self, names: Collection[str] | None = None) -> dict[str, str]:
        mailings = _sent()
        if names is not None:
            mailings = mailings.filter(pk__in=[name for name in names if name.isdecimal()])
        # Bodies never change: which there are says all.
        rows = (
            MailingBody.objects.filter(variant="", mailing__in=mailings.values("pk"))
            .order_by()
            .values("mailing", "mailing__frozen_at")
            .annotate(bodies=StringAgg(Cast("pk", CharField()), Value(","), order_by="pk"))
            .values_list("mailing", "mailing__frozen_at", "bodies")
        )
        return {str(mailing): f"{frozen_at} {bodies}" for mailing, frozen_at, bodies in rows}

    def build(self, name: str) -> Iterable[Content]:
        mailing = _sent().filter(pk=name).first()
        if mailing is None or mailing.frozen_at is None:
            return
        for locale, body in archived_bodies(mailing).items():
            article = Article.from_data(body.article)
            yield Content(
                kind=EntryKind.BULLETIN,
                locale=locale,
                title=article.title,
                heading=article.title,
                body="\n".join(filter(None, _words(article))),
                address=archive_path(mailing.pk, locale),
                applies_from=civil_date(mailing.frozen_at),
            )


def _sent() -> QuerySet[Mailing]:
    return archived_mailings().filter(kind=MailingKind.BULLETIN)


def _words(article: Article) -> Iterator[str]:
    yield article.summary
    for block in article.blocks:
        yield from _words_of(block)


def _words_of(block: ArticleBlock) -> Iterator[str]:
    match block:
        case Heading():
            yield block.text
        case Prose():
            yield plain_text(block.html)
        case LinkList():
            yield block.title
            yield from (link.text for link in block.links)
        case Picture():
            yield block.alt
        case Change():
            yield from (block.title, block.note, *(clause.label for clause in block.clauses))
        case Item():
            yield from (block.title, block.summary)
