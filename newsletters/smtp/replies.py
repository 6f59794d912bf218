"""Replies of a relay, read strictly and with bounded memory (RFC 5321 §4.2, RFC 2034)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from newsletters.smtp.errors import ProtocolError

#: RFC 5321 §4.5.3.1.5 allows 512 octets for a line of a reply; some relays are more talkative.
LONGEST_LINE = 2048
MOST_LINES = 128

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})(?: |$)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply. `lines` hold the text after the code, without control characters."""

    code: int
    lines: tuple[str, ...]

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) such as `4.7.1`, or an empty string."""
        match = _ENHANCED.match(self.lines[0])
        return match[0].strip() if match is not None and match[1] == str(self.code)[0] else ""

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_temporary(self) -> bool:
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


class ReplyReader:
    """Turns what a relay sends, however it is cut into pieces, into replies.

    What is no reply sets `error` and ends the reading: the replies before it still count.
    """

    def __init__(self) -> None:
        self.error: ProtocolError | None = None
        self._unread = b""
        self._code = b""
        self._lines: list[str] = []

    @property
    def is_between_replies(self) -> bool:
        """Whether nothing of a further reply has come yet."""
        return not self._unread and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """Return the replies that `data` completes."""
        replies: list[Reply] = []
        if self.error is not None:
            return replies
        *lines, self._unread = (self._unread + data if self._unread else data).split(b"\r\n")
        try:
            for line in lines:
                reply = self._read_line(line)
                if reply is not None:
                    replies.append(reply)
            # Judged before its end has come, so that memory is bounded and garbage does not wait for a timeout.
            if len(self._unread) > LONGEST_LINE or b"\n" in self._unread:
                _refuse("a line of the relay’s reply is too long, or does not end in CR LF")
        except ProtocolError as error:
            self.error, self._unread, self._lines = error, b"", []
        return replies

    def _read_line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line)
        if match is None or len(line) > LONGEST_LINE or b"\n" in line or b"\r" in line:
            _refuse("the relay’s reply is not one of SMTP")
        code, separator, text = match.groups()
        if self._lines and code != self._code:
            _refuse("the lines of the relay’s reply have different codes")
        self._code = code
        self._lines.append(_UNPRINTABLE.sub(" ", (text or b"").decode("utf-8", "replace")).strip())
        if separator == b"-":
            if len(self._lines) >= MOST_LINES:
                _refuse("the relay’s reply has too many lines")
            return None
        reply = Reply(int(code), tuple(self._lines))
        self._lines = []
        return reply


def _refuse(reason: str) -> NoReturn:
    raise ProtocolError(reason)
