"""What a mail says, with gaps where each reader's own links go."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: A string stands for itself, `{"value": NAME}` for what the delivery gives.
Part = str | dict[str, str]


class ValueName(StrEnum):
    """What differs from reader to reader. All are addresses of ours, which need no escaping in HTML."""

    UNSUBSCRIBE_URL = "unsubscribe_url"
    PREFERENCES_URL = "preferences_url"
    CONFIRM_URL = "confirm_url"
    NOT_ME_URL = "not_me_url"
    UNDO_URL = "undo_url"
    DATA_URL = "data_url"
    ACCOUNT_URL = "account_url"
    ACCOUNT_NOT_ME_URL = "account_not_me_url"


class MailContentError(ValueError):
    """A mail may not be sent as it is; `faults` are sentences that say why."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail in one language. Never changes; `newsletters.services.mailings.add_body` keeps it."""

    subject: str
    html: list[Part]
    text: list[Part]


class Marks:
    """The marks of one rendering. No text can hold one by chance or on purpose: each set has a number of its own."""

    def __init__(self) -> None:
        self._key = secrets.token_hex(16)
        self.pattern = re.compile(rf"avowvalue{self._key}x([a-z_]+)x")

    def make(self, name: ValueName) -> str:
        """Return what stands in a template's output for the value `name`."""
        return f"avowvalue{self._key}x{name.value}x"

    def split(self, text: str) -> list[Part]:
        """Return `text` in parts, cut at its marks; no part is empty."""
        pieces = self.pattern.split(text)
        parts: list[Part] = [
            {"value": ValueName(piece).value} if is_name else piece
            for position, piece in enumerate(pieces)
            if (is_name := bool(position % 2)) or piece
        ]
        return parts


def resolve(parts: Iterable[Part], values: Mapping[str, str]) -> str:
    """Return the parts as one string, with `values` in their places; raise KeyError when one is missing."""
    return "".join(part if isinstance(part, str) else values[part["value"]] for part in parts)
