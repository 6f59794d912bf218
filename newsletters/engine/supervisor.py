"""The processes of `send_bulletins`: as many workers as asked for, started again when one dies, ended together."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from django.db import connections
from django.utils import timezone

from newsletters.engine.absence import report_absence
from newsletters.engine.database import connect
from newsletters.engine.reaper import reap_worker
from newsletters.engine.relays import relays_from_settings
from newsletters.engine.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from newsletters.engine.options import EngineOptions

logger = logging.getLogger("avow.newsletters")

#: Ends by itself when its parent was killed (prctl(2) PR_SET_PDEATHSIG).
_PDEATHSIG = 1
_KILL_AFTER = 4.0
_SLOWEST_RESTART = 30.0
_LOOK_SECONDS = 0.2
_OK, _REFUSED, _BROKEN = 0, 1, 3


@dataclass
class _Place:
    """Where one worker process runs, again and again. `worker` is what the process calls itself in its claims."""

    number: int
    process: BaseProcess | None = None
    worker: uuid.UUID | None = None
    failures: int = 0
    not_before: float = 0.0
    exit_code: int | None = None


@dataclass
class Supervisor:
    """Runs `processes` workers. `show` is called with how many messages were accepted so far."""

    options: EngineOptions
    processes: int
    show: Callable[[int], None] = lambda _accepted: None
    _places: list[_Place] = field(default_factory=list)
    _is_stopping: bool = False

    def run(self) -> int:
        """Return 0 when all workers ended in order, 1 when one could not do what it was asked for."""
        if not self.options.once:
            report_absence(timezone.now())
        # Forked below: neither connections nor threads may be shared.
        connections.close_all()
        context = multiprocessing.get_context("fork")
        # Without a lock: a worker that is killed would keep it.
        accepted = context.RawArray(ctypes.c_longlong, self.processes)
        base = [0] * self.processes
        self._places = [_Place(number) for number in range(self.processes)]
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while True:
            for place in self._places:
                if place.process is not None and not place.process.is_alive():
                    self._ended(place)
                    base[place.number] += accepted[place.number]
                    accepted[place.number] = 0
                if self._should_start(place):
                    self._start(context, place, accepted)
            self.show(sum(base) + sum(accepted[:]))
            if all(place.process is None and not self._should_start(place, later=True) for place in self._places):
                break
            time.sleep(_LOOK_SECONDS)
        return max((place.exit_code or 0 for place in self._places), default=_OK)

    def _should_start(self, place: _Place, *, later: bool = False) -> bool:
        if place.process is not None or self._is_stopping:
            return False
        if place.exit_code in {_OK, _REFUSED} and self.options.once:
            return False
        return later or time.monotonic() >= place.not_before

    def _start(
        self, context: multiprocessing.context.ForkContext, place: _Place, accepted: ctypes.Array[ctypes.c_longlong]
    ) -> None:
        place.worker = uuid.uuid4()
        place.process = context.Process(
            target=_work,
            args=(place.worker, self.options, accepted, place.number, os.getpid()),
            name=f"worker {place.number}",
        )
        place.process.start()

    def _ended(self, place: _Place) -> None:
        """Take note of an end; where it was not in order, take back at once what the worker held."""
        process, worker = place.process, place.worker
        place.process = None
        if process is None or worker is None:
            return
        place.exit_code = process.exitcode
        if process.exitcode in {_OK, _REFUSED}:
            place.failures = 0
            return
        place.failures += 1
        place.not_before = time.monotonic() + min(_SLOWEST_RESTART, 0.1 * 2.0 ** min(place.failures, 10))
        logger.error("A worker died (%s).", process.exitcode)
        try:
            with connect("supervisor") as connection:
                reaped = reap_worker(connection, worker)
        except psycopg.OperationalError:
            return  # leases run out by themselves
        logger.warning("Of it, %d deliveries are ready again and %d are uncertain.", reaped.ready, reaped.uncertain)

    def _stop(self, *_args: object) -> None:
        """Let the workers finish what is under way; those that take too long are killed."""
        if self._is_stopping:
            return
        self._is_stopping = True
        alive = [place.process for place in self._places if place.process is not None and place.process.is_alive()]
        for process in alive:
            process.terminate()
        end = time.monotonic() + self.options.drain + _KILL_AFTER
        for process in alive:
            process.join(max(0.1, end - time.monotonic()))
            if process.is_alive():
                process.kill()


def _work(
    worker_id: uuid.UUID, options: EngineOptions, accepted: ctypes.Array[ctypes.c_longlong], number: int, parent: int
) -> None:
    """Run one worker: the main function of a child process."""
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return

    def tell(count: int) -> None:
        accepted[number] = count

    worker = Worker(
        relays_from_settings(options.connections, timeouts=options.timeouts), options, tell=tell, number=worker_id
    )
    signal.signal(signal.SIGTERM, lambda *_args: worker.stop())
    signal.signal(signal.SIGINT, lambda *_args: worker.stop())
    worker.run()
    if worker.is_broken:
        sys.exit(_BROKEN)
    if options.once and worker.trouble:
        sys.stderr.write(f"Not everything was sent: {worker.trouble}\n")
        sys.exit(_REFUSED)
