"""The links in mails and the return path: what each carries, and how it is read back.

None of them expires by itself: an unsubscribe link works in a mail of any age. Whether a confirmation is still open, and
whether the subscriber's epoch is still the one in the link, is for the service that acts on it to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

from core.addresses import full_address
from core.tokens import BadTokenError, TokenPurpose, read, sign

#: The local part of return paths, before the delivery's token (RFC 5233 sub-addressing).
RETURN_PREFIX = "b+"
#: The local part of the addresses to which some mail programs write in order to unsubscribe, before the token.
UNSUBSCRIBE_PREFIX = "u+"
_MESSAGE_ID = re.compile(r"<?([0-9]{1,19})\.[0-9a-f]{8}@([^<>@\s]+?)>?")


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
    return full_address(preferences_path(link, language))


def preferences_path(link: PreferencesLink, language: str) -> str:
    """Return the same for links on our own pages."""
    token = sign(TokenPurpose.PREFERENCES, link.subscriber_id, link.epoch, link.delivery_id)
    return f"/{language}/bulletins/preferences/{token}/"


def confirm_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/confirm/{sign(TokenPurpose.CONFIRM, link.request_id, link.epoch)}/")


def not_me_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/not-me/{sign(TokenPurpose.NOT_ME, link.request_id, link.epoch)}/")


def undo_url(link: RequestLink, language: str) -> str:
    return full_address(f"/{language}/bulletins/undo/{sign(TokenPurpose.UNDO, link.request_id, link.epoch)}/")


def data_url(link_id: int, language: str) -> str:
    """Return where a link to somebody's own data leads; `link_id` is the row that says whose and until when."""
    return full_address(data_path(link_id, language))


def data_path(link_id: int, language: str) -> str:
    """Return the same for links on our own pages."""
    return f"/{language}/account/data/{sign(TokenPurpose.DATA, link_id)}/"


def return_path(delivery_id: int) -> str:
    """Return the envelope sender of a delivery, by which its bounce is known again (VERP, with a token)."""
    token = sign(TokenPurpose.RETURN_PATH, delivery_id, lower_case=True)
    return f"{RETURN_PREFIX}{token}@{settings.AVOW_RETURN_DOMAIN}"


def unsubscribe_address(link: UnsubscribeLink) -> str:
    """Return the address to which a mail ends what `link` says (RFC 2369 List-Unsubscribe)."""
    token = sign(
        TokenPurpose.ONE_CLICK, link.subscriber_id, link.epoch, link.topic_id, link.delivery_id, lower_case=True
    )
    return f"{UNSUBSCRIBE_PREFIX}{token}@{settings.AVOW_RETURN_DOMAIN}"


def message_id(delivery_id: int, body_digest: str) -> str:
    """Return the Message-ID of a delivery: the same at every attempt, so that logs and receivers can tell."""
    return f"<{delivery_id}.{body_digest[:8]}@{settings.AVOW_MAIL_DOMAIN}>"


def read_message_id(text: str) -> int | None:
    """Return the number of the delivery whose Message-ID this is; None when it is not one of ours. It proves nothing."""
    match = _MESSAGE_ID.fullmatch(text.strip())
    if match is None or match[2].lower() != settings.AVOW_MAIL_DOMAIN.lower() or int(match[1]) >= 2**63:
        return None
    return int(match[1])


def read_unsubscribe(token: str) -> UnsubscribeLink:
    """Raise `BadTokenError` unless `token` is of an unsubscribe link."""
    return UnsubscribeLink(*read(token, TokenPurpose.ONE_CLICK, count=4))


def read_preferences(token: str) -> PreferencesLink:
    """Raise `BadTokenError` unless `token` is of a preferences link."""
    return PreferencesLink(*read(token, TokenPurpose.PREFERENCES, count=3))


def read_request(token: str, purpose: TokenPurpose) -> RequestLink:
    """Raise `BadTokenError` unless `token` is of a link for `purpose`: CONFIRM, NOT_ME or UNDO."""
    return RequestLink(*read(token, purpose, count=2))


def read_data(token: str) -> int:
    """Return the number of the link's row; raise `BadTokenError` unless `token` is of a link to somebody's data."""
    return read(token, TokenPurpose.DATA, count=1)[0]


def read_unsubscribe_address(address: str) -> UnsubscribeLink:
    """Raise `BadTokenError` unless `address` is one that `unsubscribe_address` returned."""
    token = _token_of(address, UNSUBSCRIBE_PREFIX)
    return UnsubscribeLink(*read(token, TokenPurpose.ONE_CLICK, count=4, lower_case=True))


def read_return_path(address: str) -> int:
    """Return the delivery's number; raise `BadTokenError` unless `address` is a return path of ours."""
    return read(_token_of(address, RETURN_PREFIX), TokenPurpose.RETURN_PATH, count=1, lower_case=True)[0]


def _token_of(address: str, prefix: str) -> str:
    local, _at, domain = address.strip().strip("<>").rpartition("@")
    if domain.lower() != settings.AVOW_RETURN_DOMAIN.lower() or not local.lower().startswith(prefix):
        raise BadTokenError
    return local[len(prefix) :]
