"""Public pages on which no source of their own is written: their titles and whatever their `search_fields` name."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from wagtail.models import Page
from wagtail.search.index import SearchField

from core.dates import civil_date
from newsletters.models import BulletinPage
from policies.models import PolicyPage
from search.choices import EntryKind
from search.sources.base import Content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

_ALWAYS = dt.date(1970, 1, 1)


class PageSource:
    """A page that is live and open to all is one unit of one entry. Its draft, and what is in it, is never read."""

    name = "pages"

    def fingerprints(self, names: Collection[str] | None = None) -> dict[str, str]:
        pages = _public_pages()
        if names is not None:
            pages = pages.filter(pk__in=[name for name in names if name.isdecimal()])
        rows = pages.values_list("pk", "live_revision_id", "last_published_at", "url_path", "title", "locale_id")
        return {str(row[0]): hashlib.sha256(repr(row).encode()).hexdigest() for row in rows}

    def build(self, name: str) -> Iterable[Content]:
        page = _public_pages().filter(pk=name).first()
        page = page.specific if page else None
        parts = page.get_url_parts() if page else None
        if page is None or parts is None or parts[2] is None:
            return
        published_at = page.first_published_at or page.last_published_at
        yield Content(
            kind=EntryKind.PAGE,
            locale=page.locale.language_code,
            title=page.title,
            heading=page.title,
            body="\n".join(_texts(page)),
            address=parts[2],
            applies_from=civil_date(published_at) if published_at else _ALWAYS,
        )


def _public_pages() -> QuerySet[Page]:
    pages: QuerySet[Page] = (
        Page.objects.live().public().not_type(PolicyPage, BulletinPage).filter(depth__gt=1).order_by("pk")
    )
    return pages


def _texts(page: Page) -> Iterable[str]:
    """Return what the page's search fields say, without its title."""
    for field in page.get_search_fields():
        if isinstance(field, SearchField) and field.field_name != "title":
            yield from filter(None, _flatten(field.get_value(page)))


def _flatten(value: object) -> Iterable[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _flatten(item)
    elif isinstance(value, dict):
        yield from _flatten(list(value.values()))
    elif value is not None:
        yield str(value)
