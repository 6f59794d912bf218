"""MIME bodies that are encoded once, and into which each reader's values go without encoding them again.

Replacing a mark in an encoded body does nothing when the encoding is base64, and Chinese text is sent so. Here the text
is cut at its values first, and each piece is encoded for every way in which it can meet its neighbours.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.mail.content import Part

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
#: Octets in a line of 76 base64 letters (RFC 2045 §6.8).
_BASE64_LINE = 57
#: RFC 2045 §6.7 allows 76 letters in a line of quoted-printable, with the = that ends it, and a dot may be doubled.
_QUOTED_LINE = 70


class Spliced(Protocol):
    """An encoded body with gaps. `encoding` is its Content-Transfer-Encoding."""

    encoding: bytes

    def pieces(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Return the body as DATA takes it (dots stuffed, a CR LF at its end), in pieces to be joined."""


def splice(parts: Sequence[Part]) -> Spliced:
    """Encode the text of `parts` in the way that makes it shorter; values are ASCII without line breaks.

    All line breaks become CR LF, the canonical one of text (RFC 2046 §4.1.1).
    """
    # From here on, what is text is bytes, and a string is the name of a value.
    segments = [_LINE_BREAK.sub("\r\n", part).encode() if isinstance(part, str) else part["value"] for part in parts]
    text = b"".join(segment for segment in segments if isinstance(segment, bytes))
    quoted = len(binascii.b2a_qp(text, istext=True))
    return _Quoted(segments) if quoted <= len(text) * 4 // 3 else _Base64(segments)


class _Quoted:
    """Quoted-printable: a soft line break before and after each value keeps the pieces apart."""

    encoding = b"quoted-printable"

    def __init__(self, segments: Sequence[bytes | str]) -> None:
        self._segments = [segment if isinstance(segment, str) else _quote(segment) for segment in segments]

    def pieces(self, values: Mapping[str, bytes]) -> list[bytes]:
        found = [_quote_value(values[each]) if isinstance(each, str) else each for each in self._segments]
        found.append(b"\r\n")
        return found


class _Base64:
    """Base64: three octets make four letters, so that a piece is encoded for each of the three ways it can begin."""

    encoding = b"base64"

    def __init__(self, segments: Sequence[bytes | str]) -> None:
        self._segments = [each if isinstance(each, str) else _Phases(each) for each in segments]

    def pieces(self, values: Mapping[str, bytes]) -> list[bytes]:
        found = []
        carried = b""
        for segment in self._segments:
            if isinstance(segment, str):
                carried += values[segment]
                continue
            head, core, tail = segment.after(len(carried) % 3)
            carried += head
            if core:
                found.append(_base64_lines(carried))
                found.append(core)
                carried = b""
            carried += tail
        found.append(_base64_lines(carried))
        return found


class _Phases:
    """A piece of text as it is encoded after 0, 1 or 2 octets that wait for their third."""

    def __init__(self, text: bytes) -> None:
        self._phases = [self._cut(text, waiting) for waiting in range(3)]

    def after(self, waiting: int) -> tuple[bytes, bytes, bytes]:
        """Return the octets that complete the waiting ones, the encoded lines, and the octets left over."""
        return self._phases[waiting]

    @staticmethod
    def _cut(text: bytes, waiting: int) -> tuple[bytes, bytes, bytes]:
        begin = -waiting % 3
        end = begin + (len(text) - begin) // 3 * 3
        if end <= begin:
            return b"", b"", text
        return text[:begin], _base64_lines(text[begin:end]), text[end:]


def _base64_lines(data: bytes) -> bytes:
    """Return lines of base64, each with its CR LF."""
    if len(data) <= _BASE64_LINE:
        return binascii.b2a_base64(data, newline=False) + b"\r\n" if data else b""
    lines = [
        binascii.b2a_base64(data[start : start + _BASE64_LINE], newline=False)
        for start in range(0, len(data), _BASE64_LINE)
    ]
    lines.append(b"")
    return b"\r\n".join(lines)


def _quote(text: bytes) -> bytes:
    """Return a piece of quoted-printable that begins and ends at the beginning of a line."""
    # It ends soft lines with LF alone in a text without CR LF.
    quoted = binascii.b2a_qp(text, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if not quoted.endswith(b"\r\n"):
        quoted += b"=\r\n"
    stuffed = quoted.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _quote_value(value: bytes) -> bytes:
    """Return a value as lines of quoted-printable, each ended by a soft line break."""
    lines = []
    for start in range(0, len(value), _QUOTED_LINE):
        line = value[start : start + _QUOTED_LINE]
        if b"=" in line or line[:1] == b".":
            line = line.replace(b"=", b"=3D")
            line = line.replace(b".", b"=2E", 1) if line.startswith(b".") else line
        lines.append(line)
    return b"=\r\n".join([*lines, b""])
