"""Erasing an account: what the person did as an official stays in the record under their name, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from wagtail.models import ModelLogEntry

if TYPE_CHECKING:
    import datetime as dt

    from core.data_register import Person


@transaction.atomic
def erase_account(person: Person, at: dt.datetime) -> bool:
    """Delete the account that `person` has proven to have, with all that hangs on it; return False when there is none.

    Drafts, logs and workflows lose the account and keep what was done; comments on drafts go with it. Names that the
    record holds as text stay (`policies.personal_data` says why).
    """
    del at  # nothing is kept that would need the time
    user_model = get_user_model()
    if person.user_number is None:
        return False
    user = user_model.objects.select_for_update().filter(pk=person.user_number).first()
    if user is None:
        return False
    # The log of accounts names each by its words, which are the person's name or address.
    of_account = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(user_model), object_id=str(user.pk)
    )
    of_account.update(label="", data={})
    end_sessions(user.pk)
    user.delete()
    return True


def end_sessions(user_number: int) -> None:
    """Delete all sessions of an account."""
    Session.objects.filter(pk__in=session_keys(user_number)).delete()


def session_keys(user_number: int) -> list[str]:
    """Return the keys of the sessions in which an account is signed in: what is in one is readable one by one only."""
    return [
        row.session_key
        for row in Session.objects.iterator(chunk_size=500)
        if row.get_decoded().get(SESSION_KEY) == str(user_number)
    ]
