"""Writing what means the same the same way, one character at a time.

Folding is NFKC, folded case, Latin letters without accents, and Chinese characters in the forms that OpenCC's `hk2s`
gives them, so that 隐私, 隱私 and 台/臺 meet. It looks at single characters only (with their combining marks): a converter that
reads whole words would fold 乾 in a text and 乾 in a query differently, and what is folded could not be led back to the
characters that readers see.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opencc import OpenCC

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIMPLIFIER = OpenCC("hk2s")
#: What `hk2s` keeps apart though people write one for the other: 著 is how Taiwan writes 着.
_VARIANTS = {"着": "著"}
_HYPHENS = frozenset("\u2010\u2011\u2212")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_APOSTROPHES = frozenset("’‘ʼ`´")
#: Characters that are not seen and stand between no words: soft hyphens, zero-width joiners.
_IGNORED = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; character `n` of it was made from `original[starts[n]:ends[n]]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


class _Characters(dict[int, str]):
    """What each character folds to, worked out when it is first met (for `str.translate`)."""

    def __missing__(self, place: int) -> str:
        folded = self[place] = _fold_cluster(chr(place))
        return folded


def fold(text: str) -> str:
    """Return `text` folded. Folding twice changes nothing more."""
    if text.isascii():
        return text.translate(_characters)
    if not any(map(unicodedata.combining, text)):
        return text.translate(_characters)
    return "".join(_fold_cluster(text[start:end]) for start, end in _clusters(text))


def fold_with_places(text: str) -> Folded:
    """Return `text` folded, with the places in it that each folded character was made from."""
    distinct = set(text)
    _kept.update(filter(_stays_one, distinct - _kept))
    if distinct <= _kept:
        return Folded(text.translate(_characters), range(len(text)), range(1, len(text) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        folded = _characters[ord(text[start])] if end == start + 1 else _fold_cluster(text[start:end])
        letters.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return Folded("".join(letters), starts, ends)


def _stays_one(character: str) -> bool:
    """Whether a character belongs to no other and folds to one: those of nearly every text do."""
    return not _is_mark(character) and len(_characters[ord(character)]) == 1


def _clusters(text: str) -> list[tuple[int, int]]:
    """Return where each character with its marks and variation selectors begins and ends."""
    found: list[tuple[int, int]] = []
    for place, character in enumerate(text):
        if found and _is_mark(character):
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def _is_mark(character: str) -> bool:
    return bool(unicodedata.combining(character) or _VARIATION.match(character))


def _fold_cluster(cluster: str) -> str:
    former = None
    folded = cluster
    # Case folding can undo what NFKC did and the other way round (U+0345); a second round settles it.
    while folded != former:
        former = folded
        composed = unicodedata.normalize("NFKC", folded).casefold()
        folded = "".join(map(_fold_character, unicodedata.normalize("NFKC", composed)))
    return folded


def _fold_character(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    category = unicodedata.category(character)
    if category in {"Cc", "Zs", "Zl", "Zp", "Cs", "Cn", "Co"}:
        return " "
    if category == "Cf" or character in _IGNORED or _VARIATION.match(character):
        return ""
    if character in _HYPHENS:
        return "-"
    if character in _APOSTROPHES:
        return "'"
    if category[0] == "L" and unicodedata.name(character, "").startswith("LATIN"):
        return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    if "\u0300" <= character <= "\u036f":
        return ""  # an accent that no letter of its own has: c̄
    simplified: str = _SIMPLIFIER.convert(character)
    return _VARIANTS.get(simplified, simplified)


_characters = _Characters()
#: Characters of which it is known that they belong to no other and fold to one.
_kept: set[str] = set()
