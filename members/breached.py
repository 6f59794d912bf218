"""Passphrases that others have used and lost: looked up in a Bloom filter that lies beside this file, without a network.

The filter is made by `manage.py make_breached_filter` from any list of passphrases or of their SHA-1 digests (as Have I
Been Pwned gives them out), and says in its head from which, and when. A set of bits never misses what was put in, and takes
one in a million of the others for one of them.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import struct
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAGIC = b"avowbloom1\n"
_FALSE_POSITIVES = 1e-6
_LEAST_OF_ONES_OWN = 6


@dataclass(frozen=True, slots=True)
class FilterHead:
    """What a filter says of itself: from which list it was made and on which day, and how it is to be read."""

    source: str
    made_on: str
    count: int
    bits: int
    hashes: int


class FilterError(ValueError):
    """The file is not a filter; the message names it."""


class BreachedFilter:
    """A filter that lies in a file and is read where it lies."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if data[: len(_MAGIC)] != _MAGIC:
            msg = f"{path} is not a filter of breached passphrases. Make one with manage.py make_breached_filter."
            raise FilterError(msg)
        end = data.find(b"\n", len(_MAGIC))
        self.head = FilterHead(**json.loads(data[len(_MAGIC) : end]))
        self._data, self._start = data, end + 1
        if len(data) - self._start != (self.head.bits + 7) // 8:
            msg = f"{path} is cut off. Make it again with manage.py make_breached_filter."
            raise FilterError(msg)

    def __contains__(self, passphrase: str) -> bool:
        places = _places(_digest(passphrase), self.head.bits, self.head.hashes)
        return all(self._data[self._start + place // 8] >> (place % 8) & 1 for place in places)


def write_filter(path: Path, digests: Iterable[bytes], *, count: int, source: str, made_on: str) -> FilterHead:
    """Write the filter of `count` SHA-1 digests at once, so that nobody ever reads half of one."""
    bits = max(64, math.ceil(-count * math.log(_FALSE_POSITIVES) / math.log(2) ** 2))
    hashes = max(1, round(bits / max(1, count) * math.log(2)))
    head = FilterHead(source=source, made_on=made_on, count=count, bits=bits, hashes=hashes)
    body = bytearray((bits + 7) // 8)
    for digest in digests:
        for place in _places(digest, bits, hashes):
            body[place // 8] |= 1 << place % 8
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(_MAGIC + json.dumps(asdict(head), ensure_ascii=False).encode() + b"\n" + bytes(body))
    unfinished.replace(path)
    return head


def digest_of_line(line: str) -> bytes | None:
    """Return the SHA-1 of a list's line, which is a passphrase or `DIGEST:COUNT`; None for an empty one."""
    text = line.rstrip("\r\n")
    head = text.partition(":")[0]
    if len(head) == 40 and all(letter in "0123456789abcdefABCDEF" for letter in head):
        return bytes.fromhex(head)
    return _digest(text) if text else None


@lru_cache
def shipped_filter(path: str) -> BreachedFilter:
    """Return the filter in a file, opened once."""
    return BreachedFilter(Path(path))


class BreachedPasswordValidator:
    """Refuses passphrases that are on the list, in the same letters or in small ones."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` for one that is."""
        del user
        known = shipped_filter(str(settings.AVOW_BREACHED_FILTER))
        if password in known or password.lower() in known:
            raise ValidationError(
                _(
                    "Others have used this passphrase, and it stands on lists that attackers try first. Choose another one."
                ),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("It must not stand on the list of passphrases that others have lost.")


class OwnWordsValidator:
    """Refuses passphrases that are little else than the names of this site, which are tried next."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` when what is left without them is shorter than half of the shortest passphrase."""
        del user
        rest = password.casefold()
        for word in _own_words():
            rest = rest.replace(word, "")
        if len(rest) < _LEAST_OF_ONES_OWN and len(rest) < len(password):
            raise ValidationError(
                _(
                    "This passphrase is little more than the name of the site. Add words that have nothing to do with it."
                ),
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("It must be more than the name of the site.")


def _own_words() -> list[str]:
    """Return the words of the site's name and host, and the product's, longest first."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or ""
    words = {"avow", *settings.WAGTAIL_SITE_NAME.casefold().split(), *host.casefold().split(".")}
    return sorted((word for word in words if len(word) > 2), key=len, reverse=True)


def _digest(text: str) -> bytes:
    # The lists that there are use SHA-1; nothing rests on its strength here.
    return hashlib.sha1(text.encode(), usedforsecurity=False).digest()


def _places(digest: bytes, bits: int, hashes: int) -> Iterator[int]:
    """Yield the bits of a digest, by double hashing (Kirsch and Mitzenmacher 2006)."""
    first, second = struct.unpack(">QQ", digest[:16])
    second |= 1
    return ((first + nth * second) % bits for nth in range(hashes))
