"""What people do with their data by a button: done at once, and on record as answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from core.data_register import register
from privacy.choices import RequestKind
from privacy.services.erasing import erase_everything
from privacy.services.people import find_account
from privacy.services.requests import open_request, record_done

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from core.data_register import Person
    from privacy.models import DataRequest


@transaction.atomic
def stop_use(person: Person, *, locale: str, at: dt.datetime) -> None:
    """Stop every use of the person's data that the register knows how to stop."""
    acts: dict[Callable[[Person, dt.datetime], object], None] = {
        data_file.stop: None for data_file in register.files() if data_file.stop is not None
    }
    for act in acts:
        act(person, at)
    record_done(person=person, kind=RequestKind.STOP, locale=locale, at=at)


@transaction.atomic
def erase_person(person: Person, *, locale: str, at: dt.datetime) -> DataRequest | None:
    """Erase all that hangs on the address; return the request by which an officer erases the account, if there is one."""
    record_done(person=person, kind=RequestKind.ERASE, locale=locale, at=at)
    erase_everything(person, at=at)
    if find_account(person) is None:
        return None
    return open_request(person=person, kind=RequestKind.ERASE, words="", locale=locale, at=at)


def download_name(at: dt.datetime) -> str:
    """Return the name of a file with somebody's data: nothing in it says whose."""
    return f"my-data-{timezone.localtime(at):%Y%m%d-%H%M}"
