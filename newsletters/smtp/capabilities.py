"""What a relay offers in its answer to EHLO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The service extensions that we use (RFC 1870, 2034, 2920, 3207, 4954, 6152, 6531).

    `size` is the longest message in octets; 0 when the relay names no limit.
    """

    has_pipelining: bool = False
    has_8bitmime: bool = False
    has_smtputf8: bool = False
    has_enhanced_codes: bool = False
    has_starttls: bool = False
    has_size: bool = False
    size: int = 0
    auth: frozenset[str] = frozenset()


def read_capabilities(reply: Reply) -> Capabilities:
    """Return what the positive reply to EHLO lists; what we do not know is passed over."""
    words = [line.upper().split() for line in reply.lines[1:]]
    # Old relays write AUTH=LOGIN; it says the same.
    offered = {line[0].partition("=")[0]: line for line in words if line}
    size = offered.get("SIZE", [])
    auth = [word.removeprefix("AUTH=") for line in words if line and line[0].startswith("AUTH") for word in line]
    return Capabilities(
        has_pipelining="PIPELINING" in offered,
        has_8bitmime="8BITMIME" in offered,
        has_smtputf8="SMTPUTF8" in offered,
        has_enhanced_codes="ENHANCEDSTATUSCODES" in offered,
        has_starttls="STARTTLS" in offered,
        has_size="SIZE" in offered,
        size=int(size[1]) if len(size) > 1 and size[1].isdecimal() and len(size[1]) <= 18 else 0,
        auth=frozenset(auth) - {"AUTH", ""},
    )
