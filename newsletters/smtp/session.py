"""An SMTP session without its sockets: bytes from the relay in, events and bytes for the relay out.

One message is between its final dot and the reply at any time. Where the relay offers PIPELINING (RFC 2920), the next
envelope rides behind that dot, so that a message costs one round trip.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from newsletters.smtp.authentication import auth_commands
from newsletters.smtp.capabilities import Capabilities, read_capabilities
from newsletters.smtp.errors import (
    AuthenticationError,
    MessageError,
    ProtocolError,
    RelayRefusedError,
    SmtpError,
    TlsError,
)
from newsletters.smtp.events import Accepted, Closed, Go, Opened, Refused, Stage, StartTls, Uncertain, Unsent
from newsletters.smtp.replies import Reply, ReplyReader
from newsletters.smtp.servers import Tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.smtp.envelopes import Envelope
    from newsletters.smtp.events import Event
    from newsletters.smtp.servers import Server

NO_SMTPUTF8 = Reply(553, ("5.6.7 The relay does not take addresses beyond ASCII.",))
_TOO_LONG = Reply(552, ("5.3.4 The message is longer than the relay takes.",))
_NO_8BITMIME = Reply(554, ("5.6.3 The relay takes seven-bit messages only.",))


class Step(Enum):
    """What a reply is awaited for."""

    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    STARTTLS = auto()
    AUTH = auto()
    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    FINAL = auto()
    EMPTY = auto()
    QUIT = auto()


_STAGES = {Step.MAIL: Stage.MAIL, Step.RCPT: Stage.RCPT, Step.DATA: Stage.DATA}


@dataclass(slots=True)
class _Transaction:
    key: int
    refusal: Refused | None = None


class Session:
    """One session with `server`. Methods that take bytes or end the session return what happened."""

    def __init__(self, server: Server) -> None:
        self.capabilities = Capabilities()
        self.is_open = False
        self.is_closed = False
        #: Changes whenever the relay answered or took bytes: what a timeout is counted from.
        self.progress = 0
        self._server = server
        self._is_secure = server.tls is Tls.IMPLICIT
        self._reader = ReplyReader()
        self._awaited: deque[tuple[Step, _Transaction | None]] = deque([(Step.GREETING, None)])
        self._waiting: deque[tuple[bytes, Step, _Transaction | None]] = deque()
        self._auth: list[bytes] = []
        self._next: _Transaction | None = None
        self._has_go = False
        self._current: _Transaction | None = None
        self._needs_reset = False
        self._unsent = b""
        self._unsent_from = 0
        self._queued_total = self._leaving_total = 0
        self._final_at = 0

    # What the driver asks

    @property
    def outgoing(self) -> memoryview:
        """What is to be sent."""
        return memoryview(self._unsent)[self._unsent_from :]

    @property
    def has_outgoing(self) -> bool:
        return self._unsent_from < len(self._unsent)

    @property
    def awaits(self) -> Step | None:
        """What the relay is to answer next; None when it owes nothing."""
        return self._awaited[0][0] if self._awaited else None

    @property
    def can_offer(self) -> bool:
        """Whether an envelope may be offered now."""
        is_free = self._current is None or self.capabilities.has_pipelining
        return self.is_open and not self.is_closed and self._next is None and is_free

    # What the driver does

    def leaving(self, count: int) -> None:
        """Say that the first `count` bytes of `outgoing` may be on their way, whatever becomes of the call that sends them."""
        sent = self._queued_total - len(self._unsent) + self._unsent_from
        self._leaving_total = max(self._leaving_total, sent + count)

    def left(self, count: int) -> None:
        """Say that the first `count` bytes of `outgoing` were handed to the network."""
        self.leaving(count)
        self._unsent_from += count
        if not self.has_outgoing:
            self._unsent, self._unsent_from = b"", 0
        self.progress += 1

    def receive(self, data: bytes) -> list[Event]:
        """Take what the relay sent."""
        events: list[Event] = []
        replies = [] if self.is_closed else self._reader.feed(data)
        for position, reply in enumerate(replies):
            events += self._take(reply)
            if self.is_closed:
                return events
            if events and isinstance(events[-1], StartTls):
                is_clean = position == len(replies) - 1 and self._reader.is_between_replies
                # Whoever sits in the line could otherwise put words into the secured session.
                return events if is_clean else self.lose(TlsError("the relay sent more than its answer to STARTTLS"))
        if self._reader.error is not None:
            events += self.lose(self._reader.error)
        return events

    def lose(self, error: SmtpError) -> list[Event]:
        """End the session without a farewell, and say what that means for the messages under way."""
        return self._end(error)

    def tls_started(self) -> None:
        """Go on after the handshake; all that was said before it is forgotten (RFC 3207 §4.2)."""
        self._is_secure = True
        self.capabilities = Capabilities()
        self._reader = ReplyReader()
        self._say_ehlo()

    def offer(self, envelope: Envelope, *, size: int, is_8bit: bool = False) -> list[Event]:
        """Begin the transaction of a message of `size` octets; only when `can_offer`."""
        if not self.can_offer:
            msg = "No envelope can be offered now."
            raise RuntimeError(msg)
        objection = self._objection(envelope, size, is_8bit=is_8bit)
        if objection is not None:
            return [Refused(envelope.key, Stage.LOCAL, objection)]
        transaction = self._next = _Transaction(envelope.key)
        if self._needs_reset:
            self._command(b"RSET\r\n", Step.RSET)
            self._needs_reset = False
        utf8 = b" SMTPUTF8" if envelope.needs_smtputf8 else b""
        body = b" BODY=8BITMIME" if is_8bit or utf8 else b""
        declared = b" SIZE=%d" % size if self.capabilities.has_size else b""
        self._command(
            b"MAIL FROM:<" + envelope.sender.encode() + b">" + declared + body + utf8 + b"\r\n", Step.MAIL, transaction
        )
        self._command(b"RCPT TO:<" + envelope.recipient.encode() + b">\r\n", Step.RCPT, transaction)
        self._command(b"DATA\r\n", Step.DATA, transaction)
        return []

    def send_content(self, content: bytes) -> None:
        """Send the message that `Go` spoke of, as `content_of` returns it."""
        if not self._has_go or self.is_closed:
            msg = "The relay does not wait for content."
            raise RuntimeError(msg)
        if content[-5:] != b"\r\n.\r\n" and content != b".\r\n":
            msg = "The content does not end with its final dot."
            raise MessageError(msg)
        self._current, self._next, self._has_go = self._next, None, False
        self._send(content)
        self._final_at = self._queued_total
        self._awaited.append((Step.FINAL, self._current))

    def say_quit(self) -> None:
        """Say farewell, once nothing is under way."""
        if self.is_closed or self._next is not None or self._current is not None:
            msg = "A message is under way."
            raise RuntimeError(msg)
        self.is_open = False
        self._command(b"QUIT\r\n", Step.QUIT)

    # What the relay says

    def _take(self, reply: Reply) -> list[Event]:
        self.progress += 1
        if not self._awaited:
            is_farewell = reply.code == 421
            return self._end(RelayRefusedError(reply) if is_farewell else ProtocolError("the relay spoke unasked"))
        step, transaction = self._awaited.popleft()
        events = self._answers[step](self, reply, step, transaction)
        if not self.is_closed:
            self._send_waiting()
        return events

    def _greeted(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        if reply.code != 220:
            return self._end(RelayRefusedError(reply))
        self._say_ehlo()
        return []

    def _named(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        if not reply.is_positive:
            if step is Step.EHLO and reply.code in {500, 502, 504, 550}:
                self._command(b"HELO " + self._server.ehlo_name.encode("ascii") + b"\r\n", Step.HELO)
                return []
            return self._end(RelayRefusedError(reply))
        self.capabilities = read_capabilities(reply) if step is Step.EHLO else Capabilities()
        if not self._is_secure and self._server.tls in {Tls.STARTTLS, Tls.AUTO}:
            if self.capabilities.has_starttls:
                self._command(b"STARTTLS\r\n", Step.STARTTLS)
                return []
            if self._server.tls is Tls.STARTTLS:
                return self._end(TlsError("the relay does not offer STARTTLS"))
        return self._authenticate()

    def _authenticate(self) -> list[Event]:
        credentials = self._server.credentials
        if credentials is None:
            return self._opened()
        if not self._is_secure and self._server.tls is not Tls.NONE:
            # Only an explicit tls=none may carry a password in the clear; a stripped STARTTLS may not.
            return self._end(TlsError("the relay offers no TLS to send a password through"))
        try:
            self._auth = auth_commands(credentials, self.capabilities.auth)
        except AuthenticationError as error:
            return self._end(error)
        self._command(self._auth.pop(0), Step.AUTH)
        return []

    def _secured(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        if reply.code != 220:
            return self._end(TlsError("the relay refused STARTTLS"))
        return [StartTls()]

    def _authenticated(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        if reply.code == 334 and self._auth:
            self._command(self._auth.pop(0), Step.AUTH)
            return []
        if reply.code != 235:
            if reply.is_temporary:
                return self._end(RelayRefusedError(reply))
            return self._end(AuthenticationError("the relay does not accept our name and password", reply))
        return self._opened()

    def _opened(self) -> list[Event]:
        self.is_open = True
        return [Opened(self.capabilities)]

    def _enveloped(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        assert transaction is not None  # noqa: S101 -- MAIL, RCPT and DATA always have one
        if transaction.refusal is None and not (reply.code == 354 if step is Step.DATA else reply.is_positive):
            transaction.refusal = Refused(transaction.key, _STAGES[step], reply)
        if reply.code == 421:
            return self._refuse_and_end(transaction, reply)
        if 300 <= reply.code < 400 and (step is not Step.DATA or reply.code != 354):
            return self._end(ProtocolError("the relay asks for what nobody offered"))
        if step is not Step.DATA:
            return self._skip_rest(transaction)
        if transaction.refusal is None:
            self._has_go = True
            return [Go(transaction.key)]
        if reply.code == 354:
            # It took DATA although it took no recipient (RFC 2920 §3.1): a lone dot ends that.
            self._send(b".\r\n")
            self._awaited.append((Step.EMPTY, transaction))
            return []
        return self._refused(transaction)

    def _skip_rest(self, transaction: _Transaction) -> list[Event]:
        """Leave out the commands that a refusal made senseless, where they were not sent yet."""
        if transaction.refusal is None or not self._waiting:
            return []
        self._waiting.clear()
        return self._refused(transaction)

    def _emptied(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        assert transaction is not None  # noqa: S101 -- as above
        return self._refuse_and_end(transaction, reply) if reply.code == 421 else self._refused(transaction)

    def _refused(self, transaction: _Transaction) -> list[Event]:
        self._needs_reset = True
        self._next = None
        assert transaction.refusal is not None  # noqa: S101 -- the callers looked
        return [transaction.refusal]

    def _refuse_and_end(self, transaction: _Transaction, reply: Reply) -> list[Event]:
        return [*self._refused(transaction), *self._end(RelayRefusedError(reply))]

    def _answered(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        """Take the reply to the final dot."""
        assert transaction is not None  # noqa: S101 -- as above
        if 300 <= reply.code < 400:
            return self._end(ProtocolError("the relay asks for what nobody offered"))
        self._current = None
        if reply.is_positive:
            return [Accepted(transaction.key, reply)]
        refused = Refused(transaction.key, Stage.CONTENT, reply)
        return [refused, *self._end(RelayRefusedError(reply))] if reply.code == 421 else [refused]

    def _reset(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        return [] if reply.is_positive else self._end(RelayRefusedError(reply))

    def _farewell(self, reply: Reply, step: Step, transaction: _Transaction | None) -> list[Event]:
        return self._end(None)

    _answers: dict[Step, Callable[[Session, Reply, Step, _Transaction | None], list[Event]]] = {
        Step.GREETING: _greeted,
        Step.EHLO: _named,
        Step.HELO: _named,
        Step.STARTTLS: _secured,
        Step.AUTH: _authenticated,
        Step.RSET: _reset,
        Step.MAIL: _enveloped,
        Step.RCPT: _enveloped,
        Step.DATA: _enveloped,
        Step.FINAL: _answered,
        Step.EMPTY: _emptied,
        Step.QUIT: _farewell,
    }

    # What we say

    def _say_ehlo(self) -> None:
        self._command(b"EHLO " + self._server.ehlo_name.encode("ascii") + b"\r\n", Step.EHLO)

    def _command(self, line: bytes, step: Step, transaction: _Transaction | None = None) -> None:
        self._waiting.append((line, step, transaction))
        self._send_waiting()

    def _send_waiting(self) -> None:
        """Send what waits: all of it to a relay that takes groups, else one command at a time."""
        while self._waiting and (self.capabilities.has_pipelining or not self._awaited):
            line, step, transaction = self._waiting.popleft()
            self._send(line)
            self._awaited.append((step, transaction))

    def _send(self, data: bytes) -> None:
        self._unsent = self._unsent[self._unsent_from :] + data if self._unsent else data
        self._unsent_from = 0
        self._queued_total += len(data)

    def _objection(self, envelope: Envelope, size: int, *, is_8bit: bool) -> Reply | None:
        if envelope.needs_smtputf8 and not self.capabilities.has_smtputf8:
            return NO_SMTPUTF8
        if is_8bit and not self.capabilities.has_8bitmime:
            return _NO_8BITMIME
        return _TOO_LONG if 0 < self.capabilities.size < size else None

    def _end(self, error: SmtpError | None) -> list[Event]:
        if self.is_closed:
            return []
        self.is_closed, self.is_open = True, False
        events: list[Event] = []
        cause = error or ProtocolError("the relay ended the session")
        if self._current is not None:
            may_have_arrived = self._leaving_total >= self._final_at
            events.append((Uncertain if may_have_arrived else Unsent)(self._current.key, cause))
        if self._next is not None:
            events.append(Unsent(self._next.key, cause))
        self._current = self._next = None
        self._unsent, self._unsent_from = b"", 0
        return [*events, Closed(error)]
