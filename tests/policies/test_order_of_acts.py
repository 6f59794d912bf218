"""Any sequence of acts on a policy, against a model that looks at every edition on every day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.choices import EditionKind, UpdateType
from policies.errors import Refused
from policies.models import Edition
from policies.periods import Period
from policies.selectors import find_current, find_edition, list_history
from policies.services import (
    StandingOrder,
    announce_effective_date,
    reinstate_policy,
    verify_policy,
    withdraw_policy,
)
from tests.factories.policies import CHINESE, at, clauses, issue, make_page

FIRST_DAY = dt.date(2026, 1, 1)
LONG_AFTER = 40


@dataclass
class Row:
    number: tuple[int, int]
    day: int | None
    kind: str
    previous: tuple[int, int] | None


@dataclass
class Model:
    """Days are counted from the first; nothing is remembered but the rows."""

    today: int = 0
    rows: list[Row] = field(default_factory=list)

    def in_force(self, day: int) -> Row | None:
        come = [row for row in self.rows if row.day is not None and row.day <= day]
        return max(come, key=lambda row: row.number, default=None)

    def announced(self) -> list[Row]:
        """What does not apply yet and will on some day, or may once it has one."""
        return sorted((row for row in self.rows if self._may_apply(row)), key=lambda row: row.number)

    def _may_apply(self, row: Row) -> bool:
        current = self.in_force(self.today)
        if current is not None and row.number <= current.number:
            return False
        if row.day is not None:
            return row.day > self.today and self.in_force(row.day) is row
        return not any(other.number > row.number and other.number[0] == row.number[0] for other in self.rows)

    @property
    def newest(self) -> Row:
        return max(self.rows, key=lambda row: row.number)

    def lost(self, number: tuple[int, int], day: int | None) -> list[Row]:
        """The announced editions that could not apply any more beside one with a higher number from a day on."""
        if day is None:
            return []
        lower = [row for row in self.announced() if row.number < number]
        return [
            row for row in lower if (row.day is not None and row.day >= day) or (row.day is None and day <= self.today)
        ]

    # Each act returns what it would write, or None when the record does not allow it.

    def issue(self, *, is_editorial: bool, day: int | None, confirmed: bool) -> Row | None:
        current, newest = self.in_force(self.today), self.newest
        if newest.kind == EditionKind.WITHDRAWAL:
            return None
        major, minor = newest.number
        if is_editorial:
            own = None if newest.day is None else max(self.today, newest.day)
            return Row((major, minor + 1), own, EditionKind.ISSUE, newest.number)
        if day is not None and current is not None and current.day is not None and day < current.day:
            return None
        before = self.in_force(day) if day is not None else None
        if before is not None and before.kind == EditionKind.WITHDRAWAL:
            return None
        return self._next(EditionKind.ISSUE, day, confirmed)

    def correct(self, *, day: int, confirmed: bool) -> Row | None:
        current = self.in_force(self.today)
        if current is None or current.kind == EditionKind.WITHDRAWAL or not self.announced():
            return None
        number = (current.number[0], max(r.number[1] for r in self.rows if r.number[0] == current.number[0]) + 1)
        dated = [row.day for row in self.announced() if row.day is not None]
        if day < self.today or any(day >= other for other in dated):
            return None
        if self.lost(number, day) and not confirmed:
            return None
        return Row(number, day, EditionKind.ISSUE, current.number)

    def stand(self, kind: str, *, day: int, confirmed: bool) -> Row | None:
        before, current = self.in_force(day), self.in_force(self.today)
        is_withdrawn = before is not None and before.kind == EditionKind.WITHDRAWAL
        is_anew = before is not None and before is not current and before.day == day
        is_open = is_withdrawn if kind == EditionKind.REINSTATEMENT else not is_withdrawn or is_anew
        return self._next(kind, day, confirmed) if is_open and day >= self.today else None

    def announce(self, row: Row, *, day: int, confirmed: bool) -> bool:
        later = [other.day for other in self.rows if other.number > row.number and other.day is not None]
        is_open = row.day is None and row in self.announced() and day >= self.today and all(day < e for e in later)
        return is_open and (confirmed or not self.lost(row.number, day))

    def _next(self, kind: str, day: int | None, confirmed: bool) -> Row | None:
        number = (self.newest.number[0] + 1, 0)
        lost = self.lost(number, day)
        if lost and not confirmed:
            return None
        kept = [row for row in self.announced() if row not in lost]
        previous = kept[-1] if kept else self.in_force(self.today) or self.newest
        return Row(number, day, kind, previous.number)


DAYS = st.integers(-2, 12)
ACTS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 6)),
    st.tuples(st.just("issue"), st.booleans(), st.none() | DAYS, st.booleans()),
    st.tuples(st.just("correct"), st.booleans(), DAYS, st.booleans()),
    st.tuples(st.just("withdraw"), DAYS, st.booleans()),
    st.tuples(st.just("reinstate"), DAYS, st.booleans()),
    st.tuples(st.just("announce"), st.integers(0, 5), DAYS, st.booleans()),
)


class Replay:
    """Does with the services what the model says, and compares what is left."""

    def __init__(self, page):
        self.page, self.model, self.count = page, Model(), 0

    def date(self, day: int) -> dt.date:
        return FIRST_DAY + dt.timedelta(days=day)

    @property
    def now(self) -> dt.datetime:
        return at(self.date(self.model.today).isoformat())

    def begin(self) -> None:
        issue(self.page, on=FIRST_DAY.isoformat())
        self.model.rows.append(Row((1, 0), 0, EditionKind.ISSUE, None))

    def do(self, act: tuple) -> None:
        name, *values = act
        getattr(self, name)(*values)

    def wait(self, days: int) -> None:
        self.model.today += days

    def publish(self, expected: Row | None, *, day: int | None, **fields: object) -> None:
        self.count += 1
        words = clauses((CHINESE[0][0], f"<p>本政策適用於本署第{self.count}個網站。</p>"), *CHINESE[1:])
        fields["notice_waiver"] = "溯及既往。"  # or an edition for a day that has passed would be refused
        dates = {"to_be_announced": True} if day is None else {"effective_from": self.date(day).isoformat()}
        self.expect(
            expected,
            lambda: (
                issue(self.page, on=self.date(self.model.today).isoformat(), content=words, **dates, **fields).edition
            ),
        )

    def expect(self, expected: Row | None, act) -> None:
        if expected is None:
            with pytest.raises(Refused), transaction.atomic():
                act()
            return
        edition = act()
        self.model.rows.append(expected)
        day = None if expected.day is None else self.date(expected.day)
        assert (edition.order, edition.effective_from, edition.kind) == (expected.number, day, expected.kind)
        assert (edition.previous.order if edition.previous else None) == expected.previous

    def issue(self, is_editorial: bool, offset: int | None, confirmed: bool) -> None:
        day = None if offset is None else self.model.today + offset
        expected = self.model.issue(is_editorial=is_editorial, day=day, confirmed=confirmed)
        update_type = UpdateType.EDITORIAL if is_editorial else UpdateType.SUBSTANTIVE
        self.publish(expected, day=day, update_type=update_type, replaces_announced=confirmed)

    def correct(self, is_editorial: bool, offset: int, confirmed: bool) -> None:
        day = self.model.today + offset
        current = self.model.in_force(self.model.today)
        number = "{}.{}".format(*current.number) if current else "9.9"
        expected = self.model.correct(day=day, confirmed=confirmed)
        update_type = UpdateType.EDITORIAL if is_editorial else UpdateType.SUBSTANTIVE
        self.publish(expected, day=day, update_type=update_type, replaces_announced=confirmed, of_edition=number)

    def withdraw(self, offset: int, confirmed: bool) -> None:
        self.stand(withdraw_policy, EditionKind.WITHDRAWAL, offset, confirmed)

    def reinstate(self, offset: int, confirmed: bool) -> None:
        self.stand(reinstate_policy, EditionKind.REINSTATEMENT, offset, confirmed)

    def stand(self, act, kind: str, offset: int, confirmed: bool) -> None:
        day = self.model.today + offset
        order = StandingOrder(
            policy=self.page.policy,
            notices={"zh-hant": "公告說明。"},
            effective_from=self.date(day),
            replaces_announced=confirmed,
            issued_at=self.now,
            issued_by="林書瑜",
        )
        self.expect(self.model.stand(kind, day=day, confirmed=confirmed), lambda: act(order))

    def announce(self, index: int, offset: int, confirmed: bool) -> None:
        row = self.model.rows[index % len(self.model.rows)]
        day = self.model.today + offset
        is_allowed = self.model.announce(row, day=day, confirmed=confirmed)
        edition = Edition.objects.get(policy=self.page.policy, major=row.number[0], minor=row.number[1])

        def act():
            announce_effective_date(
                edition=edition,
                effective_from=self.date(day),
                replaces_announced=confirmed,
                issued_at=self.now,
                issued_by="林書瑜",
            )

        if is_allowed:
            act()
            row.day = day
        else:
            with pytest.raises(Refused), transaction.atomic():
                act()

    def compare(self) -> None:
        slug = self.page.policy.slug
        history = list_history(slug=slug, before=None, limit=100)
        editions = Edition.objects.filter(policy=self.page.policy)
        for day in range(-3, self.model.today + LONG_AFTER):
            on = self.date(day)
            row = self.model.in_force(day)
            expected = [row.number] if row else []
            assert [edition.order for edition in history if Period(edition, on).is_in_force] == expected
            found = editions.in_force(on=on).first()
            assert ([found.order] if found else []) == expected
        today = self.date(self.model.today)
        current = find_current(slug=slug, language="zh-hant", on=today)
        assert [edition.order for edition in current.announced] == [row.number for row in self.model.announced()]
        for edition in history:
            single = find_edition(slug=slug, major=edition.major, minor=edition.minor)
            below = list_history(slug=slug, before=edition.order, limit=1)
            for other in [single, *below]:
                same = next(each for each in history if each.pk == other.pk)
                assert Period(other, today).state == Period(same, today).state
                assert Period(other, today).last == Period(same, today).last
        assert list(verify_policy(self.page.policy)) == []


@pytest.mark.django_db
class TestAnySequenceOfActs:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(acts=st.lists(ACTS, min_size=1, max_size=9))
    def test_leaves_one_edition_in_force_on_every_day_or_none(self, acts, db):
        with transaction.atomic():
            replay = Replay(make_page())
            replay.begin()
            for act in acts:
                replay.do(act)
                replay.compare()
            transaction.set_rollback(True)
