"""How a worker works. The command sets a few; tests set the rest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from newsletters.smtp import Timeouts


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """`connections` are those for bulletins; one more is always kept for system mail. Times are in seconds."""

    connections: int = 4
    lease: dt.timedelta = dt.timedelta(seconds=60)
    #: How long mail without an end of its own is tried.
    max_age: dt.timedelta = dt.timedelta(days=4)
    #: Until the first further attempt at a message that was refused for now; each later one waits twice as long.
    first_retry: float = 120.0
    #: How long a destination that refuses everything is left alone at first.
    destination_pause: float = 30.0
    poll: float = 2.0
    heartbeat: float = 5.0
    reap: float = 15.0
    drain: float = 8.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    #: End when nothing that is due is left; with `until_empty`, when nothing waits at all.
    once: bool = False
    until_empty: bool = False

    @property
    def buffer(self) -> int:
        """How many claimed deliveries are kept at hand for each lane."""
        return max(100, 50 * self.connections)
