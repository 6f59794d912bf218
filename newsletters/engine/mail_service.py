"""Mail services: any e-mail backend of Django's, such as those of django-anymail, behind the interface of a transport.

A service takes a message by one request, which may have arrived although its answer was lost. What the library does not
clearly say is uncertain.
"""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMultiAlternatives, get_connection

from newsletters.smtp import (
    Accepted,
    ConnectError,
    ConnectionLostError,
    Refused,
    Reply,
    Stage,
    Uncertain,
    Unsent,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from newsletters.smtp import Envelope, Outcome

#: Headers that Django or the service writes itself.
_WRITTEN_ELSEWHERE = {"from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"}
#: The answers by which a service says that it did not take a message: its own codes of HTTP, as those of a relay.
_REFUSALS = {400: 554, 401: 535, 403: 554, 404: 554, 413: 552, 422: 554, 429: 450, 503: 450}
_ADDRESS = re.compile(r"\S+@\S+")


class MailServiceTransport:
    """Hands messages to the e-mail backend of dotted path `backend`."""

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._connection: Any = None

    def open(self) -> None:
        try:
            self._connection = get_connection(self._backend)
            self._connection.open()
        except Exception as error:
            msg = f"the mail service cannot be used: {type(error).__name__}"
            raise ConnectError(msg) from error

    def send(self, envelope: Envelope, content: bytes, *, before_content: Callable[[], bool]) -> Outcome:
        message = django_message(envelope, content)
        if not before_content():
            return Unsent(envelope.key, ConnectionLostError("withheld"))
        try:
            sent = self._connection.send_messages([message])
        except Exception as error:  # noqa: BLE001 -- each service has errors of its own
            return _failure(envelope.key, error)
        return _status(envelope.key, message, sent)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def django_message(envelope: Envelope, content: bytes) -> EmailMultiAlternatives:
    """Return a composed message as Django's backends take it."""
    wire = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    parsed: EmailMessage = email.message_from_bytes(wire, policy=email.policy.default)
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    message = EmailMultiAlternatives(
        subject=str(parsed["Subject"]),
        body=plain.get_content() if plain else "",
        from_email=str(parsed["From"]),
        to=[envelope.recipient],
        headers={name: str(value) for name, value in parsed.items() if name.lower() not in _WRITTEN_ELSEWHERE},
    )
    if html is not None:
        message.attach_alternative(html.get_content(), "text/html")
    message.envelope_sender = envelope.sender  # type: ignore[attr-defined] # anymail's name for the return path
    # Most services write a return path of their own, and give the metadata back with each event (newsletters.webhooks).
    message.metadata = {"return_path": envelope.sender}  # type: ignore[attr-defined]
    return message


def _failure(key: int, error: Exception) -> Outcome:
    status = getattr(getattr(error, "response", None), "status_code", None) or getattr(error, "status_code", None)
    code = _REFUSALS.get(status) if isinstance(status, int) else None
    if code is not None:
        return Refused(key, Stage.CONTENT, Reply(code, (f"The mail service answered {status}.",)))
    if type(error).__name__ in {"AnymailRecipientsRefused", "AnymailInvalidAddress"}:
        return Refused(key, Stage.RCPT, Reply(550, ("5.1.1 The mail service refused the recipient.",)))
    return Uncertain(key, ConnectionLostError(f"the mail service failed: {type(error).__name__}"))


def _status(key: int, message: EmailMultiAlternatives, sent: object) -> Outcome:
    status = getattr(message, "anymail_status", None)
    said: set[str] = set(getattr(status, "status", None) or ())
    if said & {"rejected", "invalid", "failed"}:
        return Refused(key, Stage.RCPT, Reply(550, (f"5.1.1 The mail service says: {', '.join(sorted(said))}.",)))
    if not sent:
        return Uncertain(key, ConnectionLostError("the mail service did not say that it took the message"))
    identity = _ADDRESS.sub("", str(getattr(status, "message_id", None) or ""))
    return Accepted(key, Reply(250, (f"2.0.0 {identity}".strip(),)))
