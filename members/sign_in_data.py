"""What is kept so that people can sign in, and so that they see who did. `members.personal_data` registers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.data_register import (
    Basis,
    CollectingForm,
    DataFile,
    Erasure,
    NotPersonal,
    Personal,
    Purpose,
    Recipients,
    Retention,
)
from core.data_register.finding import by_account
from members.periods import EVENTS_KEPT, LETTERS_KEPT
from members.services.account_erasure import erase_account

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.functional import _StrPromise

_WITH_SESSION = Retention(words=_("Sessions are kept until they end, which is after twelve hours at most."))
_WITH_FACTOR = Retention(words=_("Second factors are kept until their owner removes them, or with the account."))


_made = Personal.made


def _for_days(words: _StrPromise, period: dt.timedelta) -> Retention:
    return Retention(words=words, period=period)


def _file(
    model: str, name: _StrPromise, retention: Retention, other: set[str], *, account: str = "user", **personal: Personal
) -> DataFile:
    return DataFile(
        model=model,
        name=name,
        purposes=(Purpose.ICT_SECURITY,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=retention,
        erasure=Erasure(words=_("Deleted with the account."), act=erase_account),
        personal={account: _made(_("Account that it is about")), **personal},
        other=frozenset(other),
        rows=by_account(model, account),
    )


FILES = (
    _file(
        "members.AccountEvent",
        _("What happened to accounts"),
        _for_days(_("What happened to accounts is kept for %(days)d days."), EVENTS_KEPT),
        {"id"},
        kind=_made(_("What happened")),
        happened_at=_made(_("When")),
        network=_made(_("Network that it came from, without the last part of the address")),
        device=_made(_("Kind of browser and system")),
    ),
    _file(
        "members.AccountLetter",
        _("Letters about accounts"),
        _for_days(
            _("Letters about accounts are kept for %(days)d days after their links stopped working."), LETTERS_KEPT
        ),
        {"id"},
        kind=_made(_("What the letter is about")),
        locale=_made(_("Language")),
        address=_made(_("E-mail address")),
        address_before=_made(_("E-mail address before a change")),
        address_after=_made(_("E-mail address after a change")),
        created_at=_made(_("When")),
        expires_at=_made(_("Until when the link works")),
        used_at=_made(_("When the link was used")),
    ),
    _file(
        "usersessions.UserSession",
        _("List of sessions"),
        _WITH_SESSION,
        {"id", "data"},
        created_at=_made(_("When")),
        ip=_made(_("Network that it came from, without the last part of the address")),
        last_seen_at=_made(_("Last used")),
        session_key=_made(_("A code by which the browser is known again"), is_secret=True),
        user_agent=_made(_("What the browser says of itself")),
    ),
    _file(
        "mfa.Authenticator",
        _("Second factors"),
        _WITH_FACTOR,
        {"id"},
        type=_made(_("Kind of the second factor")),
        data=_made(_("Key of the second factor, sealed"), is_secret=True),
        created_at=_made(_("When")),
        last_used_at=_made(_("Last used")),
    ),
)
#: Not used: `members.User` and `members.AccountLetter` hold addresses and their confirmation.
UNUSED = (
    NotPersonal(model="account.EmailAddress", fields=frozenset({"id", "user", "email", "verified", "primary"})),
    NotPersonal(model="account.EmailConfirmation", fields=frozenset({"id", "email_address", "created", "sent", "key"})),
)
_SEEN = (
    "members.AccountEvent.kind",
    "members.AccountEvent.happened_at",
    "members.AccountEvent.network",
    "members.AccountEvent.device",
)
#: What is typed to prove who one is: compared, and not kept.
_PROOFS = {
    "SignInForm": {"password", "remember"},
    "ProofForm": {"password"},
    "_CountedCode": {"code"},
    "CodeForm": {"code"},
    "ProofByCodeForm": {"code"},
    "AddAppForm": {"code"},
    "NewPassphraseForm": {"passphrase"},
    "_AddressForm": {"email"},
}
FORMS = (
    *(CollectingForm(form=f"members.forms.{name}", other=frozenset(fields)) for name, fields in _PROOFS.items()),
    CollectingForm(
        form="members.forms.SignUpForm",
        collects={"email": "members.User.email", "passphrase": "members.User.password"},
        adds=_SEEN,
        why=_("To open an account that only you can use, and to tell you of what happens to it."),
        without=_(
            "You need no account to read, search or subscribe. Without an address and a passphrase there is none."
        ),
    ),
    CollectingForm(
        form="members.forms.ResetForm",
        collects={"email": "members.AccountLetter.address"},
        adds=_SEEN,
        why=_("To send you a link by which you set a new passphrase."),
        without=_("Without the address no link can be sent."),
    ),
    CollectingForm(
        form="members.forms.AddressForm",
        collects={"email": "members.User.email"},
        adds=_SEEN,
        why=_("To reach you at the new address, and to let you sign in with it."),
        without=_("You can keep the address that you have."),
    ),
    CollectingForm(
        form="members.forms.ProfileForm",
        collects={
            name: f"members.User.{name}"
            for name in ("last_name", "first_name", "nickname", "postal_address", "telephone", "language")
        },
        adds=_SEEN,
        why=_("To address you as you wish, and to reach you in other ways than by e-mail where you want that."),
        without=_("You may leave all of it empty; nothing on this site needs it."),
    ),
)
