"""Turn the environment into the settings of mail: relays, and the keys of links and suppressed addresses."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES = {"smtp": 25, "smtps": 465}
_TLS = ("auto", "starttls", "none")
_MAILBOX_SCHEMES = {"imap": 143, "imaps": 993}
_SHORTEST_KEY = 32
_KEY = re.compile(r"(?P<number>[0-9]{1,3}):(?P<secret>.+)")


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Return the parts of an address and its port; those of the empty address when it cannot be read."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        return urlsplit(""), None


class SmtpSettings(TypedDict):
    """A relay. `tls` is `implicit`, `starttls` (required), `auto` (taken when offered) or `none`."""

    host: str
    port: int
    user: str
    password: str
    tls: str


def smtp_settings(name: str, url: str) -> SmtpSettings | None:
    """Return the relay that an address like `smtp://user:password@host:587?tls=starttls` names; None when it is empty.

    Raises:
        ImproperlyConfigured: it is malformed. The message names the variable and never repeats the address.
    """
    if not url:
        return None
    parts, port = _split(url)
    tls = "implicit" if parts.scheme == "smtps" else parse_qs(parts.query).get("tls", ["auto"])[0]
    if parts.scheme not in _SCHEMES or not parts.hostname or tls not in (*_TLS, "implicit"):
        msg = f"{name} is not the address of a mail server. It looks like smtp://user:password@host:587?tls=starttls."
        raise ImproperlyConfigured(msg)
    return SmtpSettings(
        host=parts.hostname,
        port=port or _SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


class MailboxSettings(TypedDict):
    """A folder on an IMAP server. `tls` is `implicit`, `starttls` (required) or `none`."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: str


def mailbox_settings(name: str, url: str) -> MailboxSettings | None:
    """Return the folder that `imaps://user:password@host/INBOX` names; None when it is empty.

    `imap:` upgrades the connection or gives up, unless `?tls=none` says that it need not be encrypted.

    Raises:
        ImproperlyConfigured: it is malformed. The message names the variable and never repeats the address.
    """
    if not url:
        return None
    parts, port = _split(url)
    tls = "implicit" if parts.scheme == "imaps" else parse_qs(parts.query).get("tls", ["starttls"])[0]
    folder = unquote(parts.path.strip("/")) or "INBOX"
    is_known = parts.scheme in _MAILBOX_SCHEMES and tls in {"implicit", "starttls", "none"}
    if not is_known or not parts.hostname or not folder.isascii():
        msg = f"{name} is not the address of a mailbox. It looks like imaps://user:password@host/INBOX (in ASCII)."
        raise ImproperlyConfigured(msg)
    return MailboxSettings(
        host=parts.hostname,
        port=port or _MAILBOX_SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=folder,
        tls=tls,
    )


def agency_domain(env: Mapping[str, str]) -> str:
    """Return the host of AVOW_BASE_URL, from which mail comes unless AVOW_MAIL_DOMAIN says otherwise."""
    host = urlsplit(env.get("AVOW_BASE_URL", "")).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() else "avow.example"


def token_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    """Return the keys in `number:secret,number:secret`; the first signs, all of them verify.

    Raises:
        ImproperlyConfigured: a key is malformed or too short, or a number stands twice. No key is repeated.
    """
    found = [_KEY.fullmatch(part.strip()) for part in text.split(",")]
    keys = [(int(match["number"]), match["secret"].encode()) for match in found if match is not None]
    numbers = {number for number, _secret in keys}
    is_sound = len(keys) == len(found) == len(numbers) and all(1 <= number <= 255 for number in numbers)
    if not is_sound or any(len(secret) < _SHORTEST_KEY for _number, secret in keys):
        msg = (
            "AVOW_TOKEN_KEYS is malformed. It looks like 2:new-secret,1:old-secret: different numbers from 1 to 255, "
            f"and secrets of at least {_SHORTEST_KEY} characters without commas."
        )
        raise ImproperlyConfigured(msg)
    return tuple(keys)


def development_keys(secret_key: str) -> tuple[tuple[tuple[int, bytes], ...], str]:
    """Return token keys and a suppression key made from Django's own: for trial and tests, where none are set."""
    derived = [
        hmac.new(secret_key.encode(), label, hashlib.sha256).hexdigest() for label in (b"tokens", b"suppression")
    ]
    return ((1, derived[0].encode()),), derived[1]
