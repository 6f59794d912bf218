"""From an address to whoever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from core.data_register import Person

if TYPE_CHECKING:
    from members.models import User
    from privacy.models import DataLink


def person_of_link(link: DataLink) -> Person:
    """Return whoever reads the mail of the link's address, without their account: that asks for more than a mailbox."""
    return Person(address=link.address, key=link.address_key)


def find_account(person: Person) -> User | None:
    """Return the account with the person's address, if there is one."""
    return get_user_model().objects.filter(email__iexact=person.address).order_by("pk").first()


def with_account(person: Person) -> Person:
    """Return the person with their account and the names that the record knows them by.

    For whoever has signed in to it, and for the officer who acts on a request.
    """
    user = find_account(person)
    if user is None:
        return person
    names = tuple(name for name in dict.fromkeys((user.get_full_name(), str(user))) if name)
    return replace(person, user_number=user.pk, names=names)
