"""Erasing a person from everything at once, and again from a backup that came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.data_register import register
from privacy.models import Tombstone
from privacy.services.tombstones import write_missing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from core.data_register import Person


@transaction.atomic
def erase_everything(person: Person, *, at: dt.datetime) -> None:
    """Erase `person` from every file that the register says is erased, in one transaction, and note it for backups.

    What is on its way to a mail server at this moment arrives; it cannot be sent again.
    """
    run_erasers(person, at=at)
    Tombstone.objects.create(address_hash=person.hash, erased_at=at, with_account=person.user_number is not None)
    transaction.on_commit(write_missing)


@transaction.atomic
def run_erasers(person: Person, *, at: dt.datetime) -> None:
    """Do what the register says happens on erasure, each act once."""
    acts: dict[Callable[[Person, dt.datetime], object], None] = {
        data_file.erasure.act: None for data_file in register.files() if data_file.erasure.act is not None
    }
    for act in acts:
        act(person, at)
