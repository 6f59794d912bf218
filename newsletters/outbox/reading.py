"""Read the files that mail lies in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

_MOST_SHOWN = 200
_LARGEST = 5 * 1024 * 1024
_LARGEST_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as a mail program would show it. `html` and `text` are "" where it has no such part."""

    number: int
    written_at: dt.datetime
    subject: str
    sender: str
    recipient: str
    headers: tuple[tuple[str, str], ...] = ()
    html: str = ""
    text: str = ""


def list_mail() -> list[Mail]:
    """Return the newest messages without their bodies, newest first."""
    found = sorted(_files(), key=lambda pair: (-pair[1].stat().st_mtime, -pair[0]))
    return [_read(number, path, has_body=False) for number, path in found[:_MOST_SHOWN]]


def find_mail(number: int) -> Mail | None:
    """Return a message with its headers and bodies; None when there is none of that number."""
    path = settings.AVOW_OUTBOX / f"{number}.eml"
    return _read(number, path, has_body=True) if path.is_file() else None


def _files() -> Iterator[tuple[int, Path]]:
    for path in settings.AVOW_OUTBOX.glob("*.eml"):
        if path.stem.isdecimal():
            yield int(path.stem), path


def _read(number: int, path: Path, *, has_body: bool) -> Mail:
    with path.open("rb") as file:
        data = file.read(_LARGEST if has_body else _LARGEST_HEADER)
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(data, headersonly=not has_body)
    return Mail(
        number=number,
        written_at=dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
        subject=str(message.get("Subject", "")),
        sender=str(message.get("From", "")),
        recipient=str(message.get("To") or message.get("Delivered-To", "")),
        headers=tuple((name, str(value)) for name, value in message.items()) if has_body else (),
        html=_body(message, "html") if has_body else "",
        text=_body(message, "plain") if has_body else "",
    )


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part is not None else ""
