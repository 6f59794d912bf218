"""Every edition of a policy, newest first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import path_of
from core.dates import today
from core.languages import language_codes
from policies.periods import Period
from policies.selectors import find_first, find_in_force, list_history, list_texts
from policies.views.answers import alternates, history_link, not_found, reader_language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from policies.models import Edition, EditionText

PAGE_SIZE = 20
_NUMBER = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}", re.ASCII)


@require_safe
def history(request: HttpRequest, policy: str) -> HttpResponse:
    """Show a page of editions; `before` names the edition that the page before ended with."""
    before = request.GET.get("before")
    if before is not None and not _NUMBER.fullmatch(before):
        reason = _("There is no such page of the history.")
        return not_found(request, reason, links=[history_link(policy)])
    editions = list_history(slug=policy, before=_order(before) if before else None, limit=PAGE_SIZE + 1)
    if not editions:
        if before is None or find_first(slug=policy) is None:
            raise Http404
        return not_found(request, _("There is no older edition."), links=[history_link(policy)])
    page, has_more = editions[:PAGE_SIZE], len(editions) > PAGE_SIZE
    language, day = reader_language(), today()
    texts = list_texts(editions=editions, language=language)
    in_force = _in_force(editions, policy) if before is None else find_in_force(slug=policy, on=day)
    context = {
        "policy": page[0].policy,
        "title": _title(texts, editions) or policy,
        "rows": [_row(edition, index, editions, texts, in_force) for index, edition in enumerate(page)],
        "is_readable": bool(texts),  # else the policy's own page only says what is missing
        "in_force": in_force,
        "before": before,
        "older": page[-1].number if has_more else "",
        "alternates": alternates(request.path, language_codes()),
        "canonical": request.path,
        "feed": path_of("policies:feed", policy),
    }
    return render(request, "policies/history.html", context)


def _order(number: str) -> tuple[int, int]:
    major, minor = number.split(".")
    return int(major), int(minor)


def _in_force(editions: list[Edition], policy: str) -> Edition | None:
    day = today()
    found = next((edition for edition in editions if Period(edition, day).is_in_force), None)
    if found is None and len(editions) > PAGE_SIZE:  # a page full of announcements
        return find_in_force(slug=policy, on=day)
    return found


def _title(texts: dict[int, list[EditionText]], editions: list[Edition]) -> str:
    return next((texts[edition.pk][0].title for edition in editions if edition.pk in texts), "")


def _find_changed(edition: Edition, older: list[Edition], texts: dict[int, list[EditionText]]) -> Edition | None:
    """Return the edition that this one changed, or the nearest before it, that has a text in the reader's language."""
    if edition.previous_major is None:
        return None
    changed = (edition.previous_major, edition.previous_minor or 0)
    return next((each for each in older if each.order <= changed and each.pk in texts), None)


def _row(
    edition: Edition,
    index: int,
    editions: list[Edition],
    texts: dict[int, list[EditionText]],
    in_force: Edition | None,
) -> dict[str, object]:
    own = texts.get(edition.pk, [])
    older = _find_changed(edition, editions[index + 1 :], texts) if own else None
    can_compare = (
        own
        and in_force is not None
        and not in_force.is_withdrawal
        and in_force.pk != edition.pk
        and in_force.pk != (older and older.pk)
    )
    return {
        "edition": edition,
        "period": Period(edition, today()),
        "texts": own,
        "text": own[0] if own else None,
        "older": older,
        "in_force": in_force if can_compare and in_force and reader_language() in in_force.locales else None,
    }
