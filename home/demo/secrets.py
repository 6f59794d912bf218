"""The passphrase and the second factor of this checkout's demo accounts: made once, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from django.conf import settings

from members.services.factors import new_secret

if TYPE_CHECKING:
    from collections.abc import Callable


def demo_password() -> str:
    """Return the passphrase that opens every account of the demo."""
    return os.environ.get("AVOW_DEMO_PASSWORD") or _kept("demo-password", lambda: secrets.token_urlsafe(12))


def demo_factor() -> str:
    """Return the key of the authenticator app that every account of the demo has."""
    return os.environ.get("AVOW_DEMO_FACTOR") or _kept("demo-factor", new_secret)


def _kept(name: str, make: Callable[[], str]) -> str:
    path = settings.BASE_DIR / ".avow" / name
    if path.exists():
        return str(path.read_text().strip())
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(made + "\n")
    return made
