"""What can go wrong between us and a relay, told apart by what may be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.smtp.replies import Reply


class SmtpError(Exception):
    """The connection cannot be used any more. Never says whether a message arrived: outcomes do."""


class ConnectError(SmtpError):
    """Nobody answers under the relay's address."""


class TlsError(SmtpError):
    """The relay's certificate or its TLS is not good, or it offers none where it must."""


class AuthenticationError(SmtpError):
    """The relay does not accept our name and password, or offers no way to give them."""

    def __init__(self, message: str, reply: Reply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class RelayRefusedError(SmtpError):
    """The relay does not want to talk with us now (4xx) or at all (5xx)."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"the relay answered {reply}")
        self.reply = reply


class RelaySilentError(SmtpError):
    """The relay did not answer, or did not read, in time."""


class ConnectionLostError(SmtpError):
    """The relay broke the connection off."""


class ProtocolError(SmtpError):
    """The relay said something that is not SMTP, or that nobody asked for."""


class AddressError(ValueError):
    """An address cannot stand in an SMTP command. The message never repeats it."""


class MessageError(ValueError):
    """The bytes of a message cannot be sent as they are: a bare CR or LF, or a line of more than 998 octets."""
