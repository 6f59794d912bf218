"""Take a message apart without trusting it: a few levels deep, a few dozen parts, and never more work than its size.

The parser of `email` follows any depth by recursion, so only its reading of header fields is used here.
"""

from __future__ import annotations

import binascii
import quopri
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.parser import HeaderParser
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

#: How much of a message is looked at. A report says what it has to say before it returns our message.
LARGEST = 1024 * 1024
_LARGEST_HEADERS = 64 * 1024
_LONGEST_CONTENT_TYPE = 2000
_LONGEST_BOUNDARY = 200
_DEEPEST = 4
_MOST_PARTS = 40
_MOST_BLOCKS = 20
_MOST_FIELDS = 20
_CHUNK = 64 * 1024
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message: its header fields, and its body as it was sent."""

    headers: Message
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type in lower case; `text/plain` where none can be read."""
        return self.headers.get_content_type() if _has_sane_type(self.headers) else "text/plain"

    def parameter(self, name: str) -> str:
        """Return a parameter of the content type in lower case; "" where there is none."""
        value = self.headers.get_param(name) if _has_sane_type(self.headers) else None
        return value.lower() if isinstance(value, str) else ""

    def decoded(self) -> bytes:
        """Return the body without its transfer encoding; as it is where that is broken."""
        encoding = field(self.headers, "Content-Transfer-Encoding").lower()
        try:
            if encoding == "base64":
                return binascii.a2b_base64(self.body)
            if encoding == "quoted-printable":
                return quopri.decodestring(self.body)
        except (binascii.Error, ValueError):
            return self.body
        return self.body


def read_stream(stream: BinaryIO) -> bytes:
    """Return the first `LARGEST` bytes of `stream`, and read the rest away: its writer must not see a broken pipe."""
    kept = stream.read(LARGEST)
    while stream.read(_CHUNK):
        pass
    return kept


def parse(data: bytes) -> Part:
    """Split a message, or a part of one, into its header fields and its body."""
    head, body = _split_headers(data[:LARGEST])
    return Part(HeaderParser().parsestr(_text(head)), body)


def leaves(part: Part, *, depth: int = 0) -> Iterator[Part]:
    """Yield the parts that have no parts, in order, down to a small depth. Messages inside are not opened."""
    found = [(part, depth)]
    count = 0
    while found and count < _MOST_PARTS:
        current, level = found.pop()
        children = _children(current) if level < _DEEPEST else []
        if children:
            found += [(parse(child), level + 1) for child in reversed(children)]
        else:
            count += 1
            yield current


def fields(block: bytes) -> Message:
    """Read `Name: value` lines, as status parts are written in."""
    return HeaderParser().parsestr(_text(block[:_LARGEST_HEADERS]))


def blocks(body: bytes) -> list[Message]:
    """Read groups of fields with empty lines between them (RFC 3464 §2.1)."""
    found = [block for block in _BLANK_LINE.split(body.strip(), maxsplit=_MOST_BLOCKS) if block.strip()]
    return [fields(block.lstrip(b"\r\n")) for block in found[:_MOST_BLOCKS]]


def field(headers: Message, name: str) -> str:
    """Return the first field of that name on one line; "" where there is none."""
    return _one_line(headers.get(name, ""))


def all_fields(headers: Message, name: str) -> list[str]:
    """Return the first fields of that name, each on one line."""
    return [_one_line(value) for value in headers.get_all(name, [])[:_MOST_FIELDS]]


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _has_sane_type(headers: Message) -> bool:
    # The parameters of a long one cost the square of its length to read.
    return len(str(headers.get("Content-Type", ""))) <= _LONGEST_CONTENT_TYPE


def _split_headers(data: bytes) -> tuple[bytes, bytes]:
    if data.startswith((b"\n", b"\r\n")):
        return b"", data.lstrip(b"\r\n")
    end = _BLANK_LINE.search(data)
    if end is None:
        return data[:_LARGEST_HEADERS], b""
    return data[: min(end.start(), _LARGEST_HEADERS)], data[end.end() :]


def _children(part: Part) -> list[bytes]:
    if not part.content_type.startswith("multipart/"):
        return []
    try:
        boundary = part.headers.get_boundary("")
    except HeaderParseError:
        return []
    if not boundary or len(boundary) > _LONGEST_BOUNDARY:
        return []
    delimiter = re.compile(
        rb"(?:\A|\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*\r?(?=\n|\Z)"
    )
    found: list[bytes] = []
    begin = -1
    for match in delimiter.finditer(part.body):
        if begin >= 0:
            found.append(part.body[begin : match.start()])
        begin = match.end() + 1
        if match[1] or len(found) >= _MOST_PARTS:
            return found
    # A report that was cut off: what there is of its last part still counts.
    return [*found, part.body[begin:]] if begin >= 0 else found


def _text(data: bytes) -> str:
    # RFC 6533 writes UTF-8; whatever else there is must not stop the reading.
    return data.decode("utf-8", "replace")
