"""How far a mailing is: counts, speed and when it may end. Cheap enough to be asked every few seconds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.core.cache import cache
from django.db.models import Count, Q

from newsletters.choices import DeliveryState, MailingState
from newsletters.models import Delivery, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.models import Mailing

T = TypeVar("T")

#: States in which a message waits for its turn.
WAITING = (DeliveryState.READY, DeliveryState.CLAIMED)
#: How old counts may be: a mailing of a million takes part of a second to count, and several people may look.
_SECONDS_OF_COUNTS = 2
_SECONDS_OF_DESTINATIONS = 15
_SECONDS_OF_SPEED = 120
_DESTINATIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """`per_second` is what was accepted lately, None before it can be told; `ends_at` follows from it."""

    counts: dict[str, int]
    total: int
    per_second: float | None
    ends_at: dt.datetime | None

    @property
    def waiting(self) -> int:
        return sum(self.counts[state] for state in WAITING)

    @property
    def over(self) -> int:
        """How many messages nothing more will happen to by itself."""
        return self.total - self.waiting - self.counts[DeliveryState.INFLIGHT]


@dataclass(slots=True)
class DestinationRow:
    """Where messages go; counts by state."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def add(self, state: str, count: int) -> None:
        self.counts[state] = self.counts.get(state, 0) + count


def mailing_progress(mailing: Mailing, *, at: dt.datetime) -> Progress:
    """Return the counts of `mailing`, at most a few seconds old, and what follows from how they change."""
    counts = _kept(f"mail:counts:{mailing.pk}", _SECONDS_OF_COUNTS, lambda: _count(mailing))
    per_second = _speed(mailing, counts[DeliveryState.ACCEPTED], at)
    waiting = sum(counts[state] for state in WAITING)
    ends_at = None
    if per_second and waiting and mailing.state == MailingState.SENDING:
        ends_at = at + dt.timedelta(seconds=waiting / per_second)
    return Progress(counts, sum(counts.values()), per_second, ends_at)


def list_destinations(mailing: Mailing) -> list[DestinationRow]:
    """Return the destinations with the most messages, largest first; the rest together under the name ""."""
    return _kept(f"mail:destinations:{mailing.pk}", _SECONDS_OF_DESTINATIONS, lambda: _destinations(mailing))


def queue_by_lane(*, at: dt.datetime) -> list[tuple[int, int, int]]:
    """Return lane, messages that are due, and messages that wait for their time, for lanes that have any."""
    return _kept("mail:queue", _SECONDS_OF_DESTINATIONS, lambda: _count_queue(at))


def _kept(key: str, seconds: int, make: Callable[[], T]) -> T:
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, timeout=seconds)
    return found


def _count(mailing: Mailing) -> dict[str, int]:
    """Count the deliveries by state: those that are there, and those that were deleted when their days were over."""
    counts = {state.value: 0 for state in DeliveryState}
    found = Delivery.objects.filter(mailing=mailing).values_list("state").annotate(Count("pk")).order_by("state")
    for state, count in [*found, *Tally.objects.filter(mailing=mailing).values_list("state", "count")]:
        counts[state] += count
    return counts


def _count_queue(at: dt.datetime) -> list[tuple[int, int, int]]:
    waiting = Delivery.objects.filter(state=DeliveryState.READY).values("lane").order_by("lane")
    rows = waiting.annotate(due=Count("pk", filter=Q(next_at__lte=at)), later=Count("pk", filter=Q(next_at__gt=at)))
    return [(row["lane"], row["due"], row["later"]) for row in rows]


def _destinations(mailing: Mailing) -> list[DestinationRow]:
    counted = Delivery.objects.filter(mailing=mailing).values_list("destination", "state").annotate(Count("pk"))
    deleted = Tally.objects.filter(mailing=mailing).values_list("destination", "state", "count")
    by_name: dict[str, DestinationRow] = {}
    for name, state, count in [*counted.order_by("destination", "state"), *deleted.order_by("destination", "state")]:
        by_name.setdefault(name, DestinationRow(name)).add(state, count)
    rest = by_name.pop("", DestinationRow(""))
    rows = sorted(by_name.values(), key=lambda row: (-row.total, row.name))
    for row in rows[_DESTINATIONS_SHOWN:]:
        for state, count in row.counts.items():
            rest.add(state, count)
    return [*rows[:_DESTINATIONS_SHOWN], *([rest] if rest.total else [])]


def _speed(mailing: Mailing, accepted: int, at: dt.datetime) -> float | None:
    """Return accepted messages a second since the oldest look of the last two minutes, else since the mailing began."""
    key = f"mail:looks:{mailing.pk}"
    now = at.timestamp()
    looks = [look for look in cache.get(key, []) if now - look[0] <= _SECONDS_OF_SPEED and look[1] <= accepted]
    if not looks or now - looks[-1][0] >= 1:
        cache.set(key, [*looks, (now, accepted)], timeout=_SECONDS_OF_SPEED)
    if looks and now - looks[0][0] >= 1:
        return float((accepted - looks[0][1]) / (now - looks[0][0]))
    if mailing.frozen_at is None or not accepted or mailing.state != MailingState.SENDING:
        return None
    return float(accepted / max(1.0, now - mailing.frozen_at.timestamp()))
