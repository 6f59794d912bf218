"""The loop of a worker: one thread that serves all connections, and never waits for anything but their sockets.

Other threads write to PostgreSQL, claim and open connections; what they have to say is posted here and done between two
looks at the sockets. A message goes through it like this: taken from the buffer, composed, offered; at `Go` its intent
is handed to the ledger together with the results and intents of the other connections; when that is committed its
content leaves, with the next envelope behind it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import time
from collections import Counter
from typing import TYPE_CHECKING

from newsletters.engine.buffer import Buffer
from newsletters.engine.compose import BodyError, RecipientError
from newsletters.engine.judging import Judge
from newsletters.engine.ledger import Answer, Batch, Result
from newsletters.engine.office import NotAtHandError, Slot, Want
from newsletters.smtp import Accepted, Closed, ConnectionLostError, Go, Refused, Uncertain, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.engine.channels import Channel
    from newsletters.engine.office import Office
    from newsletters.engine.options import EngineOptions
    from newsletters.engine.relays import Relay
    from newsletters.engine.rows import ClaimedRow
    from newsletters.smtp import Event, Outcome, SmtpError

_TICK = 0.25
#: How long what is to be written waits for more of it: a commit costs the same for one message as for all connections.
_LINGER = 0.002


class Pump:
    """The loop. All its methods but `post` belong to one thread."""

    def __init__(self, relays: list[Relay], office: Office, options: EngineOptions) -> None:
        self.buffer = Buffer()
        self.accepted = 0
        self.is_draining = False
        self._office = office
        self._options = options
        self._judge = Judge(self, office, options)
        self._slots = [Slot(relay, number) for relay in relays for number in range(relay.connections)]
        self._relays = relays
        self._selector = selectors.DefaultSelector()
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_reading, self._wake_writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_reading, selectors.EVENT_READ)
        self._batch = Batch()
        self._batch_since: float | None = None
        self._asking: dict[int, Slot] = {}
        self._is_writing = False
        self._is_claiming = False
        self._look_after: dict[int, float] = {}
        self._checked_at = 0.0

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` made by the loop. Any thread may post."""
        self._posted.put(call)
        with contextlib.suppress(BlockingIOError):  # it is awake
            os.write(self._wake_writing, b"x")

    # The loop

    def turn(self) -> None:
        """Serve what is ready, and wait a moment when nothing is."""
        for key, mask in self._selector.select(self._patience()):
            slot = key.data
            if slot is None:
                self._empty_pipe()
                continue
            if mask & selectors.EVENT_READ and slot.channel is not None:
                self._take(slot, slot.channel.read())
            if mask & selectors.EVENT_WRITE and slot.channel is not None:
                self._flush(slot)
        while not self._posted.empty():
            self._posted.get()()
        now = time.monotonic()
        if now - self._checked_at >= _TICK:
            self._checked_at = now
            self._check(now)
        self._assign(now)
        self._hand_over(now)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, and nothing at hand."""
        return self.is_quiet and not self.buffer and not self._is_claiming

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way: every message that was begun has its result written."""
        return not (self._is_writing or self._batch or any(slot.messages for slot in self._slots))

    def drain(self) -> list[int]:
        """Begin nothing more; return what was at hand. What waits for its intent is broken off."""
        self.is_draining = True
        at_hand = self.buffer.clear()
        for slot in list(self._asking.values()):
            self._drop(slot)
        return at_hand

    def close(self) -> None:
        """Break off what is still under way, so that its results stand in the last batch; leave the others politely."""
        for slot in self._slots:
            if slot.channel is not None and slot.messages:
                self._drop(slot)
            elif slot.channel is not None:
                self._unwatch(slot)
                slot.channel.leave()
                slot.channel = None

    def last_batch(self) -> Batch:
        """Return what was not handed over yet; its intents were not carried out."""
        batch, self._batch = self._batch, Batch()
        return Batch(batch.results)

    def free_descriptors(self) -> None:
        self._selector.close()
        os.close(self._wake_reading)
        os.close(self._wake_writing)

    # What other threads post

    def claimed(self, rows: list[ClaimedRow], wants: list[Want]) -> None:
        """Take what was claimed."""
        self._is_claiming = False
        if self.is_draining:
            self._office.release([row.id for row in rows])
            return
        self.buffer.add(rows)
        found = Counter(row.lane for row in rows)
        now = time.monotonic()
        for want in wants:
            # Where little was found there is little: the next look can wait, unless somebody wakes us.
            is_quiet = found[want.lane] * 2 < want.limit
            self._look_after[want.lane] = now + self._options.poll if is_quiet else 0.0

    def wake(self) -> None:
        """Look for deliveries now."""
        self._look_after.clear()

    def opened(self, slot: Slot, channel: Channel) -> None:
        slot.is_opening = False
        slot.channel = channel
        self._selector.register(channel.fileno(), selectors.EVENT_READ, slot)

    def not_opened(self, slot: Slot, error: SmtpError) -> None:
        slot.is_opening = False
        self._judge.relay_failed(slot.relay, error)

    def written(self, batch: Batch, answer: Answer | None) -> None:
        """Go on with the messages whose intent stands. None as the answer: nobody knows what was written."""
        self._is_writing = False
        if answer is None:
            # Results are written again; of the intents nothing was carried out, whether they stand or not.
            undone = [Result(number, token, "ready", tried=0) for number, token, _mailing in batch.intents]
            self._batch.results[:0] = [*batch.results, *undone]
        granted = answer.granted if answer is not None else frozenset()
        for number, _token, _mailing in batch.intents:
            slot = self._asking.pop(number, None)
            if slot is None or slot.channel is None:
                if number in granted:
                    # The connection ended while the intent was written: not a byte of the content has left.
                    self._batch.results.append(Result(number, _token, "ready", tried=0))
                continue
            row, message = slot.messages[number]
            if number in granted and not self.is_draining:
                self._take(slot, slot.channel.send_content(message))
                self._offer(slot)
            else:
                if number in granted:
                    self._batch.results.append(Result(number, row.token, "ready", tried=0))
                self._forget(slot, number)
                self._drop(slot)
        if answer is not None and answer.stopped_mailings:
            self._office.release(self.buffer.remove(mailings=answer.stopped_mailings))

    def stop_mailing(self, mailing_id: int) -> None:
        """Give back what is at hand of a mailing."""
        self._office.release(self.buffer.remove(mailings=frozenset({mailing_id})))

    def close_destination(self, name: str, seconds: float) -> None:
        """Give back what is at hand for a destination, and take nothing for it for a while."""
        self.buffer.close(name, time.monotonic() + seconds)
        self._office.release(self.buffer.remove(closed=True))

    # Connections

    def _take(self, slot: Slot, events: list[Event]) -> None:
        was_idle = not slot.messages
        for event in events:
            if isinstance(event, Go):
                self._ask(slot, event.key)
            elif isinstance(event, Closed):
                self._ended(slot, event, was_idle=was_idle)
            elif isinstance(event, Accepted | Refused | Unsent | Uncertain):
                self._finish(slot, event)
        self._offer(slot)

    def _ask(self, slot: Slot, number: int) -> None:
        row, _message = slot.messages[number]
        if self.is_draining:
            self._drop(slot)
            return
        self._asking[number] = slot
        self._batch.intents.append((number, row.token, row.mailing_id))

    def _finish(self, slot: Slot, outcome: Outcome) -> None:
        if outcome.key not in slot.messages:
            return
        row, _message = slot.messages[outcome.key]
        self._forget(slot, outcome.key)
        if isinstance(outcome, Accepted):
            self.accepted += 1
        self._batch.results.append(self._judge.result(slot.relay, row, outcome))

    def _forget(self, slot: Slot, number: int) -> None:
        del slot.messages[number]
        if self._asking.pop(number, None) is not None:
            self._batch.intents = [intent for intent in self._batch.intents if intent[0] != number]
        self.buffer.done(number)

    def _offer(self, slot: Slot) -> None:
        """Give the connection its next message, if it takes one and there is one."""
        while slot.channel is not None and slot.channel.can_offer and self._may_work(slot):
            row = self.buffer.take(slot.relay.lanes)
            if row is None:
                break
            try:
                message = self._office.compose(row)
            except NotAtHandError:
                self.buffer.done(row.id)
                self._office.release([row.id])
                continue
            except (RecipientError, BodyError) as error:
                self.buffer.done(row.id)
                self._batch.results.append(self._judge.unwritable(row, error))
                continue
            slot.messages[row.id] = (row, message)
            for event in slot.channel.offer(message):
                if isinstance(event, Refused):
                    self._finish(slot, event)
        self._flush(slot)

    def _may_work(self, slot: Slot) -> bool:
        return not self.is_draining and slot.number < slot.relay.window

    def _may_open(self, slot: Slot, now: float) -> bool:
        is_wanted = self._may_work(slot) and not slot.is_opening and now >= slot.relay.not_before
        return is_wanted and self.buffer.count(slot.relay.lanes) > 0

    def _flush(self, slot: Slot) -> None:
        channel = slot.channel
        if channel is None:
            return
        events = channel.write() if channel.wants_to_write else []
        if events:
            self._take(slot, events)
        if slot.channel is not None and channel.wants_to_write != slot.is_watched_for_writing:
            slot.is_watched_for_writing = channel.wants_to_write
            mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if channel.wants_to_write else 0)
            self._selector.modify(channel.fileno(), mask, slot)

    def _drop(self, slot: Slot) -> None:
        channel = slot.channel
        if channel is not None:
            self._unwatch(slot)
            for event in channel.drop():
                if isinstance(event, Accepted | Refused | Unsent | Uncertain):
                    self._finish(slot, event)
            for number in list(slot.messages):  # of a transport that does not end
                self._finish(slot, Uncertain(number, ConnectionLostError("the transport does not end")))
            slot.channel = None

    def _ended(self, slot: Slot, event: Closed, *, was_idle: bool) -> None:
        channel = slot.channel
        if channel is None:
            return
        self._unwatch(slot)
        slot.channel = None
        channel.drop()
        # A relay may end what has nothing to do; that is no trouble.
        if event.error is not None and not was_idle:
            self._judge.relay_failed(slot.relay, event.error)

    def _unwatch(self, slot: Slot) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data is slot:
                self._selector.unregister(key.fileobj)
        slot.is_watched_for_writing = False

    # Between two looks

    def _assign(self, now: float) -> None:
        for slot in self._slots:
            if slot.channel is not None:
                if slot.channel.can_offer:
                    self._offer(slot)
            elif self._may_open(slot, now):
                slot.is_opening = True
                self._office.open(slot)
        self._claim(now)

    def _claim(self, now: float) -> None:
        if self._is_claiming or self.is_draining:
            return
        wants = []
        target = self._options.buffer
        for relay in self._relays:
            if now < relay.not_before:
                continue  # what cannot leave is better claimed by others
            for lane in relay.lanes:
                at_hand = self.buffer.count(range(relay.lanes[0], lane + 1))
                if at_hand * 2 < target and now >= self._look_after.get(lane, 0.0):
                    wants.append(Want(lane, target - at_hand, frozenset(self.buffer.saturated())))
        if wants:
            self._is_claiming = True
            self._office.claim(wants)

    def _check(self, now: float) -> None:
        for slot in self._slots:
            if slot.channel is not None:
                self._take(slot, slot.channel.check_time(now))
            if slot.channel is not None and not slot.messages and slot.number >= slot.relay.window:
                self._unwatch(slot)
                slot.channel.leave()
                slot.channel = None
        for relay in self._relays:
            relay.recover(now)

    def _hand_over(self, now: float) -> None:
        if not self._batch or self._is_writing:
            return
        if self._batch_since is None:
            self._batch_since = now
        if self._is_more_to_come() and now - self._batch_since < _LINGER:
            return
        batch, self._batch, self._batch_since = self._batch, Batch(), None
        self._is_writing = True
        self._office.write(batch)

    def _is_more_to_come(self) -> bool:
        """Whether a connection is at work that does not wait for us."""
        return not self.is_draining and sum(bool(slot.messages) for slot in self._slots) > len(self._asking)

    def _patience(self) -> float:
        """Return for how long the sockets are waited for at most."""
        if not self._posted.empty():
            return 0.0
        return _TICK if self._batch_since is None else _LINGER

    def _empty_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_reading, 4096):
                pass
