"""Opening an account: an address, a passphrase, and proof that the address is one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from core.rate_limits import is_within
from members.choices import LetterKind
from members.limits import LETTER_ADDRESS
from members.models import User
from members.periods import CONFIRMATION_OPEN, NOTICE_OPEN
from members.services.letters import write_letter

if TYPE_CHECKING:
    import datetime as dt


def sign_up(*, email: str, passphrase: str, language: str, at: dt.datetime) -> User | None:
    """Open an account that waits for confirmation, and write to the address; return it, or None when there is one already.

    Whoever asks learns nothing: an address that has an account gets a letter, too, which says so.
    """
    if not is_within(LETTER_ADDRESS, email.casefold(), at=at):
        return None
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, passphrase, unconfirmed_since=at, language=language)
                _write_confirmation(user, language=language, at=at)
                return user
        except IntegrityError:  # the same form was sent twice at the same moment
            return None
    if known.unconfirmed_since is not None:
        _write_confirmation(known, language=language, at=at)
    elif known.is_active:
        write_letter(user=known, kind=LetterKind.KNOWN, language=language, open_for=NOTICE_OPEN, at=at)
    return None


def ask_for_confirmation(*, user: User, language: str, at: dt.datetime) -> None:
    """Write to an account that waits for confirmation once more, though not more often than strangers may ask."""
    if is_within(LETTER_ADDRESS, user.email.casefold(), at=at):
        _write_confirmation(user, language=language, at=at)


def _write_confirmation(user: User, *, language: str, at: dt.datetime) -> None:
    write_letter(user=user, kind=LetterKind.CONFIRM, language=language, open_for=CONFIRMATION_OPEN, at=at)
