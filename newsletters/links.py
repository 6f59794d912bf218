"""The links in mails and the return path: what each carries, and how it is read back.

None of them expires by itself: an unsubscribe link works in a mail of any age. Whether a confirmation is still open, and
whether the subscriber's epoch is still the one in the link, is for the service that acts on it to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from core.addresses import full_address
from core.tokens import BadTokenError, TokenPurpose, read, sign

#: The local part of return paths, before the delivery's token (RFC 5233 sub-addressing).
RETURN_PREFIX = "b+"


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """What a one-click link ends: the subscription to `topic_id`, or all of them when it is 0."""

    subscriber_id: int
    epoch: int
    topic_id: int
    delivery_id: int


@dataclass(frozen=True, slots=True)
class PreferencesLink:
    subscriber_id: int
    epoch: int
    delivery_id: int


@dataclass(frozen=True, slots=True)
class RequestLink:
    """A link of a confirmation or welcome mail: it speaks of one sign-up."""

    request_id: int
    epoch: int


def unsubscribe_url(link: UnsubscribeLink) -> str:
    """Return the address that RFC 8058 posts to and people open."""
    token = sign(TokenPurpose.ONE_CLICK, link.subscriber_id, link.epoch, link.topic_id, link.delivery_id)
    return full_address(f"/u/{token}/")


def preferences_url(link: PreferencesLink, language: str) -> str:
    token = sign(TokenPurpose.PREFERENCES, link.subscriber_id, link.epoch, link.delivery_id)
    return full_address(f"/{language}/bulletins/preferences/{token}/")


def confirm_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/confirm/{sign(TokenPurpose.CONFIRM, link.request_id, link.epoch)}/")


def not_me_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/not-me/{sign(TokenPurpose.NOT_ME, link.request_id, link.epoch)}/")


def undo_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/undo/{sign(TokenPurpose.UNDO, link.request_id, link.epoch)}/")


def return_path(delivery_id: int) -> str:
    """Return the envelope sender of a delivery, by which its bounce is known again (VERP, with a token)."""
    token = sign(TokenPurpose.RETURN_PATH, delivery_id, lower_case=True)
    return f"{RETURN_PREFIX}{token}@{settings.AVOW_RETURN_DOMAIN}"


def read_unsubscribe(token: str) -> UnsubscribeLink:
    """Raise `BadTokenError` unless `token` is of an unsubscribe link."""
    return UnsubscribeLink(*read(token, TokenPurpose.ONE_CLICK, count=4))


def read_preferences(token: str) -> PreferencesLink:
    """Raise `BadTokenError` unless `token` is of a preferences link."""
    return PreferencesLink(*read(token, TokenPurpose.PREFERENCES, count=3))


def read_request(token: str, purpose: TokenPurpose) -> RequestLink:
    """Raise `BadTokenError` unless `token` is of a link for `purpose`: CONFIRM, NOT_ME or UNDO."""
    return RequestLink(*read(token, purpose, count=2))


def read_return_path(address: str) -> int:
    """Return the delivery's number; raise `BadTokenError` unless `address` is a return path of ours."""
    local, _at, domain = address.strip().strip("<>").rpartition("@")
    if domain.lower() != settings.AVOW_RETURN_DOMAIN.lower() or not local.lower().startswith(RETURN_PREFIX):
        raise BadTokenError
    token = local[len(RETURN_PREFIX) :]
    return read(token, TokenPurpose.RETURN_PATH, count=1, lower_case=True)[0]
