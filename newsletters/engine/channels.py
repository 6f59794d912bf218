"""Ways out, all alike to the loop that drives them: a socket to wait for, events to take, and nothing that blocks."""

from __future__ import annotations

import os
import queue
import threading
from functools import partial
from typing import TYPE_CHECKING, Protocol

from newsletters.smtp import Closed, ConnectionLostError, Go, SmtpError, Unsent

#: Seconds to wait for a transport's thread to end.
_PATIENCE = 5.0

if TYPE_CHECKING:
    from newsletters.engine.compose import Message
    from newsletters.smtp import Connection, Event, Transport


class Channel(Protocol):
    """One way out, for one message at a time. What returns events may return `Closed`, which ends it."""

    def fileno(self) -> int: ...

    @property
    def can_offer(self) -> bool: ...

    @property
    def wants_to_write(self) -> bool: ...

    def offer(self, message: Message) -> list[Event]:
        """Begin with a message; only when `can_offer`."""

    def send_content(self, message: Message) -> list[Event]:
        """Go on with the message that `Go` spoke of."""

    def read(self) -> list[Event]: ...

    def write(self) -> list[Event]: ...

    def check_time(self, now: float) -> list[Event]: ...

    def drop(self) -> list[Event]:
        """Break off, and say what that means for the messages under way."""

    def leave(self) -> None:
        """End politely; nothing may be under way."""


class SmtpChannel:
    """A connection of our own client."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session = connection.session

    def fileno(self) -> int:
        return self._connection.fileno()

    @property
    def can_offer(self) -> bool:
        return self._session.can_offer

    @property
    def wants_to_write(self) -> bool:
        return self._session.has_outgoing

    def offer(self, message: Message) -> list[Event]:
        return self._session.offer(message.envelope, size=len(message.content), is_8bit=message.is_8bit)

    def send_content(self, message: Message) -> list[Event]:
        self._session.send_content(message.content)
        return []

    def read(self) -> list[Event]:
        return self._connection.read()

    def write(self) -> list[Event]:
        return self._connection.write()

    def check_time(self, now: float) -> list[Event]:
        return self._connection.check_time(now)

    def drop(self) -> list[Event]:
        return self._connection.drop()

    def leave(self) -> None:
        self._session.say_quit()
        self._connection.write()
        self._connection.drop()


class TransportChannel:
    """A transport that waits, in a thread of its own: smtplib, a mail service, files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._work: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._may_send: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._is_free = True
        self._is_closed = False
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="transport", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        return self._reading

    @property
    def can_offer(self) -> bool:
        return self._is_free and not self._is_closed

    @property
    def wants_to_write(self) -> bool:
        return False

    def offer(self, message: Message) -> list[Event]:
        self._is_free = False
        self._work.put(message)
        return []

    def send_content(self, message: Message) -> list[Event]:
        del message  # the thread has it
        self._may_send.put(True)
        return []

    def read(self) -> list[Event]:
        try:
            os.read(self._reading, 4096)
        except BlockingIOError:
            return []
        events: list[Event] = []
        while not self._events.empty():
            event = self._events.get()
            events.append(event)
            if isinstance(event, Closed):
                self._is_closed = True
            elif not isinstance(event, Go):
                self._is_free = True
        return events

    def write(self) -> list[Event]:
        return []

    def check_time(self, now: float) -> list[Event]:
        del now  # transports have timeouts of their own
        return []

    def drop(self) -> list[Event]:
        """Withhold what has not been sent; what is being sent ends as it ends, in a moment."""
        events: list[Event] = []
        if not self._is_closed:
            self._may_send.put(False)
            self._work.put(None)
            self._thread.join(_PATIENCE)
            events = self.read()
            if not self._is_closed:
                self._is_closed = True
                events.append(Closed(ConnectionLostError("the transport does not end")))
        self._close_pipe()
        return events

    def leave(self) -> None:
        self._work.put(None)
        self._thread.join(_PATIENCE)
        self._close_pipe()

    def _close_pipe(self) -> None:
        self._thread.join(_PATIENCE)
        if self._reading >= 0 and not self._thread.is_alive():
            os.close(self._reading)
            os.close(self._writing)
            self._reading = self._writing = -1

    def _run(self) -> None:
        while (message := self._work.get()) is not None:
            key = message.envelope.key
            try:
                outcome = self._transport.send(
                    message.envelope, message.content, before_content=partial(self._ask, key)
                )
            except SmtpError as error:
                outcome = Unsent(key, error)
            self._tell(outcome)
            if isinstance(outcome, Unsent):
                break
        self._transport.close()
        self._tell(Closed(None))

    def _ask(self, key: int) -> bool:
        self._tell(Go(key))
        return self._may_send.get()

    def _tell(self, event: Event) -> None:
        self._events.put(event)
        os.write(self._writing, b"x")
