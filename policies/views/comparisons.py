"""What changed between two editions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import full_address, path_of
from core.dates import today
from core.languages import html_language, language_codes, language_name
from policies.comparisons import get_comparison
from policies.periods import Period
from policies.presentation import explain, list_changes, render_changed, summarize_counts
from policies.selectors import find_text
from policies.text.compare import Comparison, render_redline, render_table
from policies.text.digest import canonical_json
from policies.text.rendering import clause_anchor
from policies.views.answers import (
    Link,
    alternates,
    bad_request,
    edition_link,
    history_link,
    no_such_edition,
    not_found,
    reader_language,
)
from policies.views.editions import find_numbered

if TYPE_CHECKING:
    from django.http import HttpRequest

    from policies.models import Edition, EditionText


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of the three-column table; the cells are HTML of the text engine."""

    anchor: str
    new: SafeString
    old: SafeString
    explanation: str


@require_safe
def comparison(request: HttpRequest, policy: str, old: str, new: str) -> HttpResponse:
    """Show what changed from edition `old` to edition `new`: in the text, as a table, or as JSON."""
    editions = [find_numbered(policy, number) for number in (old, new)]
    for number, edition in zip((old, new), editions, strict=True):
        if edition is None:
            return no_such_edition(request, policy, number)
    first, second = (edition for edition in editions if edition is not None)
    if first.order > second.order:
        address = path_of("policies:compare", policy, second.number, first.number)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    view, wanted = request.GET.get("view", "text"), request.GET.get("format", "html")
    if view not in {"text", "table"} or wanted not in {"html", "json"}:
        return _unknown_view(request)
    language = reader_language()
    texts = [find_text(edition=edition, language=language) for edition in (first, second)]
    if texts[0] is None or texts[1] is None:
        return _missing_text(request, policy, first, second)
    return _answer(request, texts[0], texts[1], view=view, wanted=wanted)


def _answer(request: HttpRequest, old: EditionText, new: EditionText, *, view: str, wanted: str) -> HttpResponse:
    periods = [Period(text.edition, today()) for text in (old, new)]
    is_usual = old.edition_id == new.edition.previous_id or any(period.is_in_force for period in periods)
    result = get_comparison(old=old, new=new, keep=is_usual and old.pk != new.pk)
    if wanted == "json":
        return _as_json(request, old, new, result)
    context: dict[str, Any] = {
        "policy": new.edition.policy,
        "old": old,
        "new": new,
        "sides": list(zip((old, new), periods, strict=True)),
        "is_same_edition": old.edition_id == new.edition_id,
        "is_table": view == "table",
        "summary": render_changed(list_changes(result)),
        "counts": summarize_counts(result.changes),
        "other_changes": _other_changes(old, new),
        "alternates": alternates(request.path, set(old.edition.locales) & set(new.edition.locales)),
        "canonical": request.path,
    }
    if view == "table":
        context["lines"] = _table(result)
        context["is_old_in_force"] = periods[0].is_in_force
    elif result:
        context["redline"] = mark_safe(render_redline(result))  # noqa: S308 -- the text engine escapes
    return render(request, "policies/comparison.html", context)


def _table(result: Comparison) -> list[TableLine]:
    lines = []
    for row in render_table(result):
        explanation = explain(row.kinds, reason=row.reason, old_number=row.old_number, new_number=row.new_number)
        lines.append(
            TableLine(
                clause_anchor(row.key),
                mark_safe(row.new_html),  # noqa: S308 -- the text engine escapes
                mark_safe(row.old_html),  # noqa: S308 -- the text engine escapes
                explanation,
            )
        )
    return lines


def _other_changes(old: EditionText, new: EditionText) -> list[dict[str, str]]:
    """Return what changed outside the clauses: the title, the summary, who is responsible and how to reach them."""
    names = {"title": _("Title"), "summary": _("Summary"), "owner": _("Responsible unit"), "contact": _("Contact")}
    return [
        {"name": str(name), "old": getattr(old, field), "new": getattr(new, field)}
        for field, name in names.items()
        if getattr(old, field) != getattr(new, field)
    ]


def _as_json(request: HttpRequest, old: EditionText, new: EditionText, result: Comparison) -> HttpResponse:
    data = {
        "policy": new.edition.policy.slug,
        "language": html_language(new.locale),
        "url": full_address(request.path),
        "old": {"edition": old.edition.number, "digest": old.digest},
        "new": {"edition": new.edition.number, "digest": new.digest},
        "counts": {str(kind): count for kind, count in result.counts.items()},
        "comparison": result.to_data(),
    }
    headers = {"X-Robots-Tag": "noindex"}
    return HttpResponse(canonical_json(data), content_type="application/json", headers=headers)


def _unknown_view(request: HttpRequest) -> HttpResponse:
    reason = _("A comparison is not available in that form. Choose one of these.")
    links = [
        Link(request.path, _("Changes in the text")),
        Link(f"{request.path}?view=table", _("Table of changes")),
        Link(f"{request.path}?format=json", "JSON"),
    ]
    return bad_request(request, reason, links=links)


def _missing_text(request: HttpRequest, policy: str, old: Edition, new: Edition) -> HttpResponse:
    language = reader_language()
    missing = [edition.number for edition in (old, new) if language not in edition.locales]
    if len(missing) == 1 or old.pk == new.pk:
        reason = _("Edition %(number)s has not been published in this language.") % {"number": missing[0]}
    else:
        reason = _("Neither edition has been published in this language.")
    links = [
        Link(item["path"], language_name(code), item["lang"])
        for code in language_codes()
        if code in old.locales and code in new.locales
        for item in alternates(request.path, [code])
    ]
    links += [edition_link(edition) for edition in (old, new) if language in edition.locales]
    return not_found(request, reason, links=[*links, history_link(policy)])
