"""Keeping what happened to an account, and telling its owner of devices that are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.networks import client_network
from members.choices import EventKind, LetterKind
from members.devices import device_of
from members.models import AccountEvent
from members.periods import DEVICE_KNOWN, NOTICE_OPEN
from members.services.letters import write_letter
from members.staff import is_staff

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

    from members.models import User


def record_event(*, user: User, kind: EventKind, request: HttpRequest, at: dt.datetime) -> AccountEvent:
    """Keep that `kind` happened to the account of `user`, from the network and device of `request`."""
    return AccountEvent.objects.create(
        user=user, kind=kind, happened_at=at, network=client_network(request), device=device_of(request)
    )


def record_sign_in(*, user: User, request: HttpRequest, language: str, at: dt.datetime) -> AccountEvent:
    """Keep that `user` signed in, and write to them when neither network nor device were known.

    The first sign-in of a member is that of whoever just confirmed the address; staff are told of theirs, too.
    """
    earlier = AccountEvent.objects.filter(user=user, kind=EventKind.SIGNED_IN)
    is_first = not earlier.exists()
    recent = earlier.filter(happened_at__gte=at - DEVICE_KNOWN)
    event = record_event(user=user, kind=EventKind.SIGNED_IN, request=request, at=at)
    is_known = recent.filter(network=event.network, device=event.device).exclude(pk=event.pk).exists()
    if not is_known and (is_staff(user) or not is_first):
        write_letter(user=user, kind=LetterKind.NEW_DEVICE, language=language, open_for=NOTICE_OPEN, at=at)
    return event
