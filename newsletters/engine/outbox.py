"""Mail as files, where no relay is named: for trial, so that a sign-up can be confirmed without a mail server."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from newsletters.smtp import Accepted, ConnectError, ConnectionLostError, Reply, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from newsletters.smtp import Envelope, Outcome


class OutboxTransport:
    """Writes each message whole to `<directory>/<delivery>.eml`; the same delivery takes the place of its earlier file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def open(self) -> None:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConnectError(f"the outbox cannot be written: {error.strerror}") from error

    def send(self, envelope: Envelope, content: bytes, *, before_content: Callable[[], bool]) -> Outcome:
        if not before_content():
            return Unsent(envelope.key, ConnectionLostError("withheld"))
        name = f"{envelope.key}.eml"
        draft = self._directory / f".{name}.part"
        head = f"Return-Path: <{envelope.sender}>\r\nDelivered-To: {envelope.recipient}\r\n".encode()
        message = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        try:
            with open(draft, "wb", opener=_private) as file:
                file.write(head + message)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._directory / name)
        except OSError as error:
            draft.unlink(missing_ok=True)
            return Unsent(envelope.key, ConnectError(f"the outbox cannot be written: {error.strerror}"))
        return Accepted(envelope.key, Reply(250, (f"2.0.0 kept in a file at {int(time.time())}",)))

    def close(self) -> None:
        """Nothing is held."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
