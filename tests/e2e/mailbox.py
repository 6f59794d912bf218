"""What readers find in their mailboxes: the files into which the worker of a site without a mail server puts mail."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS_TO_ARRIVE = 60
_ADDRESS = re.compile(r"https?://[^\s<>()\"]+")


@dataclass(frozen=True)
class Letter:
    """A message that has arrived."""

    number: int
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def one_click(self) -> str:
        """The address to which a mail program posts (RFC 8058)."""
        return next(found for found in _ADDRESS.findall(str(self.message["List-Unsubscribe"])))

    def links(self) -> set[str]:
        """Return every address of the web in the message: of the HTML, the text and the headers."""
        headers = " ".join(
            str(value) for name, value in self.message.items() if name.startswith(("List-", "Archived-"))
        )
        marked = {str(address) for address in html.fromstring(self.html).xpath("//@href | //@src")}
        written = {address.rstrip(".,;。，") for address in _ADDRESS.findall(f"{self.text}\n{headers}")}
        return {address for address in marked | written if address.startswith("http")}

    def _part(self, subtype: str) -> str:
        part = self.message.get_body(preferencelist=(subtype,))
        assert part is not None, f"no {subtype} part"
        return str(part.get_content())


class Mailbox:
    """Looks into the files of `outbox`."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def letters(self, address: str = "", *, subject: str = "") -> list[Letter]:
        """Return what has come to `address` (to anybody, if it is empty) with `subject` in its subject, oldest first."""
        files = sorted((int(path.stem), path) for path in self._outbox.glob("*.eml"))
        letters = [Letter(number, _read(path)) for number, path in files]
        own = [letter for letter in letters if letter.message["Delivered-To"] == address or not address]
        return [letter for letter in own if subject in letter.subject]

    def wait_for(self, address: str, count: int, *, subject: str = "") -> Letter:
        """Return the newest letter to `address` once there are `count` of them, and no more."""
        found = self._wait(address, count, subject)
        assert len(found) == count, [each.subject for each in found]
        return found[-1]

    def wait_for_any(self) -> Letter:
        """Return the newest of all letters, once there is one."""
        return self._wait("", 1, "")[-1]

    def _wait(self, address: str, count: int, subject: str) -> list[Letter]:
        end = time.monotonic() + _SECONDS_TO_ARRIVE
        while len(found := self.letters(address, subject=subject)) < count:
            assert time.monotonic() < end, f"{len(found)} of {count} letters came: {[each.subject for each in found]}"
            time.sleep(0.1)
        return found


def _read(path: Path) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    return message
