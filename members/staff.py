"""Who works here, and whether their session stands on two factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from django.http import HttpRequest

    from members.models import User

#: What opens the editors' side.
ACCESS = "wagtailadmin.access_admin"


def own_account(request: HttpRequest) -> User:
    """Return who is signed in; for views that let nobody else in."""
    user = request.user
    if isinstance(user, AnonymousUser):
        raise PermissionDenied
    return user


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether `user` may open the editors' side, once the second factor was shown."""
    return bool(user.is_authenticated and user.is_active and (user.is_superuser or user.has_perm(ACCESS)))


def has_factor(user: User) -> bool:
    """Whether `user` set up an authenticator app or a passkey; recovery codes alone are none."""
    own = Authenticator.objects.filter(user=user)
    return bool(own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def showed_factor(request: HttpRequest) -> bool:
    """Whether the second factor was shown in this session. A passkey alone is two: the device, and its PIN or finger."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
