"""Erasing again, after a backup was restored, whoever was erased since it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from core.data_register import Person, person_of_text, register
from core.mail_addresses import AddressRefusedError
from privacy.models import Tombstone
from privacy.services.erasing import run_erasers
from privacy.services.people import with_account
from privacy.services.tombstones import read_lines

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What erasing again came to. `unreadable` are the lines of the file that we did not write as they stand."""

    taken_in: int
    erased: int
    unreadable: list[int]


def apply_erasures(*, path: Path, at: dt.datetime) -> Outcome:
    """Take in the erasures of the file, and erase all whose data in the database is older than their erasure.

    Each person is a transaction of its own. May be run at any time and again; who came back after erasure is left alone.
    """
    said = list(read_lines(path))
    found = [each for each in said if isinstance(each, Tombstone)]
    taken_in = _take_in(found)
    graves = _newest()
    people: dict[str, Person] = {}
    for data_file in register.files():
        is_account = data_file.model == settings.AUTH_USER_MODEL
        for address, since in data_file.addresses() if data_file.addresses else ():
            person = _person(address)
            erased = graves.get((person.hash, is_account)) if person else None
            if person is not None and erased is not None and since <= erased:
                known = people.get(person.key)
                people[person.key] = with_account(person) if is_account else known or person
    for person in people.values():
        run_erasers(person, at=at)
    return Outcome(taken_in, len(people), [each for each in said if isinstance(each, int)])


@transaction.atomic
def _take_in(found: list[Tombstone]) -> int:
    known = set(Tombstone.objects.values_list("address_hash", "erased_at", "with_account"))
    new = {(each.address_hash, each.erased_at, each.with_account): each for each in found}
    missing = [each for key, each in new.items() if key not in known]
    Tombstone.objects.bulk_create(missing, batch_size=1000)
    return len(missing)


def _newest() -> dict[tuple[str, bool], dt.datetime]:
    """Return the last erasure by hash, of what hangs on the address (False) and of the account (True)."""
    newest: dict[tuple[str, bool], dt.datetime] = {}
    rows = Tombstone.objects.order_by("erased_at", "pk").values_list("address_hash", "erased_at", "with_account")
    for address_hash, erased_at, had_account in rows.iterator(chunk_size=2000):
        newest[address_hash, False] = erased_at
        if had_account:
            newest[address_hash, True] = erased_at
    return newest


def _person(address: str) -> Person | None:
    try:
        return person_of_text(address)
    except AddressRefusedError:
        return None  # accounts may have been made with an address that no mail reaches: nobody was erased under it
