"""Finding the source clause of each clause of a translation that came without keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from policies.text.clauses import MAX_DEPTH, Clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A place in the outline: for each level, whether the clause is numbered and the how-manieth of its kind it is.
Place = tuple[tuple[bool, int], ...]


class NoCounterpart(Exception):  # noqa: N818 -- an answer about two texts, not a fault of the program
    """A translated clause stands where the source has none; `index` counts from zero."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def take_keys(source: Sequence[Clause], translation: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the clauses of `translation` with the keys of the source clauses that stand in the same places.

    Words cannot be compared across languages, so only the outline decides: the second numbered clause under the third
    is that in both. A translation may lack clauses at the end of a level; raises `NoCounterpart` where it has more.
    """
    keys = dict(zip(_places(source), (clause.key for clause in source), strict=True))
    found = []
    for index, (clause, place) in enumerate(zip(translation, _places(translation), strict=True)):
        if place not in keys:
            raise NoCounterpart(index)
        found.append(replace(clause, key=keys[place]))
    return tuple(found)


def _places(clauses: Iterable[Clause]) -> list[Place]:
    counts = [Counter[bool]() for _level in range(MAX_DEPTH + 1)]
    path: list[tuple[bool, int]] = [(True, 0)] * MAX_DEPTH
    places = []
    for clause in clauses:
        for deeper in range(clause.depth + 1, MAX_DEPTH + 1):
            counts[deeper].clear()
        counts[clause.depth][clause.numbered] += 1
        path[clause.depth - 1] = (clause.numbered, counts[clause.depth][clause.numbered])
        path[clause.depth :] = [(True, 0)] * (MAX_DEPTH - clause.depth)
        places.append(tuple(path[: clause.depth]))
    return places
