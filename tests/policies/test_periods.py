from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.choices import EditionKind
from policies.models import Edition
from policies.periods import Period, State, is_passed_over, link_successors

TODAY = dt.date(2026, 3, 14)


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def editions(*numbers_and_days: tuple[str, str | None], withdrawn: str = "") -> dict[str, Edition]:
    """Return linked editions by number, from the highest to the lowest, as they are given."""
    found = {}
    for number, text in numbers_and_days:
        major, minor = map(int, number.split("."))
        edition = Edition(major=major, minor=minor)
        edition.kind = EditionKind.WITHDRAWAL if number == withdrawn else EditionKind.ISSUE
        edition.applies_from = day(text)
        edition.previous_major = edition.previous_minor = None
        found[number] = edition
    link_successors(found.values())
    return found


def period(first: str | None, then: str | None = None) -> Period:
    pairs = [("2.0", then)] if then else []
    return Period(editions(*pairs, ("1.0", first))["1.0"], TODAY)


def states(found: dict[str, Edition]) -> dict[str, State]:
    return {number: Period(edition, TODAY).state for number, edition in found.items()}


class TestPeriod:
    @pytest.mark.parametrize(
        ("first", "then", "state"),
        [
            (None, None, State.ANNOUNCED),
            ("2026-03-15", None, State.ANNOUNCED),
            ("2026-03-14", None, State.IN_FORCE),
            ("2026-01-01", "2026-03-15", State.IN_FORCE),
            ("2026-01-01", "2026-03-14", State.SUPERSEDED),
            ("2026-01-01", "2026-01-01", State.SUPERSEDED),
            ("2026-06-01", "2026-05-01", State.SUPERSEDED),
        ],
    )
    def test_knows_what_the_edition_is_today(self, first: str | None, then: str | None, state: State) -> None:
        found = period(first, then)
        assert found.state == state
        assert [found.is_announced, found.is_in_force, found.is_superseded].count(True) == 1

    def test_ends_on_the_day_before_the_next(self) -> None:
        assert period("2026-01-01", "2026-03-01").last == dt.date(2026, 2, 28)
        assert period("2026-01-01").last is None

    def test_is_empty_when_the_next_began_no_later(self) -> None:
        assert period("2026-01-01", "2026-01-01").is_empty
        assert period("2026-02-01", "2026-01-01").is_empty
        assert not period("2026-01-01", "2026-01-02").is_empty

    def test_has_no_neighbours_by_itself(self) -> None:
        assert (period("2026-01-01").next_number, period("2026-01-01").previous_number) == ("", "")


class TestWhatTakesItsPlace:
    def test_a_correction_applies_until_the_announced_day(self) -> None:
        found = editions(("3.0", "2027-01-01"), ("2.1", "2026-03-01"), ("2.0", "2026-01-01"))
        assert states(found) == {"3.0": State.ANNOUNCED, "2.1": State.IN_FORCE, "2.0": State.SUPERSEDED}
        assert Period(found["2.1"], TODAY).last == dt.date(2026, 12, 31)
        assert Period(found["2.0"], TODAY).next_number == "2.1"

    def test_a_correction_applies_without_end_while_the_date_is_to_be_announced(self) -> None:
        found = editions(("3.0", None), ("2.1", "2026-03-01"), ("2.0", "2026-01-01"))
        assert states(found) == {"3.0": State.ANNOUNCED, "2.1": State.IN_FORCE, "2.0": State.SUPERSEDED}
        assert Period(found["2.1"], TODAY).last is None

    def test_an_announced_edition_is_passed_over_by_an_earlier_one_with_a_later_number(self) -> None:
        found = editions(("4.0", "2026-03-01"), ("3.0", "2027-01-01"), ("2.0", "2026-01-01"), withdrawn="4.0")
        assert states(found) == {"4.0": State.IN_FORCE, "3.0": State.SUPERSEDED, "2.0": State.SUPERSEDED}
        assert Period(found["3.0"], TODAY).is_empty
        assert Period(found["3.0"], TODAY).next_number == Period(found["2.0"], TODAY).next_number == "4.0"
        assert Period(found["2.0"], TODAY).is_withdrawn_next
        assert not Period(found["3.0"], TODAY).is_withdrawn_next

    def test_the_highest_of_one_day_takes_the_place(self) -> None:
        found = editions(("3.1", "2027-01-01"), ("3.0", "2027-01-01"), ("2.0", "2026-01-01"))
        assert Period(found["2.0"], TODAY).next_number == "3.1"

    def test_an_undated_edition_waits_until_a_later_one_has_come(self) -> None:
        waiting = editions(("4.0", "2026-03-15"), ("3.0", None), ("2.0", "2026-01-01"))
        assert states(waiting)["3.0"] == State.ANNOUNCED
        gone = editions(("4.0", "2026-03-14"), ("3.0", None), ("2.0", "2026-01-01"))
        assert states(gone)["3.0"] == State.SUPERSEDED

    def test_an_undated_edition_gives_way_to_its_own_better_wording(self) -> None:
        found = editions(("3.1", None), ("3.0", None), ("2.0", "2026-01-01"))
        assert states(found) == {"3.1": State.ANNOUNCED, "3.0": State.SUPERSEDED, "2.0": State.IN_FORCE}
        assert Period(found["3.0"], TODAY).next_number == "3.1"


class TestPassedOver:
    @pytest.mark.parametrize(
        ("pairs", "passed"),
        [
            ([("3.0", "2027-01-01"), ("2.1", "2026-03-01"), ("2.0", "2026-01-01")], set()),
            ([("4.0", "2026-03-01"), ("3.1", "2027-01-01"), ("3.0", "2027-01-01")], {"3.0", "3.1"}),
            ([("3.1", "2027-01-01"), ("3.0", "2027-01-01")], set()),
            ([("3.1", "2026-02-01"), ("3.0", None)], set()),
            ([("4.0", "2026-03-01"), ("3.1", None), ("3.0", None)], {"3.0", "3.1"}),
            ([("4.0", "2027-01-01"), ("3.0", "2027-01-01")], {"3.0"}),
            ([("2.2", "2026-03-01"), ("2.1", "2026-11-01"), ("2.0", "2026-01-01")], {"2.1"}),
        ],
    )
    def test_is_what_never_applies_in_any_wording(self, pairs: list[tuple[str, str | None]], passed: set[str]) -> None:
        found = editions(*pairs)
        assert {number for number, edition in found.items() if is_passed_over(edition, on=TODAY)} == passed


FIRST_DAY = dt.date(2026, 1, 1)
DATES = st.none() | st.integers(0, 40).map(lambda days: FIRST_DAY + dt.timedelta(days=days))
NUMBERS = st.tuples(st.integers(1, 4), st.integers(0, 2))


@given(st.dictionaries(NUMBERS, DATES, min_size=1, max_size=8))
def test_periods_share_out_the_days_as_the_rule_says(dates: dict[tuple[int, int], dt.date | None]) -> None:
    pairs = [(f"{major}.{minor}", dates[major, minor]) for major, minor in sorted(dates, reverse=True)]
    found = editions(*((number, first.isoformat() if first else None) for number, first in pairs))
    for days in range(45):
        on = FIRST_DAY + dt.timedelta(days=days)
        expected = next((number for number, first in pairs if first and first <= on), None)
        in_force = [number for number, edition in found.items() if Period(edition, on).is_in_force]
        assert in_force == ([expected] if expected else [])
