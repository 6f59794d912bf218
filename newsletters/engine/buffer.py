"""The claimed deliveries at hand: urgent lanes first, and no destination may occupy all connections."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from newsletters.engine.rows import ClaimedRow

#: How far to look past rows whose destination is busy.
_LOOK_AHEAD = 64
#: A destination is slow when a message to it takes this many seconds, and this many times as long as others.
_SLOW_SECONDS = 0.5
_SLOW_RATIO = 5.0
_WEIGHT = 0.2
_FRESH_SECONDS = 0.25
_MOST_DESTINATIONS = 10_000
#: How many rows of a slow destination are worth having at hand.
_SLOW_ROWS = 4


@dataclass(slots=True)
class _Pace:
    seconds: float = 0.0
    count: int = 0

    def add(self, seconds: float) -> None:
        self.seconds += (seconds - self.seconds) * (_WEIGHT if self.count else 1.0)
        self.count += 1


@dataclass
class Buffer:
    """Not safe for threads: the loop owns it."""

    clock: Callable[[], float] = time.monotonic
    _lanes: dict[int, deque[ClaimedRow]] = field(default_factory=dict)
    _waiting: Counter[str] = field(default_factory=Counter)
    _under_way: dict[int, tuple[str, float]] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)
    _paces: dict[str, _Pace] = field(default_factory=dict)
    _fastest: list[tuple[float, str]] = field(default_factory=list)
    _fastest_at: float = -1e9
    _closed: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def count(self, lanes: Iterable[int]) -> int:
        return sum(len(self._lanes.get(lane, ())) for lane in lanes)

    def add(self, rows: Iterable[ClaimedRow]) -> None:
        for row in rows:
            self._lanes.setdefault(row.lane, deque()).append(row)
            self._waiting[row.destination] += 1

    def take(self, lanes: Iterable[int]) -> ClaimedRow | None:
        """Return the next delivery of `lanes` and mark its destination as busy; None when there is none for now."""
        for lane in lanes:
            rows = self._lanes.get(lane)
            if not rows:
                continue
            for position in range(min(len(rows), _LOOK_AHEAD)):
                row = rows[position]
                if self._may_go(row.destination):
                    del rows[position]
                    self._waiting[row.destination] -= 1
                    self._busy[row.destination] += 1
                    self._under_way[row.id] = (row.destination, self.clock())
                    return row
        return None

    def done(self, number: int) -> None:
        """Note that a delivery that was taken is not under way any more."""
        destination, since = self._under_way.pop(number)
        self._busy[destination] -= 1
        if not self._busy[destination]:
            del self._busy[destination]
        seconds = self.clock() - since
        if len(self._paces) >= _MOST_DESTINATIONS:
            self._paces.clear()
        self._paces.setdefault(destination, _Pace()).add(seconds)

    def close(self, destination: str, until: float) -> None:
        """Take nothing for `destination` before `until`, of the same clock."""
        self._closed[destination] = until

    def remove(self, *, mailings: frozenset[int] = frozenset(), closed: bool = False) -> list[int]:
        """Take out what belongs to `mailings`, or to destinations that are closed; return the numbers."""
        now = self.clock()
        self._closed = {name: until for name, until in self._closed.items() if until > now}
        removed = []
        for lane, rows in self._lanes.items():
            kept: deque[ClaimedRow] = deque()
            for row in rows:
                if row.mailing_id in mailings or (closed and row.destination in self._closed):
                    removed.append(row.id)
                    self._waiting[row.destination] -= 1
                else:
                    kept.append(row)
            self._lanes[lane] = kept
        return removed

    def clear(self) -> list[int]:
        """Take out everything; return the numbers."""
        numbers = [row.id for rows in self._lanes.values() for row in rows]
        self._lanes.clear()
        self._waiting.clear()
        return numbers

    def saturated(self) -> set[str]:
        """Return the slow and closed destinations of which no more is wanted at hand."""
        now = self.clock()
        slow = {name for name, count in self._waiting.items() if count >= _SLOW_ROWS and self._is_slow(name)}
        return slow | {name for name, until in self._closed.items() if until > now}

    def _may_go(self, destination: str) -> bool:
        if destination in self._closed and self._closed[destination] > self.clock():
            return False
        return not (self._busy.get(destination) and self._is_slow(destination))

    def _is_slow(self, destination: str) -> bool:
        """Tell whether messages to `destination` take far longer than those to others, one that is under way included."""
        pace = self._paces.get(destination)
        seconds = pace.seconds if pace is not None else 0.0
        if self._busy.get(destination):
            now = self.clock()
            seconds = max(seconds, *(now - since for name, since in self._under_way.values() if name == destination))
        if seconds < _SLOW_SECONDS:
            return False
        others = [each for each, name in self._fastest_two() if name != destination]
        return bool(others) and seconds > _SLOW_RATIO * others[0]

    def _fastest_two(self) -> list[tuple[float, str]]:
        now = self.clock()
        if now - self._fastest_at > _FRESH_SECONDS:
            self._fastest = nsmallest(2, ((pace.seconds, name) for name, pace in self._paces.items()))
            self._fastest_at = now
        return self._fastest
