"""A session on a real socket. Opening blocks; after that nothing does, so that one loop can serve many connections."""

from __future__ import annotations

import select
import socket
import ssl
import time
from typing import TYPE_CHECKING

from newsletters.smtp.errors import ConnectError, ConnectionLostError, RelaySilentError, SmtpError, TlsError
from newsletters.smtp.events import Closed, StartTls
from newsletters.smtp.servers import Timeouts, Tls
from newsletters.smtp.session import Session, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.smtp.events import Event
    from newsletters.smtp.servers import Server

_READ_AT_ONCE = 65536
_TLS_WRITE_AT_ONCE = 16384
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def open_connection(server: Server, *, timeouts: Timeouts | None = None) -> Connection:
    """Connect to `server` and return once envelopes may be offered.

    Raises:
        SmtpError: why it could not be had.
    """
    timeouts = timeouts or Timeouts()
    try:
        plain = socket.create_connection((server.host, server.port), timeouts.connect)
    except OSError as error:
        raise ConnectError(_why(error)) from error
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = Connection(plain, server, timeouts)
    try:
        if server.tls is Tls.IMPLICIT:
            connection.secure()
        last = connection.run_until(lambda _events: connection.session.is_open)[-1]
        if isinstance(last, Closed):
            raise last.error or ConnectionLostError("the relay ended the session")
    except BaseException:
        connection.drop()
        raise
    return connection


class Connection:
    """An open socket and its session. Every method that returns events may return `Closed`, which ends it."""

    def __init__(self, plain: socket.socket, server: Server, timeouts: Timeouts) -> None:
        self.session = Session(server)
        self._server = server
        self._timeouts = timeouts
        self._socket: socket.socket = plain
        self._is_tls = False
        self._since = time.monotonic()
        self._seen: object = None
        plain.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def wants_to_write(self) -> bool:
        return self.session.has_outgoing

    def read(self) -> list[Event]:
        """Take what has come."""
        events: list[Event] = []
        while not self.session.is_closed:
            try:
                data = self._socket.recv(_READ_AT_ONCE)
            except _WOULD_BLOCK:
                break
            except OSError as error:
                return events + self._lose(error)
            if not data:
                return events + self.fail(ConnectionLostError("the relay closed the connection"))
            events += self.session.receive(data)
            # TLS may hold more than the kernel shows.
            if not self._is_tls and len(data) < _READ_AT_ONCE:
                break
        return self._closing(events)

    def write(self) -> list[Event]:
        """Send as much of what is to be sent as goes without waiting."""
        while self.session.has_outgoing:
            try:
                self._send_some()
            except _WOULD_BLOCK:
                break
            except OSError as error:
                return self._lose(error)
        return []

    def check_time(self, now: float) -> list[Event]:
        """End the session when the relay has been silent for too long; `now` is of the monotonic clock."""
        limit = self._limit()
        seen = (self.session.progress, limit)
        if seen != self._seen:
            self._seen, self._since = seen, now
        if limit is None or now - self._since < limit:
            return []
        return self.fail(RelaySilentError(f"the relay did not answer within {limit:g} seconds"))

    def fail(self, error: SmtpError) -> list[Event]:
        """End the session at once because of `error`, and say what that means for the messages under way."""
        events = self.session.lose(error)
        self._socket.close()
        return events

    def drop(self) -> list[Event]:
        """Break the connection off on our own account."""
        return self.fail(ConnectionLostError("we broke the connection off"))

    def secure(self) -> None:
        """Make the TLS handshake, waiting for it.

        Raises:
            TlsError: the certificate is not good, or the handshake failed.
        """
        self._socket.settimeout(self._timeouts.reply)
        try:
            self._socket = self._server.secure_context().wrap_socket(self._socket, server_hostname=self._server.host)
        except ssl.SSLCertVerificationError as error:
            raise TlsError(f"the relay’s certificate is not good: {error.verify_message}") from error
        except OSError as error:
            raise TlsError(f"TLS could not be started: {_why(error)}") from error
        self._socket.setblocking(False)
        self._is_tls = True

    def run_until(self, is_enough: Callable[[list[Event]], bool]) -> list[Event]:
        """Wait for the relay until `is_enough` of the events says so, or the session ends; return them."""
        events: list[Event] = []
        while not is_enough(events):
            new = self._wait()
            events += new
            last = new[-1] if new else None
            if isinstance(last, StartTls):
                self.secure()
                self.session.tls_started()
            elif isinstance(last, Closed):
                break
        return events

    def _wait(self) -> list[Event]:
        events = self.write()
        if events or self.session.is_closed:
            return events
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if self.wants_to_write else 0))
        if not (self._is_tls and isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
            limit = self._limit()
            poll.poll(1000 if limit is None else min(1000, limit * 1000))
        return self.read() or self.check_time(time.monotonic())

    def _send_some(self) -> None:
        outgoing = self.session.outgoing
        if self._is_tls:
            chunk = outgoing[:_TLS_WRITE_AT_ONCE]
            # Where a call fails, TLS may have sent part of it all the same.
            self.session.leaving(len(chunk))
            self.session.left(self._socket.send(chunk))
        else:
            self.session.left(self._socket.send(outgoing))

    def _limit(self) -> float | None:
        """Return how long the relay may take for what it owes now."""
        if self.session.has_outgoing:
            return self._timeouts.write
        step = self.session.awaits
        if step is None:
            return None
        named = {Step.GREETING: self._timeouts.greeting, Step.FINAL: self._timeouts.final}
        return named.get(step, self._timeouts.reply)

    def _lose(self, error: OSError) -> list[Event]:
        return self.fail(ConnectionLostError(f"the connection to the relay broke: {_why(error)}"))

    def _closing(self, events: list[Event]) -> list[Event]:
        if self.session.is_closed:
            self._socket.close()
        return events


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
