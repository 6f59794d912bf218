"""An edition for ever, and the text that applied on a day."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import path_of
from core.dates import format_date, today
from policies.exports import FORMATS, export
from policies.outlines import show_changed, show_contents
from policies.periods import Period
from policies.selectors import find_current, find_edition, find_first, find_first_to_apply, find_in_force, find_text
from policies.structured_data import describe_text
from policies.views.answers import (
    Link,
    alternates,
    bad_request,
    edition_link,
    history_link,
    no_such_edition,
    not_found,
    not_in_language,
    reader_language,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from policies.models import Edition, EditionText

_LARGEST = 2**31 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # one day has one address: no 20260314, no 2026-W11-6


@require_safe
def edition(request: HttpRequest, policy: str, number: str) -> HttpResponse:
    """Show an edition, or give it in another format; `sequence` asks for an earlier text of a translation."""
    found = find_numbered(policy, number)
    if found is None:
        return no_such_edition(request, policy, number)
    wanted = request.GET.get("format", "html")
    if wanted not in {"html", *FORMATS}:
        return _unknown_format(request)
    language = reader_language()
    sequence = _read_sequence(request)
    text = find_text(edition=found, language=language, sequence=sequence) if sequence != 0 else None
    if text is None and language in found.locales:
        reason = _("This edition has no such text.")
        return not_found(request, reason, links=[edition_link(found), history_link(policy)])
    if text is None:
        reason = _("Edition %(number)s has not been published in this language.") % {"number": found.number}
        return not_in_language(request, title=reason, languages=found.locales, slug=policy)
    if wanted != "html":
        return export(text, wanted, on=today())
    context = _text_context(text, Period(found, today()), address=request.path)
    context["compared"] = _compared_while_announced(context["period"], language)
    newest = text if sequence is None else find_text(edition=found, language=language)
    context["newest_text"] = newest if newest and newest.sequence != text.sequence else None
    return render(request, "policies/edition.html", context)


@require_safe
def at(request: HttpRequest, policy: str, day: str) -> HttpResponse:
    """Show the text that applied on a day, or that will apply on it as announced today."""
    try:
        asked = dt.date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        asked = None
    if asked is None:
        return _no_such_day(request, policy)
    language = reader_language()
    found = find_current(slug=policy, language=language, on=asked)
    if found is None:
        raise Http404
    if found.in_force is None:
        return _before_first(request, policy, asked)
    if found.text is None:
        reason = _("Edition %(number)s, which applied on that day, has not been published in this language.")
        reason %= {"number": found.in_force.number}
        return not_in_language(request, title=reason, languages=found.languages, slug=policy)
    number = found.text.edition.number
    context = _text_context(
        found.text,
        Period(found.text.edition, today()),
        address=path_of("policies:edition", policy, number),
    )
    context |= {"asked": asked, "is_future": asked > today(), "current": found}
    return render(request, "policies/edition.html", context)


def find_numbered(policy: str, number: str) -> Edition | None:
    """Return the edition with a number as addresses write it; raise `Http404` when there is no such policy."""
    major, minor = (int(part) for part in number.split("."))
    found = find_edition(slug=policy, major=major, minor=minor)
    if found is None and find_first(slug=policy) is None:
        raise Http404
    # 01.0 is not how anything was ever numbered: one edition has one address.
    return found if found is not None and found.number == number else None


def _compared_while_announced(period: Period, language: str) -> str:
    """Return the number that shows what will change: of the edition in force, which may have been corrected meanwhile."""
    if not period.is_announced:
        return ""
    in_force = find_in_force(slug=period.edition.policy.slug, on=period.on)
    has_text = in_force is not None and not in_force.is_withdrawal and language in in_force.locales
    return in_force.number if in_force is not None and has_text else period.previous_number


def _text_context(text: EditionText, period: Period, *, address: str) -> dict[str, Any]:
    edition = text.edition
    slug = edition.policy.slug
    is_current = period.is_in_force
    return {
        "policy": edition.policy,
        "edition": edition,
        "text": text,
        "period": period,
        "contents": show_contents(text),
        "changed": show_changed(text, shown=text),
        "languages": edition.locales,
        "alternates": alternates(address, edition.locales),
        "canonical": path_of("policies:current", slug) if is_current else address,
        "feed": path_of("policies:feed", slug),
        "is_hidden": period.is_superseded,
        "compared": "",
        "structured_data": describe_text(text, period, address=address),
        "asked": None,
        "newest_text": None,
    }


def _read_sequence(request: HttpRequest) -> int | None:
    """Return the sequence asked for, None when none is, 0 when it cannot be one."""
    value = request.GET.get("sequence")
    if value is None:
        return None
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(_LARGEST))
    return int(value) if is_number and int(value) <= 2**15 - 1 else 0


def _unknown_format(request: HttpRequest) -> HttpResponse:
    reason = _("An edition is not available in that format. Choose one of these.")
    links = [Link(request.path, _("Web page"))]
    links += [Link(f"{request.path}?format={name}", str(item.name)) for name, item in FORMATS.items()]
    return bad_request(request, reason, links=links)


def _no_such_day(request: HttpRequest, policy: str) -> HttpResponse:
    if find_first(slug=policy) is None:
        raise Http404
    reason = _("There is no such day. Write the date as year-month-day, for example 2026-03-14.")
    return not_found(request, reason, links=[history_link(policy)])


def _before_first(request: HttpRequest, policy: str, asked: dt.date) -> HttpResponse:
    first = find_first_to_apply(slug=policy)
    if first is None:
        raise Http404
    language = reader_language()
    if first.applies_from is None:
        reason = _("No edition of this policy applies yet: the date of the first is to be announced.")
    else:
        reason = _("This policy did not apply on %(day)s. Its first edition applies from %(first)s.")
        reason %= {"day": format_date(asked, language), "first": format_date(first.applies_from, language)}
    return not_found(request, reason, links=[edition_link(first), history_link(policy)])
