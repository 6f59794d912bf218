"""Giving an account an authenticator app without its owner at the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth

from core.sealing import seal

if TYPE_CHECKING:
    from members.models import User


def set_app(*, user: User, secret: str) -> None:
    """Make `secret` (Base32, RFC 4648) the key of the one authenticator app of `user`."""
    Authenticator.objects.update_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": seal(secret)}}
    )


def new_secret() -> str:
    """Return a fresh key of 160 bits (RFC 4226 §4)."""
    return str(auth.generate_totp_secret())


def code_at(secret: str, step: int) -> str:
    """Return the code of an app in the `step`-th half minute since 1970 (RFC 6238)."""
    return str(auth.format_hotp_value(auth.hotp_value(secret, step)))
