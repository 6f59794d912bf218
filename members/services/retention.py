"""What goes when its days are over: accounts nobody confirmed, letters, what happened, sessions that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from members.models import AccountEvent, AccountLetter, User
from members.periods import EVENTS_KEPT, LETTERS_KEPT, UNCONFIRMED_KEPT

if TYPE_CHECKING:
    import datetime as dt

_BATCH = 500


def keep_retention(*, at: dt.datetime) -> dict[str, int]:
    """Delete what is past its days; return how many of each went. May run at any time and twice."""
    return {
        "unconfirmed": _purge_unconfirmed(at=at),
        "events": AccountEvent.objects.filter(happened_at__lt=at - EVENTS_KEPT).delete()[0],
        "letters": AccountLetter.objects.filter(expires_at__lt=at - LETTERS_KEPT).delete()[0],
        "sessions": _purge_sessions(at=at),
    }


def _purge_unconfirmed(*, at: dt.datetime) -> int:
    """Delete accounts that nobody confirmed, each in a transaction of its own; one that is confirmed meanwhile stays."""
    late = User.objects.filter(unconfirmed_since__lt=at - UNCONFIRMED_KEPT)
    gone = 0
    for number in list(late.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            user = late.select_for_update().filter(pk=number).first()
            if user is not None:
                user.delete()
                gone += 1
    return gone


def _purge_sessions(*, at: dt.datetime) -> int:
    gone: int = Session.objects.filter(expire_date__lt=at).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone
