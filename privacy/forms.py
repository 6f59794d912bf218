"""What people type about their data."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.mail_addresses import AddressRefusedError, parse_address
from privacy.choices import RequestKind

if TYPE_CHECKING:
    from core.mail_addresses import MailAddress

LONGEST_WORDS = 2000
#: Marks that turn the direction of what follows (UAX #9): names in an officer's list must not read otherwise than they are.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class LinkForm(forms.Form):
    """The address to which a link is mailed."""

    address = forms.CharField(required=False, strip=False)

    def clean_address(self) -> MailAddress:
        """Read the address by the standards, or say what to do."""
        try:
            return parse_address(
                self.cleaned_data["address"], takes_international=settings.AVOW_INTERNATIONAL_ADDRESSES
            )
        except AddressRefusedError as error:
            raise forms.ValidationError(error.reason) from error


class RequestForm(forms.Form):
    """What the officer is asked to do."""

    kind = forms.ChoiceField(
        choices=RequestKind.choices,
        error_messages={
            "required": _("Choose what you ask for."),
            "invalid_choice": _("This cannot be asked for. Choose again."),
        },
    )
    words = forms.CharField(
        max_length=LONGEST_WORDS,
        error_messages={
            "required": _("Write what is to be done, for example what is wrong and how it should read."),
            "max_length": _("Write at most %(limit_value)d characters."),
        },
    )

    def clean_words(self) -> str:
        """Return the words on lines of their own, without what cannot be seen."""
        lines = str(self.cleaned_data["words"]).splitlines()
        return "\n".join("".join(letter for letter in line if _is_visible(letter)) for line in lines).strip()


def _is_visible(letter: str) -> bool:
    return letter not in _DIRECTIONS and unicodedata.category(letter) not in {"Cc", "Cs", "Co"}
