"""Reads over editions: by number, by day, and page by page."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef

from core.dates import civil_date
from core.prepared import PreparedQuery
from policies.models import Edition, EditionText, Policy
from policies.periods import Period, link_successors

if TYPE_CHECKING:
    from policies.querysets import EditionQuerySet

#: Editions that are read at once: on the current page those announced, the one in force and the one that last revised it.
WINDOW = 25


def editions_of(slug: str) -> EditionQuerySet:
    """Return the editions of a policy, newest first, with all that `list_editions` annotates."""
    # The key on its own, not through the join: so the index on numbers gives the newest few without sorting them all.
    policy = Policy.objects.filter(slug=slug).values("pk")[:1]
    return list_editions().filter(policy=policy).newest_first()


def list_editions() -> EditionQuerySet:
    """Return editions of all policies in no order.

    Each has `applies_from`, `announced_at` (when a date left open was given), `locales` (of its texts) and the number
    of the one before it (`previous_major`, `previous_minor`).
    """
    locales = EditionText.objects.filter(edition=OuterRef("pk"), sequence=1).order_by("locale").values("locale")
    # As a mapping, because the type checker would take keywords for second definitions of the model's own attributes.
    annotations: dict[str, Any] = {
        "locales": ArraySubquery(locales),
        "announced_at": F("announced_date__issued_at"),
        "previous_major": F("previous__major"),
        "previous_minor": F("previous__minor"),
    }
    return Edition.objects.select_related("policy").with_applies_from().annotate(**annotations)


# Statements of the public pages. The stand-ins are values that no row has.
_SLUG, _MAJOR, _MINOR, _DAY = "\N{REPLACEMENT CHARACTER}", 1_000_003, 1_000_033, dt.date.max

_from_number = PreparedQuery(
    lambda slug, major, minor: (
        editions_of(slug).numbered_from((major, minor)).order_by("major", "minor", "pk")[: WINDOW + 1]
    ),
    slug=_SLUG,
    major=_MAJOR,
    minor=_MINOR,
)
_above_number = PreparedQuery(
    lambda policy, major, minor: (
        Edition.objects.filter(policy=policy)
        .with_applies_from()
        .numbered_after((major, minor))
        .order_by("major", "minor", "pk")[:WINDOW]
    ),
    policy=-1,
    major=_MAJOR,
    minor=_MINOR,
)
_in_force = PreparedQuery(lambda slug, on: editions_of(slug).in_force(on=on)[:1], slug=_SLUG, on=_DAY)
_oldest = PreparedQuery(lambda slug: editions_of(slug).order_by("major", "minor", "pk")[:1], slug=_SLUG)


@cache
def _newest(limit: int) -> PreparedQuery[Edition]:
    return PreparedQuery(lambda slug: editions_of(slug)[:limit], slug=_SLUG)


@cache
def _below_number(limit: int) -> PreparedQuery[Edition]:
    def build(slug: str, major: int, minor: int) -> EditionQuerySet:
        return editions_of(slug).numbered_up_to((major, minor)).exclude(major=major, minor=minor)[:limit]

    return PreparedQuery(build, slug=_SLUG, major=_MAJOR, minor=_MINOR)


def linked(edition: Edition | None) -> Edition | None:
    """Give an edition that was read by itself its successor."""
    if edition is not None:
        link_successors([*reversed(list_numbered_after(edition)), edition])
    return edition


def find_edition(*, slug: str, major: int, minor: int) -> Edition | None:
    """Return the edition with that number, with `applies_from`, `locales` and its `successor` (1 query)."""
    found = _from_number.run(slug=slug, major=major, minor=minor)
    if not found or found[0].order != (major, minor):
        return None
    link_successors([*reversed(_read_on(found[1:])), found[0]])
    return found[0]


def list_numbered_after(edition: Edition) -> list[Edition]:
    """Return the editions numbered after `edition`, lowest first, as far as they decide when it and those below end."""
    return _read_on(_list_above(edition))


def _read_on(found: list[Edition]) -> list[Edition]:
    """Add to editions read in the order of their numbers those above them, until they decide when those below end.

    Nothing that is issued takes effect before the edition that is in force then (`policies.services` keeps that and
    `verify_editions` checks it). So once the earliest date of those read lies no later than the day on which one of
    them was issued, none of those still higher is earlier: a few rows tell, however long the history.
    """
    batch = found
    while len(batch) == WINDOW:
        known_on = max(civil_date(edition.issued_at) for edition in found)
        if any(edition.applies_from and edition.applies_from <= known_on for edition in found):
            break
        batch = _list_above(found[-1])
        found = [*found, *batch]
    return found


def _list_above(edition: Edition) -> list[Edition]:
    return _above_number.run(policy=edition.policy_id, major=edition.major, minor=edition.minor)


def list_history(*, slug: str, before: tuple[int, int] | None, limit: int) -> list[Edition]:
    """Return up to `limit` editions, newest first, from the one before `before` on (keyset paging: flat in depth).

    Each has its `successor`.
    """
    if before is None:
        page = _newest(limit).run(slug=slug)
    else:
        page = _below_number(limit).run(slug=slug, major=before[0], minor=before[1])
    above = list_numbered_after(page[0]) if page and before is not None else []
    link_successors([*reversed(above), *page])
    return page


def find_in_force(*, slug: str, on: dt.date) -> Edition | None:
    """Return the edition of a policy that is in force on the civil date `on`."""
    return next(iter(_in_force.run(slug=slug, on=on)), None)


def find_first(*, slug: str) -> Edition | None:
    """Return the oldest edition of a policy."""
    return next(iter(_oldest.run(slug=slug)), None)


def find_first_to_apply(*, slug: str) -> Edition | None:
    """Return the edition with which a policy began to apply or, while that has no date, the oldest one."""
    first = linked(find_first(slug=slug))
    if first is None or first.successor is None:
        return first
    has_applied = first.applies_from is not None and not Period(first, first.applies_from).is_empty
    return first if has_applied else first.successor
