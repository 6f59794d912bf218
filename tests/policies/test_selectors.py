"""Reading long histories a few editions at a time gives what reading all of them gives."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from policies.periods import link_successors
from policies.selectors import editions_of, find_current, find_edition, list_history, list_numbered_after
from policies.selectors.editions import WINDOW
from tests.factories.policies import CHINESE, clauses, issue, make_page

if TYPE_CHECKING:
    from policies.models import Edition
    from policies.text.clauses import Clause

pytestmark = pytest.mark.django_db

TODAY = dt.date(2024, 6, 1)
LATER = WINDOW + 3


def wording(number: int) -> tuple[Clause, ...]:
    """Return a text that differs from that of every other number."""
    return clauses(*CHINESE, ("次數", f"<p>本政策經第{number}次檢討。</p>"))


@pytest.fixture
def replaced_again_and_again() -> list[Edition]:
    """1.0 in force; each of the many announced after it comes a day earlier than the one before. Highest number first."""
    page = make_page()
    issue(page, on="2024-01-15")
    for number in range(1, LATER + 1):
        day = dt.date(2100, 1, 1) - dt.timedelta(days=number)
        issue(page, on="2024-02-01", effective_from=day.isoformat(), content=wording(number), replaces_announced=True)
    everything = list(editions_of("privacy"))
    link_successors(everything)
    return everything


def test_later_editions_are_read_on_until_they_decide_when_one_ends(replaced_again_and_again: list[Edition]) -> None:
    last, first = replaced_again_and_again[0], replaced_again_and_again[-1]
    assert last.number == f"{LATER + 1}.0"
    assert first.successor == last  # it comes soonest, and stands far beyond the first batch

    found = find_current(slug="privacy", language="zh-hant", on=TODAY)

    assert found is not None
    assert found.in_force == found.shown == first
    assert found.in_force is not None
    assert found.in_force.successor == last
    assert [edition.number for edition in found.announced] == [last.number]  # the others will never apply
    read = find_edition(slug="privacy", major=1, minor=0)
    assert read is not None
    assert read.successor == last
    assert len(list_numbered_after(first)) == LATER


def test_a_page_of_the_history_far_down_knows_what_came_after(replaced_again_and_again: list[Edition]) -> None:
    expected = replaced_again_and_again[-3:]

    page = list_history(slug="privacy", before=(expected[0].major + 1, 0), limit=10)

    assert [edition.number for edition in page] == [edition.number for edition in expected]
    assert [edition.successor for edition in page] == [edition.successor for edition in expected]


def test_reading_stops_where_nothing_higher_can_be_earlier() -> None:
    page = make_page("security")
    for number in range(LATER):
        issue(page, on=(dt.date(2024, 1, 1) + dt.timedelta(days=number)).isoformat(), content=wording(number))
    first = editions_of("security").order_by("major").first()
    assert first is not None

    assert [edition.number for edition in list_numbered_after(first)] == [f"{n}.0" for n in range(2, WINDOW + 2)]
    read = find_edition(slug="security", major=1, minor=0)
    assert read is not None
    assert read.successor is not None
    assert read.successor.number == "2.0"
