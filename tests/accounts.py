"""People signing in, without the pages for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:
    from members.models import User


def show_factor(client: Client, user: User) -> None:
    """Leave in the session of `client`, where `user` is signed in, what showing a second factor leaves there."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "email": user.email},
        {"method": "mfa", "at": time.time(), "type": "totp", "id": 0},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def sign_in_staff(user: User, client: Client | None = None) -> Client:
    """Return a browser in which `user` signed in with two factors."""
    client = client or Client()
    client.force_login(user)
    show_factor(client, user)
    return client
