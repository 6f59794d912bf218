"""Two languages of the text in force, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import in_language, path_of
from core.dates import today
from core.languages import html_language, language_codes, language_name
from policies.payloads import clauses_from_data
from policies.periods import Period
from policies.selectors import find_current
from policies.text.numbering import gap_after, number_clauses
from policies.text.rendering import clause_anchor
from policies.views.answers import Link, history_link, not_found, reader_language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from policies.models import EditionText
    from policies.text.clauses import Clause


@dataclass(frozen=True, slots=True)
class Cell:
    """A clause in one language; `clause` is None where the text does not have it."""

    lang: str
    clause: Clause | None = None
    number: str = ""

    @property
    def gap(self) -> str:
        """What stands between number and heading."""
        return gap_after(self.number)

    @property
    def is_translated(self) -> bool:
        return self.clause is not None and bool(self.clause.heading or self.clause.body)


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause in both languages."""

    anchor: str
    depth: int
    cells: tuple[Cell, Cell]


@require_safe
def side_by_side(request: HttpRequest, policy: str, other: str) -> HttpResponse:
    """Show the text in force in the reader's language beside that in another."""
    language, day = reader_language(), today()
    found = find_current(slug=policy, language=language, on=day, with_clauses=True)
    if found is None:
        raise Http404
    if other not in language_codes() or other == language:
        reason = _("There is no such pair of languages.")
        links = [
            Link(path_of("policies:with", policy, code), _("Side by side with %(name)s") % {"name": name})
            for code, name in ((code, language_name(code)) for code in language_codes() if code != language)
        ]
        return not_found(request, reason, links=links)
    beside = find_current(slug=policy, language=other, on=day, with_clauses=True)
    if found.text is None or beside is None or beside.text is None:
        reason = _("This policy cannot be shown side by side: it has no text in one of the two languages.")
        address = path_of("policies:current", policy)
        links = [
            Link(in_language(address, code), language_name(code), html_language(code))
            for code, view in ((language, found), (other, beside))
            if view is not None and view.text is not None
        ]
        return not_found(request, reason, links=[*links, history_link(policy)])
    texts = (found.text, beside.text)
    context = {
        "policy": found.policy,
        "current": found,
        "texts": texts,
        "columns": [(text, html_language(text.locale), Period(text.edition, day)) for text in texts],
        "pairs": pair_clauses(texts, prevailing=(found.in_force or texts[0].edition).prevailing_locale),
        "same_edition": texts[0].edition_id == texts[1].edition_id,
        "language_addresses": {
            language: request.path,
            other: in_language(path_of("policies:with", policy, language), other),
        },
        "canonical": request.path,
    }
    return render(request, "policies/side_by_side.html", context)


def pair_clauses(texts: tuple[EditionText, EditionText], *, prevailing: str) -> list[Pair]:
    """Return the clauses of both texts in the order of the prevailing one; what only the other has follows its neighbour."""
    sides = [_by_key(text) for text in texts]
    first, second = sides if texts[0].locale == prevailing else reversed(sides)
    order = list(first)
    previous = ""
    for key in second:
        if key not in first:
            order.insert(order.index(previous) + 1 if previous else 0, key)
        previous = key
    langs = [html_language(text.locale) for text in texts]
    pairs = []
    for key in order:
        cells = [Cell(lang, *side[key]) if key in side else Cell(lang) for side, lang in zip(sides, langs, strict=True)]
        depth = next(cell.clause.depth for cell in cells if cell.clause)
        pairs.append(Pair(clause_anchor(key), depth, (cells[0], cells[1])))
    return pairs


def _by_key(text: EditionText) -> dict[str, tuple[Clause, str]]:
    clauses = clauses_from_data(text.clauses)
    numbers = number_clauses(clauses, text.locale)
    return {clause.key: (clause, number) for clause, number in zip(clauses, numbers, strict=True)}
