"""What must happen every so often while mail is sent: each part registers its chores, one worker does them.

Register in `AppConfig.ready`: `register("digests", every=60, run=make_due_digests)`. A chore takes the time, may use
the ORM, and must be safe to run again: a worker that dies in the middle is followed by another.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

logger = logging.getLogger("avow.newsletters")

#: The advisory lock of the worker that keeps house: whoever holds it does, until its connection ends.
_LOCK = 0x41_56_4F_57_48


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every `every` seconds."""

    name: str
    every: float
    run: Callable[[dt.datetime], object]


_chores: dict[str, Chore] = {}


def register(name: str, *, every: float, run: Callable[[dt.datetime], object]) -> None:
    """Have `run` called every `every` seconds; one of the same name takes its place."""
    _chores[name] = Chore(name, every, run)


def registered() -> tuple[Chore, ...]:
    return tuple(_chores.values())


class Housekeeper:
    """Does the chores of this site from one thread, if no other worker does already."""

    def __init__(self) -> None:
        self._done_at: dict[str, dt.datetime] = {}

    def run_due(self, at: dt.datetime) -> list[str]:
        """Do what is due at `at`; return the names of what was done. A chore that fails is told in the log, and tried again."""
        close_old_connections()
        if not self._is_leader():
            return []
        done = []
        for chore in registered():
            last = self._done_at.get(chore.name)
            if last is not None and (at - last).total_seconds() < chore.every:
                continue
            self._done_at[chore.name] = at
            try:
                chore.run(at)
            except Exception as error:  # noqa: BLE001 -- one chore's fault is not the others'
                # The words of an error may hold an address; where it was raised does not.
                where = "".join(traceback.format_tb(error.__traceback__))
                logger.error("The chore %s failed: %s\n%s", chore.name, type(error).__name__, where)
                connection.close()
                if not self._is_leader():
                    break
            else:
                done.append(chore.name)
        return done

    def resign(self) -> None:
        """Leave the chores to others."""
        connection.close()

    def _is_leader(self) -> bool:
        """Take the lock, or see that it is held: it belongs to the connection and ends with it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                " AND granted AND ((classid::bigint << 32) | objid::bigint) = %s) OR pg_try_advisory_lock(%s)",
                [_LOCK, _LOCK],
            )
            return bool(cursor.fetchone()[0])
