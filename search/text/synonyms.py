"""Words that mean the same, by the editors' list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.text.folding import fold
from search.text.query import Alternative, Needle, Term
from search.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_ALTERNATIVES = 8
_LONGEST = 6

Tokens = tuple[str, ...]


class SynonymTable:
    """Sets of words or phrases of which each stands for all of its set; case and variants of characters do not matter."""

    def __init__(self, sets: Iterable[Sequence[str]]) -> None:
        self._others: dict[Tokens, list[Needle]] = {}
        for members in sets:
            needles = [Needle.of(tokens) for tokens in map(tokenize, map(fold, members)) if tokens]
            for needle in needles:
                others = self._others.setdefault(needle.tokens, [])
                others += [other for other in needles if other.tokens != needle.tokens and other not in others]
        self._runs = sorted(
            (
                tokens[0]
                for tokens, others in self._others.items()
                if len(tokens) == 1 and others[:1] and _is_run(tokens)
            ),
            key=lambda run: (-len(run), run),
        )

    def widen(self, terms: Sequence[Term]) -> list[Term]:
        """Return `terms` with what means the same as alternatives; what stands in quotation marks stays as it is."""
        widened: list[Term] = []
        place = 0
        while place < len(terms):
            length, alternatives = self._find(terms, place)
            widened.append(Term(alternatives[:_MOST_ALTERNATIVES]))
            place += length
        return widened

    def _find(self, terms: Sequence[Term], place: int) -> tuple[int, tuple[Alternative, ...]]:
        """Return how many terms from `place` on are one entry of the list, the most there are, and all ways to find it."""
        for length in range(min(_LONGEST, len(terms) - place), 1, -1):
            needles = tuple(_plain_needle(term) for term in terms[place : place + length])
            if all(needles):
                typed = tuple(needle for needle in needles if needle is not None)
                others = self._others.get(tuple(token for needle in typed for token in needle.tokens))
                if others:
                    return length, (typed, *((other,) for other in others))
        term = terms[place]
        needle = _plain_needle(term)
        if needle is None:
            return 1, term.alternatives
        others = self._others.get(needle.tokens) or self._inside(needle)
        return 1, (*term.alternatives, *((other,) for other in others))

    def _inside(self, needle: Needle) -> list[Needle]:
        """Return a run of Chinese with a part of it replaced: 個資保護 is 個人資料保護 too."""
        if len(needle.tokens) != 1 or not needle.runs[0]:
            return []
        run, found, taken = needle.tokens[0], [], [False] * len(needle.tokens[0])
        for part in self._runs:
            place = run.find(part)
            if place < 0 or any(taken[place : place + len(part)]):
                continue
            taken[place : place + len(part)] = [True] * len(part)
            found += [
                Needle.of(tokenize(f"{run[:place]}{' '.join(other.tokens)}{run[place + len(part) :]}"))
                for other in self._others[(part,)]
            ]
        return found


def _is_run(tokens: Tokens) -> bool:
    return tokenize(tokens[0])[0].is_run


def _plain_needle(term: Term) -> Needle | None:
    """Return the one needle of a term that may be widened, else None."""
    if len(term.alternatives) != 1 or len(term.alternatives[0]) != 1:
        return None
    needle = term.alternatives[0][0]
    return None if needle.is_exact or needle.path else needle
