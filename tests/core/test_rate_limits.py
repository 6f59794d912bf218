from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from core.models import RateCounter
from core.rate_limits import Limit, is_within

HOURLY = Limit("hourly", 5, dt.timedelta(hours=1))
NOON = dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC)


def later(**period: float) -> dt.datetime:
    return NOON + dt.timedelta(**period)


@pytest.mark.django_db
class TestIsWithin:
    def test_allows_as_many_as_the_limit_says_and_no_more(self) -> None:
        assert [is_within(HOURLY, "a", at=NOON) for _time in range(7)] == [True] * 5 + [False] * 2

    def test_counts_subjects_and_limits_apart(self) -> None:
        other = Limit("other", 5, HOURLY.period)
        for _time in range(5):
            is_within(HOURLY, "a", at=NOON)
        assert is_within(HOURLY, "b", at=NOON)
        assert is_within(other, "a", at=NOON)
        assert not is_within(HOURLY, "a", at=NOON)

    def test_slides(self) -> None:
        for _time in range(5):
            is_within(HOURLY, "a", at=later(minutes=59))
        assert not is_within(HOURLY, "a", at=later(minutes=61))  # no fresh start on the hour
        assert is_within(HOURLY, "a", at=later(minutes=100))

    def test_forgets_after_two_windows(self) -> None:
        for _time in range(100):
            is_within(HOURLY, "a", at=NOON)
        assert is_within(HOURLY, "a", at=later(hours=2))

    def test_shuts_out_what_goes_on(self) -> None:
        answers = [is_within(HOURLY, "a", at=later(minutes=minute)) for minute in range(600)]
        assert sum(answers[60:]) == 0

    def test_keeps_no_subject(self) -> None:
        is_within(HOURLY, "wang@example.tw", at=NOON)
        kept = RateCounter.objects.values_list()
        assert "wang" not in str(list(kept))

    def test_sweeps_what_has_passed(self) -> None:
        for number in range(50):
            is_within(HOURLY, str(number), at=NOON)
        for _time in range(20):
            is_within(HOURLY, "later", at=later(hours=3))
        assert RateCounter.objects.count() == 1

    def test_takes_a_clock_that_goes_back(self) -> None:
        for _time in range(5):
            is_within(HOURLY, "a", at=later(hours=1))
        assert not is_within(HOURLY, "a", at=NOON)


@pytest.mark.django_db
@given(st.lists(st.integers(0, 600), min_size=1, max_size=40))
def test_no_window_of_one_period_holds_more_than_twice_the_limit(minutes: list[int]) -> None:
    """The bound of a sliding counter of two windows; a fixed window has no better one, and this is rarely reached."""
    RateCounter.objects.all().delete()
    allowed = [minute for minute in sorted(minutes) if is_within(HOURLY, "a", at=later(minutes=minute))]
    for begin in allowed:
        assert sum(begin <= minute < begin + 60 for minute in allowed) <= 2 * HOURLY.count


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_one_by_one() -> None:
    def ask(_number: int) -> bool:
        try:
            return is_within(HOURLY, "a", at=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert sum(answers) == HOURLY.count
    assert connection.vendor == "postgresql"
