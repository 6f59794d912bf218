"""The ways out that the settings name: for system mail, and for everything else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from newsletters.choices import Lane
from newsletters.engine.channels import Channel, SmtpChannel, TransportChannel
from newsletters.engine.mail_service import MailServiceTransport
from newsletters.engine.outbox import OutboxTransport
from newsletters.smtp import (
    AuthenticationError,
    Credentials,
    RelayRefusedError,
    RelaySilentError,
    Server,
    SmtplibTransport,
    Timeouts,
    Tls,
    TlsError,
    open_connection,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cms.mail import SmtpSettings
    from newsletters.smtp import SmtpError, Transport

_SLOWEST = 60.0
#: Without trouble for so long, one connection more is tried.
_CLEAN_SECONDS = 60.0
_FAILURES_WORTH_AN_ALARM = 3


@dataclass
class Relay:
    """A way out: how it is opened, and how much it bears at the moment (AIMD). `lanes` are those it serves."""

    name: str
    lanes: range
    connections: int
    open: Callable[[], Channel]
    window: int = 0
    failures: int = 0
    #: No new connection before this, of the monotonic clock.
    not_before: float = 0.0
    _changed_at: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.window = self.connections

    def slow_down(self, now: float) -> None:
        """Halve the connections, at most once a second: several of them say the same thing."""
        if now - self._changed_at >= 1.0:
            self.window, self._changed_at = max(1, self.window // 2), now

    def recover(self, now: float) -> None:
        """Try one connection more after a clean minute."""
        if self.window < self.connections and now - self._changed_at >= _CLEAN_SECONDS:
            self.window, self._changed_at = self.window + 1, now

    def accepted(self) -> None:
        """Note that the relay took a message: it works."""
        self.failures = 0

    def failed(self, now: float, error: SmtpError) -> None:
        """Wait before the next try, longer each time, and at once for long where trying again cannot help."""
        self.failures += 1
        self.not_before = now + (_SLOWEST if is_lasting(error) else min(_SLOWEST, 0.25 * 2.0 ** min(self.failures, 10)))
        if isinstance(error, RelayRefusedError | RelaySilentError):
            self.slow_down(now)

    @property
    def is_alarming(self) -> bool:
        return self.failures >= _FAILURES_WORTH_AN_ALARM


def is_lasting(error: SmtpError) -> bool:
    """Tell whether somebody must put something right before the relay takes mail again."""
    if isinstance(error, RelayRefusedError):
        return not error.reply.is_temporary
    return isinstance(error, AuthenticationError | TlsError)


def relays_from_settings(connections: int, *, timeouts: Timeouts | None = None) -> list[Relay]:
    """Return the relay of system mail, with one connection that is always its own, and the one of everything else."""
    timeouts = timeouts or Timeouts()
    system = _opener(settings.SYSTEM_SMTP, timeouts)
    bulletin = _opener(settings.BULLETIN_SMTP, timeouts)
    return [
        Relay("system", range(Lane.TRANSACTIONAL, Lane.TRANSACTIONAL + 1), 1, system),
        Relay("bulletin", range(Lane.URGENT, Lane.BULLETIN + 1), connections, bulletin),
    ]


def server_from(smtp: SmtpSettings) -> Server:
    """Return the server that settings name."""
    tls = Tls(smtp["tls"])
    return Server(
        host=smtp["host"],
        port=smtp["port"],
        tls=tls,
        credentials=Credentials(smtp["user"], smtp["password"]) if smtp["user"] else None,
        ehlo_name=settings.AVOW_MAIL_DOMAIN,
        # Reading the system's authorities takes longer than a whole session: once is enough.
        context=None if tls is Tls.NONE else ssl.create_default_context(),
    )


def _opener(smtp: SmtpSettings | None, timeouts: Timeouts) -> Callable[[], Channel]:
    if settings.AVOW_MAIL_SERVICE:
        return lambda: _opened(MailServiceTransport(settings.AVOW_MAIL_SERVICE))
    if smtp is None:
        return lambda: _opened(OutboxTransport(settings.AVOW_OUTBOX))
    server = server_from(smtp)
    if settings.AVOW_SMTP_CLIENT == "smtplib":
        return lambda: _opened(SmtplibTransport(server, timeouts=timeouts))
    return lambda: SmtpChannel(open_connection(server, timeouts=timeouts))


def _opened(transport: Transport) -> Channel:
    transport.open()
    return TransportChannel(transport)
