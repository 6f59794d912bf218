"""What people say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from members.choices import EventKind
from members.models import User
from members.services.activity import record_event

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from django.http import HttpRequest

FIELDS = ("last_name", "first_name", "nickname", "postal_address", "telephone", "language")


@transaction.atomic
def change_profile(*, user: User, values: Mapping[str, str], request: HttpRequest, at: dt.datetime) -> bool:
    """Keep what `user` changed of `FIELDS`; return whether anything was."""
    changed = [name for name in FIELDS if getattr(user, name) != values[name]]
    if not changed:
        return False
    User.objects.filter(pk=user.pk).update(**{name: values[name] for name in changed})
    record_event(user=user, kind=EventKind.PROFILE_CHANGED, request=request, at=at)
    return True
