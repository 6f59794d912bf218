"""Replaying the acts of a policy: did numbers and dates follow the rules by which readers' periods are worked out?

The periods of `policies.periods`, and reading only the few editions that decide them, rest on these rules, which the
services keep:

- a number follows the highest one or, for a correction of the edition in force, the highest within its major number;
- nothing takes effect before the edition that is in force when it is issued, a correction not before its own day of
  issue, and before all that is announced;
- a date that was left open is given once, from the day on which it is given on, and not after that of a higher number;
- editions are issued one after another, and each names one with a lower number that it changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.dates import civil_date
from policies.choices import LedgerKind
from policies.services.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.models import Edition, EffectiveDate, Policy

_BATCH = 200

Number = tuple[int, int]


@dataclass
class _Replay:
    """A policy as it stood after the acts read so far; `waiting` are the days of editions above the one in force."""

    in_force: Number | None = None
    since: dt.date | None = None
    newest: Number | None = None
    last_issued_at: dt.datetime | None = None
    waiting: dict[Number, dt.date | None] = field(default_factory=dict)

    def advance(self, day: dt.date) -> None:
        """Bring into force what applies by a day; what is numbered below it never will."""
        lowest = self.in_force or (0, 0)
        come = [number for number, first in self.waiting.items() if number > lowest and first and first <= day]
        if not come:
            return
        self.in_force = max(come)
        self.since = self.waiting[self.in_force]
        self.waiting = {number: first for number, first in self.waiting.items() if number > self.in_force}

    @property
    def next_numbers(self) -> dict[Number, bool]:
        """The numbers that may be issued next, and whether each is a correction of the edition in force."""
        if self.newest is None:
            return {(1, 0): False}
        major, minor = self.newest
        numbers = {(major + 1, 0): False, (major, minor + 1): False}
        if self.in_force is not None and self.in_force[0] < major:
            own = [number[1] for number in self.waiting if number[0] == self.in_force[0]]
            numbers[self.in_force[0], max([self.in_force[1], *own]) + 1] = True
        return numbers


def verify_order(policy: Policy) -> Iterator[Fault]:
    """Yield the faults in the order of a policy's numbers and dates, each with the edition it was found at."""
    replay = _Replay()
    acts = policy.ledger.filter(kind__in=[LedgerKind.EDITION, LedgerKind.EFFECTIVE_DATE])
    rows = acts.select_related("edition__previous", "effective_date__edition").order_by("position")
    for entry in rows.iterator(chunk_size=_BATCH):
        if entry.edition is not None:
            yield from (
                Fault(f"{policy.slug} {entry.edition.number}", reason) for reason in _issue(replay, entry.edition)
            )
        elif entry.effective_date is not None:
            name = f"{policy.slug} {entry.effective_date.edition.number} effective date"
            yield from (Fault(name, reason) for reason in _announce(replay, entry.effective_date))


def _issue(replay: _Replay, edition: Edition) -> Iterator[str]:
    day = civil_date(edition.issued_at)
    replay.advance(day)
    is_correction = replay.next_numbers.get(edition.order)
    is_right_type = is_correction or edition.is_substantive == (edition.minor == 0)
    if is_correction is None or not is_right_type:
        yield _("The number does not follow from those before it.")
    if replay.last_issued_at is not None and edition.issued_at < replay.last_issued_at:
        yield _("The edition was issued before the one that stands before it.")
    if not (_is_day_of_correction(replay, edition, day) if is_correction else _is_day_of_next(replay, edition)):
        yield _("The day from which it applies was not open when it was issued.")
    if not _names_what_it_changes(replay, edition, is_correction=bool(is_correction)):
        yield _("The edition does not name one before it that it changes.")
    replay.newest = max(edition.order, replay.newest or edition.order)
    replay.last_issued_at = edition.issued_at
    replay.waiting[edition.order] = edition.effective_from
    replay.advance(day)


def _is_day_of_correction(replay: _Replay, edition: Edition, day: dt.date) -> bool:
    taken = [first for first in replay.waiting.values() if first is not None]
    return edition.effective_from is not None and day <= edition.effective_from < min(taken, default=dt.date.max)


def _is_day_of_next(replay: _Replay, edition: Edition) -> bool:
    return replay.since is None or edition.effective_from is None or edition.effective_from >= replay.since


def _names_what_it_changes(replay: _Replay, edition: Edition, *, is_correction: bool) -> bool:
    previous = edition.previous
    if previous is None or replay.newest is None:
        return previous is None and replay.newest is None
    if is_correction:
        return previous.policy_id == edition.policy_id and previous.order == replay.in_force
    return previous.policy_id == edition.policy_id and previous.order < edition.order


def _announce(replay: _Replay, date: EffectiveDate) -> Iterator[str]:
    day = civil_date(date.issued_at)
    replay.advance(day)
    number = date.edition.order
    later = [first for other, first in replay.waiting.items() if other > number and first is not None]
    if number not in replay.waiting or replay.waiting[number] is not None:
        yield _("The edition had a date already, or could not apply any more.")
    elif not day <= date.effective_from <= min(later, default=dt.date.max):
        yield _("The day from which it applies was not open when it was announced.")
    replay.waiting[number] = date.effective_from
    replay.advance(day)
