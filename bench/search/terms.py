"""Terms that stand in the clauses, and where they stand: what a search must find, worked out without it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.search.corpus import CHINESE, ENGLISH
from search.text.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEED = 7
_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_WORD = re.compile("[a-z]{2,8}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of 2 to 8 characters that stands in a clause; a phrase must be found nowhere else than there."""

    text: str
    language: str
    is_phrase: bool


def sample(texts: dict[str, Sequence[str]], count: int) -> list[Asked]:
    """Return terms from random places of `texts` by language, half in each."""
    chance = random.Random(_SEED)
    found = []
    while len(found) < count:
        language = (CHINESE, ENGLISH)[len(found) % 2]
        text = chance.choice(texts[language])
        pieces = _RUN.findall(text) if language == CHINESE else _WORD.findall(text.lower())
        if not pieces:
            continue
        piece = chance.choice(pieces)
        if language == CHINESE:
            length = min(chance.randint(2, 8), len(piece))
            start = chance.randint(0, len(piece) - length)
            piece = piece[start : start + length]
        found.append(Asked(piece, language, is_phrase=language == CHINESE))
    return found


def places(asked: Asked, folded: Sequence[str]) -> set[int]:
    """Return the numbers of the folded texts in which what was asked for stands."""
    needle = fold(asked.text)
    candidates = (number for number, text in enumerate(folded) if needle in text)
    if asked.is_phrase:
        return set(candidates)
    whole = re.compile(rf"(?<![^\W_]){re.escape(needle)}(?![^\W_])")
    return {number for number in candidates if whole.search(folded[number])}
