"""How long somebody stays signed in, and ending it. What a session needs for that stands in the session itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user, update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from members.periods import MEMBER, SHARED, STAFF, SessionLimits
from members.staff import is_staff

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from members.models import User

_BEGAN, _SEEN, _IS_SHARED = "avow_began", "avow_seen", "avow_shared"
#: A session is written at most this often only to say that it is still in use.
_NOTED_EVERY = 60.0


def begin(session: SessionBase, *, at: dt.datetime) -> None:
    """Start both clocks of a session in which somebody has just signed in."""
    session[_BEGAN] = session[_SEEN] = at.timestamp()


def mark_shared(session: SessionBase, *, is_shared: bool) -> None:
    """Keep whether others use the same computer."""
    session[_IS_SHARED] = is_shared


def limits_of(user: User, session: SessionBase) -> SessionLimits:
    """Return the limits of a session: those of staff for whoever may open the editors' side, shorter on a shared computer."""
    limits = STAFF if is_staff(user) else MEMBER
    if session.get(_IS_SHARED):
        return SessionLimits(min(limits.idle, SHARED.idle), min(limits.absolute, SHARED.absolute))
    return limits


def find_user(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in; nobody when the session is past its limits, which ends it."""
    user = get_user(request)
    if isinstance(user, AnonymousUser):
        return user
    session, now = request.session, timezone.now().timestamp()
    began, seen = session.get(_BEGAN), session.get(_SEEN)
    limits = limits_of(user, session)
    if began is None or seen is None or _is_over(limits, began=began, seen=seen, now=now):
        UserSession.objects.filter(session_key=session.session_key).delete()
        session.flush()
        return AnonymousUser()
    if now - seen >= _NOTED_EVERY:
        session[_SEEN] = now
        UserSession.objects.filter(session_key=session.session_key).update(
            last_seen_at=dt.datetime.fromtimestamp(now, dt.UTC)
        )
    return user


def renew(request: HttpRequest) -> None:
    """Give the session a new key, as after every proof of who one is; whoever had the old one is out."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def keep_session(request: HttpRequest, user: User) -> None:
    """Let this session outlive the passphrase that it began with, under a new key."""
    before = request.session.session_key
    update_session_auth_hash(request, user)
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def end_sessions(user: User, *, but: str = "") -> int:
    """End all sessions of `user`, except the one whose key is `but`; return how many there were."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for each in sessions:
        each.end()
    return len(sessions)


def _is_over(limits: SessionLimits, *, began: float, seen: float, now: float) -> bool:
    return now - seen >= limits.idle.total_seconds() or now - began >= limits.absolute.total_seconds()
