"""What django-allauth asks of the site: who may sign in, from where somebody came, how secrets are kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.networks import client_network
from core.sealing import seal, unseal
from core.selectors import find_agency_or_other
from members import limits
from members.answers import refuse_sign_in
from members.periods import PROOF_LASTS
from members.qr import draw_qr_code

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

    from members.models import User

#: What stands for a network that cannot be known, in a column that takes addresses only.
_UNKNOWN = "0.0.0.0"  # noqa: S104 -- nothing listens on it


class AccountAdapter(DefaultAccountAdapter):
    """Signs people in within our limits, and without messages and mails of allauth's own."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The address and the passphrase do not belong together. Check both, or have a link sent to set a new "
            "passphrase."
        ),
        "too_many_login_attempts": _("There were too many attempts. Wait a quarter of an hour, then try again."),
        "incorrect_password": _("That is not the passphrase of this account. Check it and write it again."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return whose passphrase it is, of a closed account too: `pre_login` tells its owner why it does not open."""
        address = str(credentials.get("email", ""))
        if not limits.may_guess(request, address, at=timezone.now()):
            raise self.validation_error("too_many_login_attempts")
        AuthenticationBackend.unstash_authenticated_user()
        user = authenticate(request, **credentials)
        known = user or AuthenticationBackend.unstash_authenticated_user()
        if known is not None:
            limits.guessed_right(request, address)
        return known

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether it is the passphrase of `user`, who is signed in."""
        return self.authenticate(context.request, email=user.get_username(), password=password) == user

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:
        """Whether what was proven last, signing in included, is too old for what needs a proof."""
        del app
        request = context.request
        records = get_authentication_records(request, request.user)
        return not any(time.time() - record["at"] < PROOF_LASTS.total_seconds() for record in records)

    def pre_login(self, request: HttpRequest, user: User, **_kwargs: Any) -> HttpResponse | None:
        """Answer whoever has the passphrase of an account that is closed, frozen or not confirmed."""
        if user.can_sign_in:
            return None
        clear_login(request)
        return refuse_sign_in(request, user)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the first address of the network that `request` came from: no more than that is kept of a session."""
        return client_network(request).partition("/")[0] or _UNKNOWN

    def is_ajax(self, request: HttpRequest) -> bool:
        """Whether our own script asks for the options of a passkey: everything else is answered with pages."""
        return request.method == "GET" and request.headers.get("Accept") == "application/json"

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Say nothing on the next page: ours say themselves what was done."""

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Send nothing: `members.receivers` writes the letters."""


class FactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of factors sealed, and draws QR codes without styles."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "That is not the code of this moment, or it was used already. Wait for the next one and write it in; if the "
            "app keeps being refused, check that the clock of the device is right."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is kept."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code of an authenticator app."""
        return draw_qr_code(url)

    def get_totp_issuer(self) -> str:
        """Return the name of the site, as the authenticator app will show it."""
        return self._get_site_name()

    def _get_site_name(self) -> str:
        agency = find_agency_or_other(context.request.LANGUAGE_CODE)
        return str((agency and (agency.site_name or agency.name)) or context.request.get_host())
