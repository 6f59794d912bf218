"""Search over what is public: a page, the same as JSON, suggestions, and how browsers may ask."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from core.addresses import full_address, in_language
from core.dates import today
from core.languages import html_language, language_codes
from core.networks import client_network
from core.rate_limits import Limit, is_within
from core.selectors import find_agency
from search.choices import EntryKind
from search.matching import MOST, Scope, TooBroadError
from search.selectors import MOST_ELSEWHERE, Results
from search.selectors import search as find_results
from search.suggestions import suggest as find_suggestions
from search.text.query import MAX_LENGTH, NO_QUERY

if TYPE_CHECKING:
    from django.http import HttpRequest

    from search.glossary import Definition
    from search.selectors import Hit

#: Of a network, which many people may share.
SEARCHES = Limit("search", 120, dt.timedelta(minutes=1))
SUGGESTIONS = Limit("search-suggest", 600, dt.timedelta(minutes=1))
_HIGHEST_PAGE = 9_999


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found by what the reader typed; `format=json` gives it to programs."""
    asked = request.GET.get("q", "")
    is_json = request.GET.get("format") == "json"
    kind = request.GET.get("kind", "")
    kind = kind if kind in EntryKind.values else ""
    with_past = request.GET.get("past") == "1"
    scope = Scope(locale=get_language() or "en", on=today(), with_past=with_past)
    problem, status, results = "", 200, Results(query=NO_QUERY)
    if asked.strip() and not _may(request, SEARCHES):
        problem, status = "often", 429
    else:
        try:
            results = find_results(
                text=asked, scope=scope, languages=language_codes(), kind=kind, page=_read_page(request)
            )
        except TooBroadError:
            problem = "broad"
    if is_json:
        return _private(JsonResponse(_as_data(asked, results, problem), status=status))
    context = {
        "query": results.query.text or " ".join(asked.split())[:MAX_LENGTH],
        "results": results,
        "problem": problem,
        "kind": kind,
        "with_past": with_past,
        "max_query": MAX_LENGTH,
        "most": MOST,
        "most_elsewhere": MOST_ELSEWHERE,
        "tabs": _tabs(request, results, kind),
        "elsewhere": [
            {"code": code, "count": count, "url": f"{in_language(request.path, code)}?{_keep(request, 'q', 'past')}"}
            for code, count in results.elsewhere.items()
        ],
        "meant_url": _address(request, q=results.meant),
        "past_url": _address(request, past="1"),
        "previous_url": _address(request, page=results.page - 1),
        "next_url": _address(request, page=results.page + 1),
    }
    response = _private(render(request, "search/search.html", context, status=status))
    # What people look for is nobody's business: no shared cache keeps it, no index lists it.
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Give suggestions as OpenSearch has them: `[what was typed, [suggestions]]`."""
    typed = request.GET.get("q", "")[:MAX_LENGTH]
    found: list[str] = []
    status = 200
    if typed.strip():
        if _may(request, SUGGESTIONS):
            found = find_suggestions(text=typed, scope=Scope(locale=get_language() or "en", on=today()))
        else:
            status = 429
    response = JsonResponse([typed, found], safe=False, status=status)
    response["Content-Type"] = "application/x-suggestions+json"
    return _private(response)


@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    """Describe the search to browsers (OpenSearch 1.1)."""
    language = get_language() or "en"
    agency = find_agency(language)
    context = {
        "name": (agency.site_name or agency.name)[:48] if agency else "Avow",
        "page": full_address(reverse("search:search")) + "?q={searchTerms}",
        "data": full_address(reverse("search:suggest")) + "?q={searchTerms}",
    }
    content_type = "application/opensearchdescription+xml"
    response = render(request, "search/opensearch.xml", context, content_type=content_type)
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _may(request: HttpRequest, limit: Limit) -> bool:
    """Count a request; those of this machine itself stand for nobody in particular, and are the proxy's to limit."""
    network = client_network(request)
    return not network or is_within(limit, network, at=timezone.now())


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


def _read_page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return min(int(text), _HIGHEST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _tabs(request: HttpRequest, results: Results, kind: str) -> list[dict[str, object]]:
    if len(results.counts) < 2 and not kind:
        return []
    tabs: list[dict[str, object]] = [
        {"label": "", "count": sum(results.counts.values()), "url": _address(request, kind=""), "is_current": not kind}
    ]
    tabs += [
        {
            "label": one.label,
            "count": results.counts.get(one.value, 0),
            "url": _address(request, kind=one.value),
            "is_current": kind == one.value,
        }
        for one in EntryKind
        if one.value in results.counts or one.value == kind
    ]
    return tabs


def _keep(request: HttpRequest, *names: str) -> str:
    return urlencode({name: request.GET[name][:MAX_LENGTH] for name in names if request.GET.get(name)})


def _address(request: HttpRequest, **changed: object) -> str:
    """Return this page's address with some parameters changed; another search begins at its first page."""
    values = {name: request.GET.get(name, "")[:MAX_LENGTH] for name in ("q", "kind", "past")}
    values |= {name: str(value) for name, value in changed.items()}
    return f"{request.path}?{urlencode({name: value for name, value in values.items() if value})}"


def _as_data(asked: str, results: Results, problem: str) -> dict[str, Any]:
    return {
        "query": results.query.text or asked[:MAX_LENGTH],
        "problem": problem or None,
        "definition": _definition_as_data(results.definition),
        "total": results.total,
        "has_more_than_counted": results.is_capped,
        "counts": results.counts,
        "other_languages": {
            code: {"total": min(number, MOST_ELSEWHERE), "has_more_than_counted": number > MOST_ELSEWHERE}
            for code, number in results.elsewhere.items()
        },
        "did_you_mean": results.meant or None,
        "searched_for_parts": list(results.parts),
        "page": results.page,
        "pages": results.pages,
        "hits": [_hit_as_data(hit) for hit in results.hits],
    }


def _definition_as_data(definition: Definition | None) -> dict[str, str] | None:
    if definition is None:
        return None
    return {"term": definition.term, "meaning": definition.meaning, "source": definition.source}


def _hit_as_data(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "language": html_language(hit.locale),
        "title": hit.title,
        "number": hit.number,
        "heading": "".join(piece.text for piece in hit.heading),
        "snippet": [[piece.text, piece.is_marked] for piece in hit.snippet],
        "url": full_address(hit.address),
        "edition": hit.edition or None,
        "is_in_force": hit.is_in_force,
        "first_day": hit.first_day,
        "last_day": hit.last_day,
    }
