"""The links in letters about an account: the letter's number and what the link is for, signed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from core.addresses import full_address
from core.tokens import BadTokenError, TokenPurpose, read, sign


class LinkPart(IntEnum):
    """Which of a letter's links."""

    ACT = 0
    NOT_ME = 1


@dataclass(frozen=True, slots=True)
class LetterLink:
    letter_id: int
    part: LinkPart


def letter_path(letter_id: int, language: str, part: LinkPart = LinkPart.ACT) -> str:
    """Return where a letter's link leads, on this site."""
    return f"/{language}/account/link/{sign(TokenPurpose.ACCOUNT_LETTER, letter_id, part)}/"


def letter_url(letter_id: int, language: str, part: LinkPart = LinkPart.ACT) -> str:
    """Return the same in full."""
    return full_address(letter_path(letter_id, language, part))


def read_letter_link(token: str) -> LetterLink:
    """Raise `BadTokenError` unless `token` is of a letter's link."""
    number, part = read(token, TokenPurpose.ACCOUNT_LETTER, count=2)
    if part not in set(LinkPart):
        raise BadTokenError
    return LetterLink(number, LinkPart(part))
