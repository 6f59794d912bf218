"""Writing to the owners of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from members.models import AccountLetter
from members.signals import letter_written

if TYPE_CHECKING:
    import datetime as dt

    from members.choices import LetterKind
    from members.models import User


@transaction.atomic
def write_letter(
    *,
    user: User,
    kind: LetterKind,
    language: str,
    open_for: dt.timedelta,
    at: dt.datetime,
    address: str = "",
    address_before: str = "",
    address_after: str = "",
) -> AccountLetter:
    """Write to `user`, in the language they chose or else in `language`; the link in it acts once, and for `open_for`."""
    letter = AccountLetter.objects.create(
        user=user,
        kind=kind,
        locale=user.language or language,
        address=address or user.email,
        address_before=address_before,
        address_after=address_after,
        created_at=at,
        expires_at=at + open_for,
    )
    letter_written.send(sender=AccountLetter, letter=letter)
    return letter
