"""A pipelining SMTP client on the standard library's sockets. Plain Python: no Django.

Unlike other clients it shows the moment before a message's content leaves (`Go`), and types every failure by whether
the message can have arrived: `Refused` and `Unsent` have not, `Uncertain` may have.
"""

from newsletters.smtp.authentication import Credentials
from newsletters.smtp.capabilities import Capabilities
from newsletters.smtp.client import send_all
from newsletters.smtp.connection import Connection, open_connection
from newsletters.smtp.envelopes import Envelope, content_of
from newsletters.smtp.errors import (
    AddressError,
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    MessageError,
    ProtocolError,
    RelayRefusedError,
    RelaySilentError,
    SmtpError,
    TlsError,
)
from newsletters.smtp.events import (
    Accepted,
    Closed,
    Event,
    Go,
    Opened,
    Outcome,
    Refused,
    Stage,
    StartTls,
    Uncertain,
    Unsent,
)
from newsletters.smtp.replies import Reply, ReplyReader
from newsletters.smtp.servers import Server, Timeouts, Tls
from newsletters.smtp.session import Session, Step
from newsletters.smtp.transports import SmtplibTransport, Transport

__all__ = [
    "Accepted",
    "AddressError",
    "AuthenticationError",
    "Capabilities",
    "Closed",
    "ConnectError",
    "Connection",
    "ConnectionLostError",
    "Credentials",
    "Envelope",
    "Event",
    "Go",
    "MessageError",
    "Opened",
    "Outcome",
    "ProtocolError",
    "Refused",
    "RelayRefusedError",
    "RelaySilentError",
    "Reply",
    "ReplyReader",
    "Server",
    "Session",
    "SmtpError",
    "SmtplibTransport",
    "Stage",
    "StartTls",
    "Step",
    "Timeouts",
    "Tls",
    "TlsError",
    "Transport",
    "Uncertain",
    "Unsent",
    "content_of",
    "open_connection",
    "send_all",
]
