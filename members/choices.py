"""The words of accounts that are kept in rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    """What happened to an account."""

    SIGNED_UP = "signed_up", _("Account opened")
    CONFIRMED = "confirmed", _("E-mail address confirmed")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    CODES_MADE = "codes_made", _("New recovery codes made")
    CODE_REFUSED = "code_refused", _("Wrong code of the second factor")
    PASSPHRASE_CHANGED = "passphrase_changed", _("Passphrase changed")
    PASSPHRASE_RESET = "passphrase_reset", _("Passphrase set anew by e-mail")
    ADDRESS_ASKED = "address_asked", _("Change of the e-mail address asked for")
    ADDRESS_CHANGED = "address_changed", _("E-mail address changed")
    ADDRESS_UNDONE = "address_undone", _("Change of the e-mail address undone")
    PROFILE_CHANGED = "profile_changed", _("Profile changed")
    FROZEN = "frozen", _("Account frozen: “this was not me”")


class LetterKind(models.TextChoices):
    """What a mail to the owner of an account is about; also the name of its templates under `templates/email/`."""

    CONFIRM = "account_confirm", _("confirmation of an e-mail address")
    KNOWN = "account_known", _("sign-up with an address that has an account")
    RESET = "account_reset", _("new passphrase")
    NEW_DEVICE = "account_new_device", _("sign-in from a new device")
    SECURITY = "account_security", _("change of passphrase or factors")
    ADDRESS_NEW = "account_address_new", _("confirmation of a new e-mail address")
    ADDRESS_OLD = "account_address_old", _("notice to the old e-mail address")
