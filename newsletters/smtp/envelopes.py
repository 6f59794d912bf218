"""What goes around a message, and the bytes in which both travel."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletters.smtp.errors import AddressError, MessageError

#: RFC 5322 §2.1.1; without CR LF.
LONGEST_LINE = 998
_LONGEST_ADDRESS = 320

_LOCAL = r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"|[^\x00-\x20\x7f<>"(),:;@\\\[\]]+)'
_DOMAIN = r"(?:[^\x00-\x20\x7f<>\"(),:;@\\\[\]]+|\[[0-9A-Za-z:.\-]+\])"
_ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom and to whom one message goes. `key` is what the caller calls it. An empty `sender` is the null path.

    Raises:
        AddressError: an address cannot stand in a command.
    """

    key: int
    sender: str
    recipient: str

    def __post_init__(self) -> None:
        for address in (self.sender, self.recipient) if self.sender else (self.recipient,):
            if len(address) > _LONGEST_ADDRESS or _ADDRESS.fullmatch(address) is None:
                msg = "An address cannot be written in an SMTP command."
                raise AddressError(msg)

    @property
    def needs_smtputf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


def content_of(message: bytes) -> bytes:
    """Return `message` as DATA takes it: dots stuffed, and the final dot at its end (RFC 5321 §4.5.2).

    Raises:
        MessageError: a line is too long, or a CR or LF stands alone, in which relays have seen other ends of messages.
    """
    breaks = message.count(b"\r\n")
    if message.count(b"\n") != breaks or message.count(b"\r") != breaks:
        msg = "A line of the message does not end in CR LF."
        raise MessageError(msg)
    if has_long_line(message):
        msg = f"A line of the message is longer than {LONGEST_LINE} octets."
        raise MessageError(msg)
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n")


def has_long_line(message: bytes) -> bool:
    """Tell whether a line of `message` is longer than RFC 5322 allows, looking at few of its bytes."""
    begin = 0
    while len(message) - begin > LONGEST_LINE:
        end = message.rfind(b"\r\n", begin, begin + LONGEST_LINE + 2)
        if end < 0:
            return True
        begin = end + 2
    return False
