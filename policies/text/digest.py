"""Canonical bytes and digests: what an edition's hash chain is computed from.

Everything here must give the same bytes on every machine and in every release: a stored digest is evidence, and changing one rule below breaks the
chain of every edition ever issued.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping

from policies.text.clauses import Clause

# RFC 8785 builds on I-JSON (RFC 7493): integers that a double cannot hold exactly must not appear.
LARGEST_INTEGER = 2**53 - 1


def canonical_json(value: object) -> bytes:
    """Return the canonical JSON of a value as UTF-8, after RFC 8785 (JCS).

    Keys are sorted by their UTF-16 code units, there is no white space, and strings are in normalisation form C. Strings, integers, booleans, None,
    lists, tuples and mappings with string keys are accepted.

    Raises:
        TypeError: for any other type. Floats are refused too: nothing in a record needs them, and their text form is where implementations differ.
        ValueError: for an integer beyond 2^53 - 1, for text that is not valid Unicode, or for keys equal after normalisation.
    """
    canonical = _canonical(value)
    return json.dumps(canonical, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def clause_digest(clause: Clause) -> str:
    """Return the digest of what a clause says and where it stands in the outline.

    The key and the reason are left out: a translation made from a clause stays current when only those change.
    """
    return sha256_hex(
        canonical_json(
            {
                "body": clause.body,
                "depth": clause.depth,
                "heading": clause.heading,
                "numbered": clause.numbered,
            },
        ),
    )


def _canonical(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            msg = f"{value} is too large for canonical JSON"
            raise ValueError(msg)
        return int(value)
    if isinstance(value, Mapping):
        return _canonical_mapping(value)
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    msg = f"{type(value).__name__} has no canonical JSON form"
    raise TypeError(msg)


def _canonical_mapping(value: Mapping[object, object]) -> dict[str, object]:
    members: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            msg = f"{type(key).__name__} cannot be a key in canonical JSON"
            raise TypeError(msg)
        name = unicodedata.normalize("NFC", str(key))
        if name in members:
            msg = f"two keys are equal after normalisation: {name!r}"
            raise ValueError(msg)
        members[name] = _canonical(item)
    return dict(sorted(members.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass")))
