from dataclasses import replace

import pytest

from newsletters.engine.buffer import Buffer
from tests.newsletters.engine.test_compose import row

LANES = range(1, 5)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buffer(clock):
    return Buffer(clock=clock)


def rows(*destinations, lane=4, first=1):
    return [replace(row(), id=first + number, destination=name, lane=lane) for number, name in enumerate(destinations)]


def make_slow(buffer, clock, name):
    """Let one message to a quick destination and one to `name` go through."""
    buffer.add([*rows("quick.example", first=900), *rows(name, first=950)])
    for seconds in (0.01, 2.0):
        taken = buffer.take(LANES)
        clock.now += seconds
        buffer.done(taken.id)
    clock.now += 1


class TestBuffer:
    def test_takes_urgent_lanes_first(self, buffer):
        buffer.add(rows("a.example"))
        buffer.add(rows("a.example", lane=1, first=50))
        assert [buffer.take(LANES).id for _ in range(2)] == [50, 1]
        assert buffer.take(LANES) is None

    def test_a_slow_destination_gets_one_connection_and_others_go_past_it(self, buffer, clock):
        make_slow(buffer, clock, "slow.example")
        buffer.add(rows("slow.example", "slow.example", "quick.example"))
        assert [buffer.take(LANES).destination for _ in range(2)] == ["slow.example", "quick.example"]
        assert buffer.take(LANES) is None
        buffer.done(1)
        assert buffer.take(LANES).destination == "slow.example"

    def test_the_only_destination_is_never_called_slow(self, buffer, clock):
        buffer.add(rows(*["only.example"] * 4))
        first = buffer.take(LANES)
        clock.now += 5
        buffer.done(first.id)
        assert [buffer.take(LANES) is not None for _ in range(3)] == [True] * 3

    def test_says_of_what_it_has_enough(self, buffer, clock):
        make_slow(buffer, clock, "slow.example")
        buffer.add(rows(*["slow.example"] * 5, *["quick.example"] * 50))
        assert buffer.saturated() == {"slow.example"}

    def test_passes_over_closed_destinations_until_they_open(self, buffer, clock):
        buffer.add(rows("a.example", "b.example"))
        buffer.close("a.example", clock.now + 30)
        assert buffer.take(LANES).destination == "b.example"
        assert buffer.take(LANES) is None
        assert buffer.saturated() == {"a.example"}
        clock.now += 31
        assert buffer.take(LANES).destination == "a.example"

    def test_gives_back_what_is_not_to_go(self, buffer, clock):
        buffer.add([*rows("a.example", "b.example"), replace(row(), id=9, mailing_id=8)])
        buffer.close("a.example", clock.now + 30)
        assert buffer.remove(closed=True) == [1]
        assert buffer.remove(mailings=frozenset({8})) == [9]
        assert buffer.clear() == [2]
        assert len(buffer) == 0
