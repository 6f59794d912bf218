"""What a session tells the one who drives it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.smtp.capabilities import Capabilities
    from newsletters.smtp.errors import SmtpError
    from newsletters.smtp.replies import Reply


class Stage(StrEnum):
    """At what a message was refused. LOCAL: by ourselves, because the relay does not offer what it needs."""

    LOCAL = "local"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class StartTls:
    """The relay waits for the TLS handshake; `Session.tls_started` is to be called after it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Envelopes may be offered."""

    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Go:
    """The relay waits for the content: the last moment at which nothing can have arrived (the intent point)."""

    key: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay took responsibility for the message."""

    key: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """The message was refused by a reply, for now (4xx) or for good (5xx): it did not arrive."""

    key: int
    stage: Stage
    reply: Reply


@dataclass(frozen=True, slots=True)
class Unsent:
    """The connection ended before the message's last bytes left: it did not arrive."""

    key: int
    error: SmtpError


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The connection ended between the message's last bytes and their reply: nobody here knows (RFC 1047)."""

    key: int
    error: SmtpError


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over; `error` is None after a farewell."""

    error: SmtpError | None


Outcome = Accepted | Refused | Unsent | Uncertain
Event = StartTls | Opened | Go | Closed | Outcome
