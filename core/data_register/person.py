"""Whose data is looked for: an address, and the account if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core.mail_addresses import parse_address
from core.tokens import keyed_hash

if TYPE_CHECKING:
    from core.mail_addresses import MailAddress


@dataclass(frozen=True)
class Person:
    """Somebody as the site can know them. `names` are those under which the record may hold them as text.

    `user_number` is set only for whoever has proven that the account is theirs, and for the officer who acts for them.
    """

    address: str
    key: str
    user_number: int | None = None
    names: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """The keyed hash that stands for the address where the address itself is not kept."""
        return keyed_hash(self.key)

    def __str__(self) -> str:
        return "a person"  # an address must not reach logs and messages by way of str()

    __repr__ = __str__


def person_of(address: MailAddress) -> Person:
    """Return whoever holds `address`, without their account."""
    return Person(address=address.address, key=address.key)


def person_of_text(address: str) -> Person:
    """Return the same for an address that was kept; raise `AddressRefusedError` when it is none."""
    return person_of(parse_address(address, takes_international=True))
