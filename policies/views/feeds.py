"""A policy's history as an Atom feed (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from core.dates import today
from core.selectors import find_agency
from policies.feeds import write_feed
from policies.selectors import find_first, list_history, list_texts
from policies.views.answers import reader_language

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Editions in a feed: readers that poll once a year still see them all.
LIMIT = 30


@require_safe
def feed(request: HttpRequest, policy: str) -> HttpResponse:
    """Give the newest editions that have a text in the reader's language."""
    language = reader_language()
    editions = list_history(slug=policy, before=None, limit=LIMIT)
    first = find_first(slug=policy)
    if first is None:
        raise Http404
    texts = list_texts(editions=editions, language=language, with_clauses=True)
    agency = find_agency(language)
    body, updated = write_feed(
        path=request.path,
        language=language,
        first=first,
        entries=[(edition, texts[edition.pk]) for edition in editions if edition.pk in texts],
        author=agency.name if agency else "",
        on=today(),
    )
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["Last-Modified"] = http_date(updated.timestamp())
    return response
