"""The forms of accounts."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.mail_addresses import AddressRefusedError, parse_address
from core.rate_limits import forgive, is_within
from members import limits
from members.models import User
from members.sessions import mark_shared

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: Argon2 takes as long for a book as for a word, but reading the book takes memory.
LONGEST_PASSPHRASE = 1000
#: Longer than any address; what is longer is answered in the words of `core.mail_addresses` up to here.
LONGEST_TYPED = 320
_LONGEST_CODE = 40


def passphrase_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """Return a field for a passphrase: nothing is taken off it, and it may be pasted."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=LONGEST_PASSPHRASE,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_field() -> forms.CharField:
    """Return a field for a code, which is not written into the page again."""
    return forms.CharField(
        label=_("Code"),
        max_length=_LONGEST_CODE,
        help_text=_("The six digits that the app shows now, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


def line_field(label: Any, *, max_length: int, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """Return a field for one line that may be left empty."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=max_length,
        required=False,
        validators=[refuse_invisible],
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


def refuse_invisible(text: str) -> None:
    """Raise `ValidationError` for characters that cannot be seen, or that turn the direction of what follows."""
    if any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for char in text):
        raise ValidationError(_("There are characters in it that cannot be seen. Type it in instead of pasting it."))


class SignInForm(LoginForm):
    """Address and passphrase."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("E-mail address"),
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "off", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = passphrase_field(_("Passphrase"), autocomplete="current-password")
        self.fields["shared"] = forms.BooleanField(
            label=_("Other people use this computer"),
            required=False,
            help_text=_("You are signed out after ten minutes without a click, and after an hour in any case."),
        )
        self.order_fields(["login", "password", "shared"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on to the second factor, or in."""
        mark_shared(request.session, is_shared=self.cleaned_data["shared"])
        response: HttpResponse = super().login(request, redirect_url)
        return response


class ProofForm(ReauthenticateForm):
    """The passphrase once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = passphrase_field(_("Passphrase"), autocomplete="current-password")


class _CountedCode(forms.Form):
    """A code that is guessed at only so often, and counts once."""

    code = code_field()
    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return the code if it is right and was not used before."""
        at, account = timezone.now(), str(self.user.pk)
        if not is_within(limits.CODE, account, at=at):
            raise ValidationError(_("There were too many wrong codes. Wait five minutes, then try again."))
        code: str = super().clean_code()  # type: ignore[misc] # of the form that this is mixed into
        if self.authenticator.type == Authenticator.Type.TOTP:
            use_code(account, code)
        forgive(limits.CODE, account)
        return code


class CodeForm(_CountedCode, factor_forms.AuthenticateForm):
    """The second factor at sign-in."""

    code = code_field()


class ProofByCodeForm(_CountedCode, factor_forms.ReauthenticateForm):
    """The second factor once more."""

    code = code_field()


class AddAppForm(ActivateTOTPForm):
    """The first code of an authenticator app."""

    code = forms.CharField(
        label=_("Code"),
        max_length=_LONGEST_CODE,
        help_text=_("The six digits that the app shows now."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Return the code if it is right, within the limit of guesses."""
        account = str(self.user.pk)
        if not is_within(limits.CODE, account, at=timezone.now()):
            raise ValidationError(_("There were too many wrong codes. Wait five minutes, then try again."))
        code: str = super().clean_code()
        use_code(account, code)
        forgive(limits.CODE, account)
        return code


def use_code(account: str, code: str) -> None:
    """Count a right code of an app as used, over all processes and machines; raise `ValidationError` when it was already."""
    if not is_within(limits.USED_CODE, f"{account}:{normalize_user_code(code)}", at=timezone.now()):
        raise ValidationError(_("This code was used already. Wait for the next one and write it in."))


class _AddressForm(forms.Form):
    """A form with an e-mail address."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=LONGEST_TYPED,
        widget=forms.TextInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def clean_email(self) -> str:
        """Return the address as mail goes to it: the domain as DNS knows it, the rest as typed."""
        takes_international = settings.AVOW_INTERNATIONAL_ADDRESSES
        try:
            parsed = parse_address(self.cleaned_data["email"], takes_international=takes_international)
        except AddressRefusedError as error:
            raise ValidationError(error.reason) from error
        return parsed.address


class ResetForm(_AddressForm):
    """The address of an account whose passphrase was forgotten."""


class AddressForm(_AddressForm):
    """A new address for an account."""


class NewPassphraseForm(forms.Form):
    """A new passphrase; once, since it may be shown and pasted."""

    passphrase = passphrase_field(
        _("New passphrase"),
        autocomplete="new-password",
        help_text=_("At least twelve characters; several words that do not belong together are best."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_passphrase(self) -> str:
        """Return it if it is long enough, not on the list of those that others lost, and not like the address."""
        passphrase: str = self.cleaned_data["passphrase"]
        validate_password(passphrase, self._user)
        return passphrase


class SignUpForm(_AddressForm):
    """All that an account needs."""

    passphrase = passphrase_field(
        _("Passphrase"),
        autocomplete="new-password",
        help_text=_("At least twelve characters; several words that do not belong together are best."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Refuse a weak passphrase, judged by what was typed alone."""
        given = super().clean()
        passphrase = self.cleaned_data.get("passphrase")
        if passphrase:
            try:
                validate_password(passphrase, User(email=self.cleaned_data.get("email", "")))
            except ValidationError as error:
                self.add_error("passphrase", error)
        return given


class ProfileForm(forms.Form):
    """What people say of themselves; nothing of it is required."""

    last_name = line_field(_("Family name"), max_length=150, autocomplete="family-name")
    first_name = line_field(_("Given name"), max_length=150, autocomplete="given-name")
    nickname = line_field(
        _("Nickname"),
        max_length=60,
        autocomplete="nickname",
        help_text=_("Shown in place of your name where you write."),
    )
    postal_address = line_field(_("Postal address"), max_length=300, autocomplete="street-address")
    telephone = line_field(_("Telephone"), max_length=30, autocomplete="tel")
    language = forms.ChoiceField(
        label=_("Language of mails"),
        required=False,
        choices=lambda: [("", _("That of the page where I ask for mail")), *settings.LANGUAGES],
    )
