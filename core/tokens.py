"""Links that prove what they may do: signed, bound to one purpose, and good for as long as the caller says.

A token is version ‖ purpose ‖ key ‖ numbers, and the first 128 bits of their HMAC-SHA-256 (RFC 2104; RFC 4868 §2.6 on the
length). It holds row numbers only, never an address or a name, and nothing about it is kept: a link in an old mail works
for as long as its key is known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from enum import IntEnum
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSION = 1
_MAC_BYTES = 16
#: A token of ten numbers is shorter than this; anything longer is not worth decoding.
_LONGEST = 160
_LARGEST_NUMBER = 2**63 - 1


class TokenPurpose(IntEnum):
    """What a token may be used for. A number is never used again for something else."""

    ONE_CLICK = 1
    PREFERENCES = 2
    CONFIRM = 3
    NOT_ME = 4
    RETURN_PATH = 5
    UNDO = 6
    FORM = 7
    ACCOUNT_LETTER = 8
    DATA = 9


class BadTokenError(ValueError):
    """The token was not made here, was changed, or was made for something else."""


def sign(purpose: TokenPurpose, *numbers: int, lower_case: bool = False) -> str:
    """Return a token that carries `numbers` (0 to 2^63 - 1) for `purpose`.

    It is made of the letters that URLs need not escape; with `lower_case` of those that survive mail servers which
    fold the case of local parts (RFC 5321 §2.4 warns of them).
    """
    key_id, key = _keys()[0]
    payload = bytes([_VERSION, purpose, key_id]) + b"".join(_write_number(number) for number in numbers)
    token = payload + _mac(key, payload)
    if lower_case:
        return base64.b32encode(token).decode().rstrip("=").lower()
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def read(token: str, purpose: TokenPurpose, *, count: int, lower_case: bool = False) -> tuple[int, ...]:
    """Return the `count` numbers that `token` carries.

    Raises:
        BadTokenError: it is not a token of ours for `purpose`. The message never repeats it.
    """
    raw = _decode(token, lower_case=lower_case)
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(payload) < 3 or payload[0] != _VERSION:
        raise BadTokenError
    key = dict(_keys()).get(payload[2])
    if key is None or not hmac.compare_digest(mac, _mac(key, payload)) or payload[1] != purpose:
        raise BadTokenError
    numbers = _read_numbers(payload[3:])
    if len(numbers) != count:
        raise BadTokenError
    return numbers


def keyed_hash(text: str) -> str:
    """Return 64 hexadecimal digits that stand for `text` and say nothing about it without the suppression key."""
    return hmac.new(settings.AVOW_SUPPRESSION_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _keys() -> Sequence[tuple[int, bytes]]:
    """Return key numbers and keys; the first signs, all of them verify."""
    return tuple(settings.AVOW_TOKEN_KEYS)


def _mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:_MAC_BYTES]


def _decode(token: str, *, lower_case: bool) -> bytes:
    if len(token) > _LONGEST or not token.isascii():
        raise BadTokenError
    try:
        if lower_case:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
            canonical = base64.b32encode(raw).decode().rstrip("=").lower()
        else:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    except (binascii.Error, ValueError) as error:
        raise BadTokenError from error
    # The spare bits of the last letter could be set otherwise; one link has one address.
    if canonical != (token.lower() if lower_case else token):
        raise BadTokenError
    return raw


def _write_number(number: int) -> bytes:
    """Write a number in groups of seven bits, lowest first, the high bit set on all but the last."""
    if not 0 <= number <= _LARGEST_NUMBER:
        msg = f"{number} does not fit into a token."
        raise ValueError(msg)
    groups = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        groups.append(low | 0x80 if number else low)
        if not number:
            return bytes(groups)


def _read_numbers(data: bytes) -> tuple[int, ...]:
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(value)
            value, shift = 0, 0
    if shift:
        raise BadTokenError
    return tuple(numbers)
