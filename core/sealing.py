"""Secrets that must be read again: sealed with a key of their own, made from the site's (Fernet: AES-128-CBC and HMAC)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes

_LABEL = b"avow sealed secrets 1"


class SealError(ValueError):
    """What was to be opened was not sealed with a key of this site, or was changed since."""


def seal(text: str) -> str:
    """Return `text` so that nobody reads it without the site's key."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what `seal` was given. Raises `SealError`, which never repeats it."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealError from error


def _box() -> MultiFernet:
    """Return a box that seals with the key of now and opens with those before it as well."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (hmac.digest(force_bytes(secret), _LABEL, hashlib.sha256) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
