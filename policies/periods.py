"""When each edition applies.

In force on a day is the highest-numbered edition whose date has come. So an edition applies from its own date until
the earliest date of any edition numbered after it, which need not be the next one: a later number may take effect
before an announced one, which then never applies.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.models import Edition


def link_successors(newest_first: Iterable[Edition]) -> None:
    """Set on each edition the one that takes its place, `successor`, or None.

    Takes the editions of one policy with `applies_from`, highest number first, with none missing above the last whose
    date is earlier than theirs (`policies.selectors.list_numbered_after`).

    Of the later-numbered the earliest takes the place; of several on one day the highest-numbered. An edition without
    a date gives way to the one that puts its wording right, dated or not.
    """
    earliest: Edition | None = None
    highest: dict[int, Edition] = {}
    for edition in newest_first:
        polished = highest.setdefault(edition.major, edition)
        edition.successor = earliest if edition.applies_from or polished is edition else polished
        if edition.applies_from and (earliest is None or edition.applies_from < _day(earliest)):
            earliest = edition


def is_passed_over(edition: Edition, *, on: dt.date) -> bool:
    """Whether the edition's text never was, nor will be, what applies, as known on the civil date `on`.

    The text of one that is only polished before its day does apply, in the wording of its successor.
    """
    successor = edition.successor
    if successor is None or not Period(edition, on).is_empty:
        return False
    is_polished = successor.major == edition.major and edition.applies_from in {None, successor.applies_from}
    return not is_polished or is_passed_over(successor, on=on)


class State(StrEnum):
    """What an edition is on a given day."""

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Period:
    """When an edition applies, as seen on the civil date `on`. `last` is the last day that it applied."""

    edition: Edition
    on: dt.date

    @property
    def first(self) -> dt.date | None:
        return self.edition.applies_from

    @property
    def end(self) -> dt.date | None:
        """The first day on which another edition has taken its place."""
        return self.edition.successor.applies_from if self.edition.successor else None

    @property
    def last(self) -> dt.date | None:
        return self.end - dt.timedelta(days=1) if self.end else None

    @property
    def state(self) -> State:
        if self.is_empty:
            return State.SUPERSEDED
        if self.first is None or self.first > self.on:
            return State.ANNOUNCED
        if self.end is None or self.end > self.on:
            return State.IN_FORCE
        return State.SUPERSEDED

    @property
    def is_in_force(self) -> bool:
        return self.state == State.IN_FORCE

    @property
    def is_announced(self) -> bool:
        return self.state == State.ANNOUNCED

    @property
    def is_superseded(self) -> bool:
        return self.state == State.SUPERSEDED

    @property
    def is_empty(self) -> bool:
        """Whether another edition took its place before it applied for a single day.

        One without a date can still be given an earlier day, as long as its successor's has not come.
        """
        successor = self.edition.successor
        if successor is None:
            return False
        if self.first is None:
            return successor.major == self.edition.major or _day(successor) <= self.on
        return _day(successor) <= self.first

    @property
    def is_withdrawn_next(self) -> bool:
        """Whether a withdrawal ended it after it had applied."""
        successor = self.edition.successor
        return successor is not None and successor.is_withdrawal and not self.is_empty

    @property
    def next_number(self) -> str:
        """The number of the edition that takes its place, or nothing."""
        return self.edition.successor.number if self.edition.successor else ""

    @property
    def previous_number(self) -> str:
        """The number of the edition before it, or nothing."""
        edition = self.edition
        return "" if edition.previous_major is None else f"{edition.previous_major}.{edition.previous_minor}"


def _day(edition: Edition) -> dt.date:
    """Return the day from which a dated edition applies."""
    return edition.applies_from or dt.date.max
