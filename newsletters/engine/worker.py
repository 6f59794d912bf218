"""One process that sends: the loop, and the threads that write, claim, open connections and keep house for it."""

from __future__ import annotations

import logging
import os
import queue
import select
import socket
import threading
import time
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg

from newsletters.engine.bodies import Bodies, read_bodies
from newsletters.engine.claims import Claimer
from newsletters.engine.database import connect
from newsletters.engine.housekeeping import Housekeeper
from newsletters.engine.ledger import Batch, Ledger, LedgerLostError
from newsletters.engine.office import NotAtHandError, Office, Slot, Want
from newsletters.engine.people import Errands
from newsletters.engine.pump import Pump
from newsletters.engine.reaper import reap
from newsletters.services.mailings import CHANNEL
from newsletters.smtp import SmtpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.engine.compose import Message
    from newsletters.engine.options import EngineOptions
    from newsletters.engine.relays import Relay
    from newsletters.engine.rows import ClaimedRow

logger = logging.getLogger("avow.newsletters")

_RECONNECT_SECONDS = 0.5
_BEAT = """
INSERT INTO newsletters_worker (id, host, process, connections, started_at, seen_at, accepted)
VALUES (%(id)s, %(host)s, %(process)s, %(connections)s, statement_timestamp(), statement_timestamp(), %(accepted)s)
ON CONFLICT (id) DO UPDATE SET seen_at = statement_timestamp(), accepted = EXCLUDED.accepted
"""


class Worker(Office):
    """A worker of this process. `run` returns when it was stopped, or when nothing is left and the options say so."""

    def __init__(
        self,
        relays: list[Relay],
        options: EngineOptions,
        *,
        tell: Callable[[int], None] = lambda _accepted: None,
        number: uuid.UUID | None = None,
    ) -> None:
        self.id = number or uuid.uuid4()
        #: Why a run that was to end by itself could not be finished.
        self.trouble = ""
        #: Whether a thread met what it was not made for.
        self.is_broken = False
        self._options = options
        self._relays = relays
        self._tell = tell
        self._pump = Pump(relays, self, options)
        self._bodies = Bodies()
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._wants: queue.SimpleQueue[list[Want]] = queue.SimpleQueue()
        self._given_back: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
        self._request_reading, self._request_writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._openers = ThreadPoolExecutor(sum(relay.connections for relay in relays), "opener")
        self._errands = Errands(Housekeeper())
        self._is_stopping = False
        self._is_over = threading.Event()

    def stop(self) -> None:
        """Begin nothing more, finish what is under way, and end `run`. Any thread, and a signal handler, may call it."""
        self._is_stopping = True
        self._pump.post(lambda: None)

    def run(self) -> None:
        """Send until stopped."""
        threads = [
            threading.Thread(target=self._guarded, args=(self._write_batches,), name="ledger"),
            threading.Thread(target=self._guarded, args=(self._serve_claims,), name="claims"),
            threading.Thread(target=self._errands.run, name="housekeeping", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            while not self._is_stopping:
                self._pump.turn()
                self._tell(self._pump.accepted)
            self._drain()
        finally:
            self._is_stopping = True
            self._batches.put(None)
            threads[0].join(self._options.drain)
            self._is_over.set()
            self._wake_claims()
            threads[1].join(self._options.drain)
            self._errands.stop()
            threads[2].join(1.0)
            self._openers.shutdown(wait=False, cancel_futures=True)
            self._tell(self._pump.accepted)

    def _drain(self) -> None:
        self.release(self._pump.drain())
        end = time.monotonic() + self._options.drain
        while not self._pump.is_quiet and time.monotonic() < end:
            self._pump.turn()
        self._pump.close()
        last = self._pump.last_batch()
        if last:
            self._batches.put(last)

    # What the loop asks for

    def open(self, slot: Slot) -> None:
        self._openers.submit(self._open, slot)

    def write(self, batch: Batch) -> None:
        self._batches.put(batch)

    def claim(self, wants: list[Want]) -> None:
        self._wants.put(wants)
        self._wake_claims()

    def release(self, ids: list[int]) -> None:
        if ids:
            self._given_back.put(ids)
            self._wake_claims()

    def compose(self, row: ClaimedRow) -> Message:
        composer = self._bodies.get(row.body_id)
        if composer is None:
            raise NotAtHandError
        return composer.compose(row, time.time())

    def relay_failed(self, relay: Relay, error: SmtpError) -> None:
        self.trouble = str(error)
        self._errands.relay_failed(relay, error)
        if self._options.once:
            self._is_stopping = True

    def mailing_failed(self, mailing_id: int, reason: str, detail: str) -> None:
        self.trouble = detail
        self._errands.mailing_failed(mailing_id, reason, detail)

    def destination_failed(self, name: str, seconds: float, detail: str) -> None:
        self._errands.destination_failed(name, seconds, detail)

    # The threads

    def _guarded(self, serve: Callable[[], None]) -> None:
        """Have the worker end when one of its threads cannot go on: its supervisor starts another."""
        try:
            serve()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the supervisor must hear of it
            self.is_broken = True
            self._is_stopping = True
            # The database's words may hold an address; where it happened does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("A worker cannot go on: %s\n%s", type(error).__name__, where)

    def _open(self, slot: Slot) -> None:
        try:
            channel = slot.relay.open()
        except SmtpError as error:
            failure = error
            self._pump.post(lambda: self._pump.not_opened(slot, failure))
        except Exception as error:
            logger.exception("A connection to the %s relay could not be opened.", slot.relay.name)
            broken = SmtpError(type(error).__name__)
            self._pump.post(lambda: self._pump.not_opened(slot, broken))
        else:
            self._pump.post(lambda: self._pump.opened(slot, channel))

    def _write_batches(self) -> None:
        connection = self._connect("ledger")
        while (batch := self._batches.get()) is not None:
            if connection is None or connection.closed:
                connection = self._connect("ledger")
            if connection is None:
                break
            ledger = Ledger(connection, self.id, lease=self._options.lease, max_age=self._options.max_age)
            self._write_one(ledger, batch)
        if connection is not None:
            connection.close()

    def _write_one(self, ledger: Ledger, batch: Batch) -> None:
        try:
            answer = ledger.write(batch)
        except LedgerLostError:
            logger.warning("The database did not answer; what was not written will be.")
            ledger.close()
            self._pump.post(lambda: self._pump.written(batch, None))
        else:
            if answer.unwritten_results:
                logger.warning("%d results came too late: others had taken the deliveries.", answer.unwritten_results)
            self._pump.post(lambda: self._pump.written(batch, answer))

    def _serve_claims(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while not self._is_over.is_set():
            try:
                if connection is None or connection.closed:
                    connection = self._connect("claims")
                    if connection is None:
                        return
                    connection.execute(f"LISTEN {CHANNEL}")
                    desk = _ClaimsDesk(self, connection)
                desk.serve()
            except psycopg.OperationalError:
                logger.warning("The database does not answer.")
                if connection is not None:
                    connection.close()
        if connection is not None and not connection.closed:
            desk.close()
            connection.close()

    def _connect(self, purpose: str) -> psycopg.Connection[Any] | None:
        """Return a connection, trying until there is one; None once the worker has to end."""
        gives_up_at = None
        while True:
            try:
                return connect(purpose)
            except psycopg.OperationalError:
                now = time.monotonic()
                if self._is_stopping:
                    gives_up_at = gives_up_at or now + self._options.drain / 2
                    if now > gives_up_at:
                        return None
                time.sleep(_RECONNECT_SECONDS)

    def _wake_claims(self) -> None:
        try:
            os.write(self._request_writing, b"x")
        except BlockingIOError:
            return


class _ClaimsDesk:
    """What the thread that claims does with one connection: claims, leases, the heartbeat, and looking after the dead."""

    def __init__(self, worker: Worker, connection: psycopg.Connection[Any]) -> None:
        self._worker = worker
        self._options = worker._options  # noqa: SLF001 -- a part of the worker, apart for its connection
        self._pump = worker._pump  # noqa: SLF001
        self._connection = connection
        self._claimer = Claimer(connection, worker.id, self._options.lease, self._options.max_age)
        self._pending: list[Want] = []
        self._done_at: dict[str, float] = {}
        self._empty_since: float | None = None
        self._beat()

    def serve(self) -> None:
        """Wait for a request, a notification or the time, and do what is due."""
        reading = self._worker._request_reading  # noqa: SLF001
        ready, _, _ = select.select([self._connection.fileno(), reading], [], [], 0.5)
        if reading in ready:
            os.read(reading, 4096)
        if self._connection.fileno() in ready and list(self._connection.notifies(timeout=0)):
            self._claimer.look_again()
            self._pump.post(self._pump.wake)
        self._answer_requests()
        self._every("beat", self._options.heartbeat, self._beat)
        self._every("renew", self._options.lease.total_seconds() / 6, self._claimer.renew)
        self._every("reap", self._options.reap, self._reap)
        if self._options.once:
            self._end_when_empty()

    def close(self) -> None:
        """Give everything back."""
        self._answer_requests()
        self._claimer.release()
        self._connection.execute("DELETE FROM newsletters_worker WHERE id = %s", [self._worker.id])

    def _answer_requests(self) -> None:
        worker = self._worker
        while not worker._given_back.empty():  # noqa: SLF001
            self._claimer.release(worker._given_back.get())  # noqa: SLF001
        while not worker._wants.empty():  # noqa: SLF001
            self._claim(worker._wants.get())  # noqa: SLF001

    def _claim(self, wants: list[Want]) -> None:
        rows: list[ClaimedRow] = []
        bodies = []
        try:
            for want in wants:
                rows += self._claimer.claim(want.lane, want.limit, slow=want.slow)
            missing = self._worker._bodies.missing({row.body_id for row in rows})  # noqa: SLF001
            bodies = read_bodies(self._connection, missing) if missing else []
        finally:
            # Also when the database went: the loop asks again then.
            self._pump.post(lambda: self._hand_over(rows, bodies, wants))

    def _hand_over(self, rows: list[ClaimedRow], bodies: list[Any], wants: list[Want]) -> None:
        self._worker._bodies.add(bodies)  # noqa: SLF001
        self._pump.claimed(rows, wants)

    def _every(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        now = time.monotonic()
        if now - self._done_at.get(name, -1e9) >= seconds:
            self._done_at[name] = now
            act()

    def _beat(self) -> None:
        self._connection.execute(
            _BEAT,
            {
                "id": self._worker.id,
                "host": socket.gethostname()[:255],
                "process": os.getpid(),
                "connections": self._options.connections + 1,
                "accepted": self._pump.accepted,
            },
        )

    def _reap(self) -> None:
        reaped = reap(self._connection, patience=self._options.lease)
        self._claimer.look_again()
        if reaped.ready or reaped.uncertain:
            logger.warning(
                "Of workers that died, %d deliveries are ready again and %d are uncertain.",
                reaped.ready,
                reaped.uncertain,
            )
            self._pump.post(self._pump.wake)

    def _end_when_empty(self) -> None:
        """Stop the worker when nothing is under way and nothing that it should send is left."""
        lanes = [lane for relay in self._worker._relays for lane in relay.lanes]  # noqa: SLF001
        is_left = self._claimer.has_open() if self._options.until_empty else self._claimer.has_due(lanes)
        if is_left or not self._pump.is_idle:
            self._empty_since = None
            return
        now = time.monotonic()
        self._empty_since = self._empty_since or now
        if now - self._empty_since > self._options.poll / 4:
            self._worker.stop()
