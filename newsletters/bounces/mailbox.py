"""The folder of an IMAP server (RFC 3501) that reports come to."""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from newsletters.bounces.mime import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cms.mail import MailboxSettings

_SECONDS = 60
#: Asked for at once: an answer that names more messages would outgrow a line.
_WINDOW = 1000
_DIGITS = re.compile(rb"\d+")


class MailboxError(Exception):
    """The server cannot be reached, refuses us, or does not answer as it should. The message holds no password."""


class Mailbox:
    """An open folder. Messages are named by their UIDs, which other programs' deletions do not shift."""

    def __init__(self, connection: imaplib.IMAP4, *, count: int, has_uidplus: bool) -> None:
        self._connection = connection
        self._count = count
        self._has_uidplus = has_uidplus

    def waiting(self, *, limit: int) -> list[str]:
        """Return the oldest messages that are neither deleted nor kept for people."""
        found: list[str] = []
        for first in range(1, self._count + 1, _WINDOW):
            last = min(first + _WINDOW - 1, self._count)
            data = self._ask("SEARCH", f"{first}:{last}", "UNDELETED", "UNFLAGGED")
            found += [number.decode() for line in data if isinstance(line, bytes) for number in _DIGITS.findall(line)]
            if len(found) >= limit:
                break
        return found[:limit]

    def read(self, uid: str) -> bytes | None:
        """Return the message, as much of it as is looked at; None when it has gone. It stays unread."""
        data = self._ask("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        return next((answer[1] for answer in data if isinstance(answer, tuple)), None)

    def delete(self, uid: str) -> None:
        """Remove the message for good."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if self._has_uidplus:
            self._ask("EXPUNGE", uid)

    def keep(self, uid: str) -> None:
        """Leave the message for people, flagged, and out of the way of the next visit."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")

    def _ask(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            answer, data = self._connection.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(_reason(error)) from error
        if answer != "OK":
            msg = f"it refused {command}"
            raise MailboxError(msg)
        return [part for part in data if part is not None]


@contextmanager
def open_mailbox(settings: MailboxSettings) -> Iterator[Mailbox]:
    """Sign in and open the folder; at the end what was deleted is gone.

    Raises:
        MailboxError: that cannot be done.
    """
    try:
        connection = _connect(settings)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(_reason(error)) from error
    try:
        yield _open_folder(connection, settings)
        # Without UIDPLUS (RFC 4315) they are only removed when the folder is closed.
        with suppress(imaplib.IMAP4.error, OSError):
            connection.close()
    finally:
        _hang_up(connection)


def _connect(settings: MailboxSettings) -> imaplib.IMAP4:
    host, port = settings["host"], settings["port"]
    context = ssl.create_default_context()
    if settings["tls"] == "implicit":
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=_SECONDS)
    connection = imaplib.IMAP4(host, port, timeout=_SECONDS)
    if settings["tls"] == "starttls":
        try:
            connection.starttls(context)
        except (imaplib.IMAP4.error, OSError):
            _hang_up(connection)
            raise
    return connection


def _hang_up(connection: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        connection.logout()
    with suppress(OSError):
        connection.shutdown()  # where it broke, a logout leaves it open


def _open_folder(connection: imaplib.IMAP4, settings: MailboxSettings) -> Mailbox:
    try:
        connection.login(_quoted(settings["user"]), settings["password"])
        # What a server can do it often says only after the sign-in.
        _answer, capabilities = connection.capability()
        answer, data = connection.select(_quoted(settings["folder"]))
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(_reason(error)) from error
    if answer != "OK" or not data or data[0] is None:
        msg = "it has no such folder"
        raise MailboxError(msg)
    words = b" ".join(line for line in capabilities if isinstance(line, bytes)).upper().split()
    return Mailbox(connection, count=int(data[0]), has_uidplus=b"UIDPLUS" in words)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _reason(error: Exception) -> str:
    # Servers quote what they were sent, and imaplib quotes the server: only the kind of fault is passed on.
    if isinstance(error, imaplib.IMAP4.abort):
        return "it broke off"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it refused us"
