"""Ways to hand over one message at a time, waiting for each: what stands behind our own client, and beside it."""

from __future__ import annotations

import smtplib
import ssl
from typing import TYPE_CHECKING, Protocol

from newsletters.smtp.errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    RelayRefusedError,
    RelaySilentError,
    SmtpError,
    TlsError,
)
from newsletters.smtp.events import Accepted, Refused, Stage, Uncertain, Unsent
from newsletters.smtp.replies import Reply
from newsletters.smtp.servers import Timeouts, Tls
from newsletters.smtp.session import NO_SMTPUTF8

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.smtp.envelopes import Envelope
    from newsletters.smtp.events import Outcome
    from newsletters.smtp.servers import Server


class Transport(Protocol):
    """Hands over one message at a time. One thread uses it."""

    def open(self) -> None:
        """Make ready to send; raise `SmtpError` when that cannot be had."""

    def send(self, envelope: Envelope, content: bytes, *, before_content: Callable[[], bool]) -> Outcome:
        """Send a message, as `content_of` returns it, and return what became of it.

        `before_content` is called at the last moment at which nothing can have arrived; where it returns False nothing
        may arrive, and the outcome is `Unsent`.
        """

    def close(self) -> None:
        """Give up what `open` took. Raises nothing."""


class SmtplibTransport:
    """The standard library's client: slower, without pipelining, and with fewer opinions about odd relays."""

    def __init__(self, server: Server, *, timeouts: Timeouts | None = None) -> None:
        self._server = server
        self._timeouts = timeouts or Timeouts()
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        server, limit = self._server, self._timeouts.reply
        try:
            if server.tls is Tls.IMPLICIT:
                self._smtp = smtplib.SMTP_SSL(
                    server.host, server.port, server.ehlo_name, timeout=limit, context=server.secure_context()
                )
            else:
                self._smtp = smtplib.SMTP(server.host, server.port, server.ehlo_name, timeout=limit)
            self._secure(self._smtp)
        except BaseException as error:
            self.close()
            if isinstance(error, smtplib.SMTPException | OSError):
                raise _opening_error(error) from error
            raise

    def send(self, envelope: Envelope, content: bytes, *, before_content: Callable[[], bool]) -> Outcome:
        smtp = self._smtp
        if smtp is None:
            return Unsent(envelope.key, ConnectionLostError("the transport is closed"))
        try:
            refused = self._begin(smtp, envelope, content)
        except (smtplib.SMTPException, OSError) as error:
            return Unsent(envelope.key, _lost(error))
        if refused is not None:
            return refused
        if not before_content():
            self.close()
            return Unsent(envelope.key, ConnectionLostError("we broke the connection off"))
        try:
            smtp.send(content)
            reply = _reply(*smtp.getreply())
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Uncertain(envelope.key, _lost(error))
        return Accepted(envelope.key, reply) if reply.is_positive else Refused(envelope.key, Stage.CONTENT, reply)

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def _secure(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        is_secure = server.tls is Tls.IMPLICIT
        if server.tls is Tls.STARTTLS or (server.tls is Tls.AUTO and smtp.has_extn("starttls")):
            smtp.starttls(context=server.secure_context())
            smtp.ehlo()
            is_secure = True
        if server.credentials is None:
            return
        if not is_secure and server.tls is not Tls.NONE:
            msg = "the relay offers no TLS to send a password through"
            raise TlsError(msg)
        try:
            smtp.login(server.credentials.user, server.credentials.password)
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
            msg = "the relay offers no way to give our name and password"
            raise AuthenticationError(msg) from error

    def _begin(self, smtp: smtplib.SMTP, envelope: Envelope, content: bytes) -> Refused | None:
        """Say everything up to the intent point."""
        options = [f"SIZE={len(content)}"] if smtp.has_extn("size") else []
        if envelope.needs_smtputf8:
            if not smtp.has_extn("smtputf8"):
                return Refused(envelope.key, Stage.LOCAL, NO_SMTPUTF8)
            options += ["BODY=8BITMIME", "SMTPUTF8"]
            smtp.command_encoding = "utf-8"
        elif not content.isascii():
            options.append("BODY=8BITMIME")
        steps: tuple[tuple[Stage, Callable[[], tuple[int, bytes]]], ...] = (
            (Stage.MAIL, lambda: smtp.mail(envelope.sender, options)),
            (Stage.RCPT, lambda: smtp.rcpt(envelope.recipient)),
            (Stage.DATA, lambda: smtp.docmd("DATA")),
        )
        for stage, say in steps:
            reply = _reply(*say())
            if not (reply.code == 354 if stage is Stage.DATA else reply.is_positive):
                smtp.rset()
                return Refused(envelope.key, stage, reply)
        return None


def _reply(code: int, text: bytes) -> Reply:
    lines = text.decode("utf-8", "replace").split("\n")
    return Reply(code, tuple("".join(char if char.isprintable() else " " for char in line) for line in lines))


def _lost(error: Exception) -> SmtpError:
    if isinstance(error, TimeoutError):
        return RelaySilentError("the relay did not answer in time")
    return ConnectionLostError("the connection to the relay broke")


def _opening_error(error: Exception) -> SmtpError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        reply = _reply(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
        return AuthenticationError("the relay does not accept our name and password", reply)
    if isinstance(error, smtplib.SMTPResponseException):
        reply = _reply(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
        return RelayRefusedError(reply)
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return TlsError("the relay’s TLS is not good, or it offers none")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return ConnectionLostError("the relay closed the connection")
    return ConnectError(getattr(error, "strerror", None) or type(error).__name__)
