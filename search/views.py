"""Search over what is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from core.dates import today
from search.selectors import MAX_HITS, MAX_QUERY, find_clauses, normalize_query

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the clauses in force that contain what the reader typed."""
    asked = request.GET.get("q", "")
    query = normalize_query(asked)
    hits = find_clauses(query=query, language=get_language() or "en", on=today()) if query else []
    response = render(
        request,
        "search/search.html",
        {
            "query": query,
            "hits": hits[:MAX_HITS],
            "has_more": len(hits) > MAX_HITS,
            "max_hits": MAX_HITS,
            "is_shortened": len(asked.strip()) > MAX_QUERY,
            "max_query": MAX_QUERY,
        },
    )
    # What people look for is nobody's business: no shared cache, no index.
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
