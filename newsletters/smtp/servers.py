"""Where a relay is, how it is secured, and how long it may take."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletters.smtp.errors import AddressError

if TYPE_CHECKING:
    from newsletters.smtp.authentication import Credentials


class Tls(StrEnum):
    """IMPLICIT from the first byte; STARTTLS or nothing; AUTO: STARTTLS when offered; NONE: in the clear."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    AUTO = "auto"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for the relay, near what RFC 5321 §4.5.3.2 asks for. `write` is without any byte leaving."""

    connect: float = 15.0
    greeting: float = 60.0
    reply: float = 120.0
    final: float = 600.0
    write: float = 180.0


@dataclass(frozen=True, slots=True)
class Server:
    """A relay. Certificates are always verified against `host`; `context` brings other authorities than the system's.

    Raises:
        AddressError: `ehlo_name` is not a name in ASCII.
    """

    host: str
    port: int
    tls: Tls = Tls.AUTO
    credentials: Credentials | None = None
    ehlo_name: str = "localhost"
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not self.ehlo_name.isascii() or not self.ehlo_name.isprintable() or " " in self.ehlo_name:
            msg = "The name for EHLO is not one of ASCII letters."
            raise AddressError(msg)

    def secure_context(self) -> ssl.SSLContext:
        """Return what TLS is made with."""
        return self.context or ssl.create_default_context()
