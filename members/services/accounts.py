"""What owners do to their accounts by links and forms: confirm, freeze, set a passphrase, change the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from core.rate_limits import is_within
from members.choices import EventKind, LetterKind
from members.limits import LETTER_ADDRESS
from members.models import AccountLetter, User
from members.periods import CONFIRMATION_OPEN, NOTICE_OPEN, RESET_OPEN, UNDO_OPEN
from members.services.activity import record_event
from members.services.letters import write_letter
from members.services.sign_up import ask_for_confirmation
from members.sessions import end_sessions

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest


class LinkSpentError(Exception):
    """The link was used, or its time is over: nothing was changed."""


class AddressTakenError(Exception):
    """Another account has the address by now: nothing was changed."""


def ask_for_reset(*, email: str, language: str, at: dt.datetime) -> None:
    """Write to the owner of `email`, if there is one, with a link to set a new passphrase. Tells nobody whether there is."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    if user.unconfirmed_since is not None:
        ask_for_confirmation(user=user, language=language, at=at)
    elif is_within(LETTER_ADDRESS, user.email.casefold(), at=at):
        write_letter(user=user, kind=LetterKind.RESET, language=language, open_for=RESET_OPEN, at=at)


@transaction.atomic
def confirm_address(*, letter: AccountLetter, request: HttpRequest, at: dt.datetime) -> None:
    """Open the account to whoever reads the mail of its address. Raises `LinkSpentError`."""
    user = _spend(letter, at=at)
    user.unconfirmed_since = None
    user.save(update_fields=["unconfirmed_since"])
    record_event(user=user, kind=EventKind.CONFIRMED, request=request, at=at)


@transaction.atomic
def reset_passphrase(*, letter: AccountLetter, passphrase: str, request: HttpRequest, at: dt.datetime) -> None:
    """Set a new passphrase by mail; that ends every session, and opens a frozen account. Raises `LinkSpentError`.

    A second factor stays: mail alone does not open an account that has one.
    """
    user = _spend(letter, at=at)
    user.set_password(passphrase)
    user.frozen_at = None
    user.save(update_fields=["password", "frozen_at"])
    AccountLetter.objects.filter(user=user, kind=LetterKind.RESET, used_at=None).update(used_at=at)
    end_sessions(user)
    record_event(user=user, kind=EventKind.PASSPHRASE_RESET, request=request, at=at)
    _tell(user, letter.locale, at=at)


@transaction.atomic
def change_passphrase(*, user: User, passphrase: str, request: HttpRequest, language: str, at: dt.datetime) -> None:
    """Set the passphrase of whoever is signed in, and end all sessions but theirs."""
    user.set_password(passphrase)
    user.save(update_fields=["password"])
    AccountLetter.objects.filter(user=user, kind=LetterKind.RESET, used_at=None).update(used_at=at)
    end_sessions(user, but=request.session.session_key or "")
    record_event(user=user, kind=EventKind.PASSPHRASE_CHANGED, request=request, at=at)
    _tell(user, language, at=at)


@transaction.atomic
def freeze(*, user: User, request: HttpRequest, at: dt.datetime) -> None:
    """Let nobody sign in until a new passphrase is set by mail, and end every session. May be done again."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.frozen_at is None:
        user.frozen_at = at
        user.save(update_fields=["frozen_at"])
        record_event(user=user, kind=EventKind.FROZEN, request=request, at=at)
    end_sessions(user)


@transaction.atomic
def ask_for_address(*, user: User, address: str, request: HttpRequest, language: str, at: dt.datetime) -> None:
    """Write to a new address; nothing changes until it is confirmed. Tells nobody whether it has an account already."""
    record_event(user=user, kind=EventKind.ADDRESS_ASKED, request=request, at=at)
    if not is_within(LETTER_ADDRESS, address.casefold(), at=at):
        return
    holder = User.objects.filter(email__iexact=address).first()
    if holder is None:
        write_letter(
            user=user,
            kind=LetterKind.ADDRESS_NEW,
            language=language,
            open_for=CONFIRMATION_OPEN,
            at=at,
            address=address,
            address_before=user.email,
            address_after=address,
        )
    elif holder.can_sign_in and holder != user:
        write_letter(user=holder, kind=LetterKind.KNOWN, language=language, open_for=NOTICE_OPEN, at=at)


@transaction.atomic
def change_address(*, letter: AccountLetter, request: HttpRequest, at: dt.datetime) -> None:
    """Use the address that the letter went to, and write to the one before, from which it can be undone.

    Raises:
        LinkSpentError: it was used, its time is over, or the address was changed since it was asked for.
        AddressTakenError: another account has it.
    """
    user = _spend(letter, at=at)
    if user.email != letter.address_before:
        raise LinkSpentError
    _set_address(user, letter.address_after)
    record_event(user=user, kind=EventKind.ADDRESS_CHANGED, request=request, at=at)
    write_letter(
        user=user,
        kind=LetterKind.ADDRESS_OLD,
        language=letter.locale,
        open_for=UNDO_OPEN,
        at=at,
        address=letter.address_before,
        address_before=letter.address_before,
        address_after=letter.address_after,
    )


@transaction.atomic
def undo_address(*, letter: AccountLetter, request: HttpRequest, at: dt.datetime) -> None:
    """Give an account its address before a change back, and end every session. Raises as `change_address` does.

    Later changes are undone with it: whoever had the address first decides.
    """
    user = _spend(letter, at=at)
    _set_address(user, letter.address_before)
    AccountLetter.objects.filter(user=user, kind=LetterKind.ADDRESS_NEW, used_at=None).update(used_at=at)
    end_sessions(user)
    record_event(user=user, kind=EventKind.ADDRESS_UNDONE, request=request, at=at)


def _spend(letter: AccountLetter, *, at: dt.datetime) -> User:
    """Use up the link of `letter`, and return its locked account."""
    user = User.objects.select_for_update().get(pk=letter.user_id)
    if not AccountLetter.objects.filter(pk=letter.pk, used_at=None, expires_at__gt=at).update(used_at=at):
        raise LinkSpentError
    return user


def _set_address(user: User, address: str) -> None:
    user.email = address
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise AddressTakenError from error


def _tell(user: User, language: str, *, at: dt.datetime) -> None:
    write_letter(user=user, kind=LetterKind.SECURITY, language=language, open_for=NOTICE_OPEN, at=at)
