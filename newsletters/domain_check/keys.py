"""Read the public keys of DKIM (RFC 6376, RFC 8463), as far as their size."""

from __future__ import annotations

import base64
import binascii

_ED25519_BYTES = 32


class KeyFaultError(ValueError):
    """The key cannot be used. The message says why."""


def tags(record: str) -> dict[str, str]:
    """Return the `name=value` tags of a DKIM, DMARC or TLS-RPT record, names in lower case."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def key_size(record: str) -> tuple[str, int]:
    """Return the kind and the bits of the key in a DKIM record.

    Raises:
        KeyFaultError: there is none, it was revoked, or it cannot be read.
    """
    found = tags(record)
    kind, text = found.get("k", "rsa").lower(), "".join(found.get("p", "").split())
    if not text:
        msg = "the key is empty: it was revoked" if "p" in found else "it holds no key"
        raise KeyFaultError(msg)
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        msg = "its key is not base64"
        raise KeyFaultError(msg) from error
    if kind == "ed25519" and len(key) == _ED25519_BYTES:
        return kind, 8 * _ED25519_BYTES
    if kind == "rsa":
        return kind, _modulus_bits(key)
    msg = f"its key is no {kind[:20]} key"
    raise KeyFaultError(msg)


def _modulus_bits(key: bytes) -> int:
    """Return the bits of an RSA modulus in a SubjectPublicKeyInfo, or in the bare key that RFC 6376 also allows."""
    try:
        inside = _value(key, 0x30)
        if inside[0] == 0x30:  # an algorithm comes first, then the key in a bit string
            _algorithm, rest = _split(inside)
            inside = _value(_value(rest, 0x03)[1:], 0x30)
        modulus = _value(inside, 0x02)
    except (IndexError, KeyFaultError) as error:
        msg = "its key is no RSA key"
        raise KeyFaultError(msg) from error
    return int.from_bytes(modulus).bit_length()


def _value(data: bytes, tag: int) -> bytes:
    if data[0] != tag:
        raise KeyFaultError
    return _split(data)[0]


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Return the value of the first DER element, and what follows it."""
    length, begin = data[1], 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[2:begin])
    if begin + length > len(data):
        raise KeyFaultError
    return data[begin : begin + length], data[begin + length :]
