"""How a policy stands on a day, and what publishing something would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.dates import civil_date
from policies.choices import EffectiveRule, LedgerKind, UpdateType
from policies.models import Edition, LedgerEntry
from policies.periods import Period, link_successors

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import PolicyPage


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A policy on the civil date `on`, as it is known now.

    `above` are the editions numbered after the one in force, highest first: what is announced, and what will never
    apply. Editions have `applies_from` and `successor`.
    """

    on: dt.date
    in_force: Edition | None
    above: tuple[Edition, ...]

    @property
    def newest(self) -> Edition | None:
        """The edition with the highest number."""
        return self.above[0] if self.above else self.in_force

    @property
    def announced(self) -> tuple[Edition, ...]:
        """The editions that do not apply yet and still may, lowest first."""
        return tuple(edition for edition in reversed(self.above) if Period(edition, self.on).is_announced)

    @property
    def open(self) -> tuple[Edition, ...]:
        """The editions that texts may still join: in force or announced, withdrawals left out; lowest first."""
        in_force = (self.in_force,) if self.in_force else ()
        return tuple(edition for edition in (*in_force, *self.announced) if not edition.is_withdrawal)

    def in_force_on(self, day: dt.date) -> Edition | None:
        """Return what is in force on a day from `on` on."""
        coming = (edition for edition in self.above if edition.applies_from and edition.applies_from <= day)
        return next(coming, self.in_force)

    def replaced_from(self, day: dt.date | None, *, below: tuple[int, int]) -> tuple[Edition, ...]:
        """Return the announced editions that will never apply once one numbered `below` applies from `day`."""
        if day is None:
            return ()
        lower = (edition for edition in self.announced if edition.order < below)
        return tuple(e for e in lower if (e.applies_from >= day if e.applies_from else day <= self.on))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The edition that would be issued.

    `previous` is the edition that it changes, None for the first; `replaced` are the announced ones that would never
    apply.
    """

    number: tuple[int, int]
    effective_from: dt.date | None
    previous: Edition | None
    replaced: tuple[Edition, ...] = ()


def find_standing(policy_id: int, *, on: dt.date) -> Standing:
    """Read how a policy stands on the civil date `on` (2 queries, whatever the length of its history)."""
    editions = Edition.objects.filter(policy=policy_id).select_related("policy").with_applies_from()
    in_force = editions.in_force(on=on).first()
    above = tuple((editions.numbered_after(in_force.order) if in_force else editions).newest_first())
    link_successors([*above, *([in_force] if in_force else [])])
    return Standing(on=on, in_force=in_force, above=above)


def find_last_issued(policy_id: int) -> Edition | None:
    """Return the edition that was issued last, which need not have the highest number; None before the first."""
    entries = LedgerEntry.objects.filter(policy=policy_id, kind=LedgerKind.EDITION).select_related("edition")
    last = entries.order_by("-position").first()
    return last.edition if last else None


# Editions from the source's page


def find_corrected(page: PolicyPage, standing: Standing) -> Edition | None:
    """Return the edition in force that the draft of a source's page corrects; None when it is to be the next edition."""
    in_force = standing.in_force
    return in_force if page.of_edition and in_force is not None and in_force.number == page.of_edition else None


def effective_day(page: PolicyPage, standing: Standing, *, at: dt.datetime) -> dt.date | None:
    """Return the civil date from which the draft would apply; None for *to be announced*.

    An editorial edition moves nothing: it applies at once, or with the announced edition whose wording it puts right.
    One that corrects the edition in force while another is announced applies when its editor says.
    """
    day, newest = civil_date(at), standing.newest
    if page.update_type == UpdateType.EDITORIAL and newest is not None and not page.of_edition:
        return None if newest.applies_from is None else max(day, newest.applies_from)
    if page.effective == EffectiveRule.TO_BE_ANNOUNCED:
        return None
    if page.effective == EffectiveRule.ON_DATE:
        return page.effective_from
    return day


def plan_draft(page: PolicyPage, standing: Standing, *, at: dt.datetime) -> Plan:
    """Return the edition that publishing a source's page at `at` would issue, were nothing in the way."""
    day = effective_day(page, standing, at=at)
    corrected = find_corrected(page, standing)
    if corrected is not None:
        number = number_of_correction(standing)
        return Plan(
            number=number,
            effective_from=day,
            previous=corrected,
            replaced=standing.replaced_from(day, below=number),
        )
    return plan_next(standing, page.update_type or UpdateType.SUBSTANTIVE, day)


def plan_next(standing: Standing, update_type: str, day: dt.date | None) -> Plan:
    """Return the edition with the next number, of an update type and from a day (None: to be announced)."""
    newest = standing.newest
    if newest is None:
        return Plan(number=(1, 0), effective_from=day, previous=None)
    number = next_number(newest, update_type)
    if update_type == UpdateType.EDITORIAL:
        return Plan(number=number, effective_from=day, previous=newest)
    replaced = standing.replaced_from(day, below=number)
    remaining = [edition for edition in standing.announced if edition not in replaced]
    previous = remaining[-1] if remaining else standing.in_force or newest
    return Plan(number=number, effective_from=day, previous=previous, replaced=replaced)


def next_number(newest: Edition | None, update_type: str) -> tuple[int, int]:
    """Return the number after `newest`: a substantive edition begins a new major number, an editorial one does not."""
    if newest is None:
        return 1, 0
    return (newest.major + 1, 0) if update_type == UpdateType.SUBSTANTIVE else (newest.major, newest.minor + 1)


def number_of_correction(standing: Standing) -> tuple[int, int]:
    """Return the number of a correction of the edition in force: the next within its major number.

    The majors that follow are taken by what is announced, so a correction that readers need to know of, a substantive
    one, goes on within the major number too.
    """
    in_force = standing.in_force
    if in_force is None:
        msg = "Nothing is in force that could be corrected."
        raise ValueError(msg)
    taken = [edition.minor for edition in standing.above if edition.major == in_force.major]
    return in_force.major, max([in_force.minor, *taken]) + 1


def find_following(standing: Standing) -> Edition | None:
    """Return the announced edition that ends a correction of the edition in force: the first with a date, else the first."""
    taken = number_of_correction(standing)
    later = [edition for edition in standing.announced if edition.order > taken]
    return next((edition for edition in later if edition.applies_from), later[0] if later else None)


# Texts that join an edition


def find_joined(page: PolicyPage, standing: Standing) -> Edition | None:
    """Return the edition that the draft of a translation joins; None when it names none and several are open."""
    if page.of_edition:
        return next((edition for edition in standing.open if edition.number == page.of_edition), None)
    return standing.open[0] if len(standing.open) == 1 else None
