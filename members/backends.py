"""Who may be signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class AccountBackend(AuthenticationBackend):
    """Knows people by their address and passphrase; asked anew at each request, so that freezing acts at once."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """Find the account as the database tells accounts apart: whatever the case of the address."""
        checked: AbstractBaseUser | None = self._check_password(
            User.objects.filter(email__iexact=email).first(), password
        )
        return checked

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Refuse accounts that are closed, frozen, or whose address nobody confirmed."""
        return bool(getattr(user, "can_sign_in", False))
