"""What django and django-allauth tell this app: sessions begin, people sign in, factors change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.signals import user_logged_in as signed_in
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in as session_began
from django.utils import timezone
from django.utils.translation import get_language

from members import sessions
from members.choices import EventKind, LetterKind
from members.periods import NOTICE_OPEN
from members.services.activity import record_event, record_sign_in
from members.services.letters import write_letter

if TYPE_CHECKING:
    from django.http import HttpRequest

    from members.models import User


def connect() -> None:
    """Connect the receivers of this module."""
    session_began.connect(_start_clocks, dispatch_uid="members.start_clocks")
    signed_in.connect(_keep_sign_in, dispatch_uid="members.keep_sign_in")
    factors.authenticator_added.connect(_keep_added, dispatch_uid="members.keep_added")
    factors.authenticator_removed.connect(_keep_removed, dispatch_uid="members.keep_removed")
    factors.authenticator_reset.connect(_keep_codes, dispatch_uid="members.keep_codes")
    factors.authentication_failed.connect(_keep_refused, dispatch_uid="members.keep_refused")


def _start_clocks(*, request: HttpRequest, **_kwargs: Any) -> None:
    sessions.begin(request.session, at=timezone.now())


def _keep_sign_in(*, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    record_sign_in(user=user, request=request, language=get_language() or "en", at=timezone.now())


def _keep_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    # Recovery codes come with the first factor, and are told of when they are made anew.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _tell(request, user, EventKind.FACTOR_ADDED)


def _keep_removed(*, request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _tell(request, user, EventKind.FACTOR_REMOVED)


def _keep_codes(*, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    record_event(user=user, kind=EventKind.CODES_MADE, request=request, at=timezone.now())


def _keep_refused(*, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    record_event(user=user, kind=EventKind.CODE_REFUSED, request=request, at=timezone.now())


def _tell(request: HttpRequest, user: User, kind: EventKind) -> None:
    at = timezone.now()
    record_event(user=user, kind=kind, request=request, at=at)
    write_letter(user=user, kind=LetterKind.SECURITY, language=get_language() or "en", open_for=NOTICE_OPEN, at=at)
