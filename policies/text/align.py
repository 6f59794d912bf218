"""Recognise the clauses of an earlier edition in a text that has no keys yet.

Editions written in our own editor carry their keys along. A back-catalogue, imported file by file,
does not: there each clause gets the key of the earlier clause that it most resembles.
"""

import html
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from policies.text.clauses import Clause
from policies.text.compare.tokens import tokenize_line

# How alike, from 0 to 1, two clauses must be to count as one that was reworded.
LIKE_ENOUGH = 0.4
# The same between two neighbours that are both certain.
LIKE_ENOUGH_IN_PLACE = 0.2
# How alike two clauses count at least when a heading of their own says they are the same.
_SAME_HEADING = 0.5
_HEADING_SHARE = 0.3
# What distance in order, over the whole text, costs; it decides between texts that are much alike.
_ORDER_COST = 0.1
# Words found in more clauses than this point to none of them.
_COMMON = 32
_CANDIDATES = 8

_TAG = re.compile(r"<[^>]*>")


def carry_keys(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the new clauses with the keys of the old clauses they continue.

    A clause whose key is in the old text keeps it. Then come clauses with the same words, wherever
    they moved; then the most similar pairs first, those nearer to their expected place before
    others. Each old key is given once; a clause that is like none keeps its own key. The same input
    always gives the same result.
    """
    matcher = _Matcher(old, new)
    matcher.match_keys()
    matcher.match_same_words()
    matcher.match_similar()
    matcher.match_in_place()
    return tuple(
        clause if place is None else replace(clause, key=old[place].key)
        for clause, place in zip(new, matcher.found, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a clause is recognised by."""

    words: tuple[str, str]
    heading: frozenset[str]
    body: frozenset[str]

    @property
    def features(self) -> frozenset[str]:
        """What the clause may share with others, words of headings told from those of bodies."""
        heading = {f"#{shingle}" for shingle in self.heading}
        if self.words[0]:
            heading.add(f"##{self.words[0]}")
        return self.body | heading

    @classmethod
    def read(cls, clause: Clause) -> "_Traits":
        body = html.unescape(_TAG.sub(" ", clause.body))
        return cls(
            (" ".join(clause.heading.split()), " ".join(body.split())),
            frozenset(_shingles(clause.heading)),
            frozenset(_shingles(body)),
        )

    def likeness(self, other: "_Traits") -> float:
        """Return from 0 to 1 how many words and pairs of words two clauses share."""
        parts = []
        if self.heading or other.heading:
            parts.append((_HEADING_SHARE, _dice(self.heading, other.heading)))
        if self.body or other.body:
            parts.append((1 - _HEADING_SHARE, _dice(self.body, other.body)))
        total = sum(share for share, _ in parts)
        return sum(share * value for share, value in parts) / total if total else 0.0


class _Matcher:
    """Finds for each new clause the place of its old one; `found` holds the result."""

    def __init__(self, old: Sequence[Clause], new: Sequence[Clause]) -> None:
        self._old = old
        self._new = new
        self._old_traits = [_Traits.read(clause) for clause in old]
        self._new_traits = [_Traits.read(clause) for clause in new]
        self._free = set(range(len(old)))
        self.found: list[int | None] = [None] * len(new)

    def match_keys(self) -> None:
        places = {clause.key: place for place, clause in enumerate(self._old)}
        for index, clause in enumerate(self._new):
            place = places.get(clause.key)
            if place in self._free:
                self._take(index, place)

    def match_same_words(self) -> None:
        """Match clauses with the same heading and body, then those with the same body."""
        for with_heading in (True, False):
            here, there = self._groups(with_heading=with_heading)
            # Words that occur once in both come first: they show where to look for the others.
            pairs = [(here[words], there[words]) for words in here if words in there]
            for old_places, indexes in sorted(pairs, key=lambda pair: len(pair[0]) * len(pair[1])):
                self._match_nearest(old_places, indexes)

    def match_similar(self) -> None:
        """Match the pairs that are alike enough, the most alike first."""
        expected = self._expected_places()
        span = max(len(self._old), 1)
        scored = []
        unique = self._unique_headings()
        for index, place in self._candidates():
            likeness = self._likeness(place, index, unique)
            if likeness >= LIKE_ENOUGH:
                distance = abs(place - expected(index))
                scored.append((_ORDER_COST * distance / span - likeness, distance, index, place))
        for _, _, index, place in sorted(scored):
            if self.found[index] is None and place in self._free:
                self._take(index, place)

    def match_in_place(self) -> None:
        """Match a clause alone between two neighbours with the one that was alone between them."""
        edges = [-1, *self.found, len(self._old)]
        for index, ((before, here), (_, after)) in enumerate(pairwise(pairwise(edges))):
            if here is not None or before is None or after is None or after - before != 2:
                continue
            likeness = self._new_traits[index].likeness(self._old_traits[before + 1])
            if before + 1 in self._free and likeness >= LIKE_ENOUGH_IN_PLACE:
                self._take(index, before + 1)

    def _take(self, index: int, place: int) -> None:
        self.found[index] = place
        self._free.discard(place)

    def _open(self) -> Iterator[int]:
        return (index for index, place in enumerate(self.found) if place is None)

    def _groups(self, *, with_heading: bool) -> tuple[dict[tuple[str, ...], list[int]], ...]:
        """Return the unmatched clauses of both texts by their words."""
        groups: list[dict[tuple[str, ...], list[int]]] = []
        for traits, places in (
            (self._old_traits, sorted(self._free)),
            (self._new_traits, list(self._open())),
        ):
            found: dict[tuple[str, ...], list[int]] = defaultdict(list)
            for place in places:
                heading, body = traits[place].words
                words = (heading, body) if with_heading else (body,)
                if any(words):
                    found[words].append(place)
            groups.append(found)
        return tuple(groups)

    def _match_nearest(self, old_places: list[int], indexes: list[int]) -> None:
        """Match clauses with the same words: in order if as many, else each with the nearest."""
        if len(old_places) == len(indexes):
            for index, place in zip(indexes, old_places, strict=True):
                self._take(index, place)
            return
        expected = self._expected_places()
        free = list(old_places)
        for index in indexes:
            if free:
                wanted = expected(index)
                _, place = min((abs(place - wanted), place) for place in free)
                free.remove(place)
                self._take(index, place)

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs worth a closer look: those that share words few other clauses have."""
        holders: dict[str, list[int]] = defaultdict(list)
        for place in sorted(self._free):
            for feature in self._old_traits[place].features:
                holders[feature].append(place)
        telling = {feature: held for feature, held in holders.items() if len(held) <= _COMMON}
        # Two sets are intersected from the smaller one; a mapping would be gone through whole.
        names = frozenset(telling)
        for index in self._open():
            shared: dict[int, int] = defaultdict(int)
            for feature in self._new_traits[index].features & names:
                for place in telling[feature]:
                    shared[place] += 1
            best = sorted(shared, key=lambda place: (-shared[place], place))
            yield from ((index, place) for place in best[:_CANDIDATES])

    def _unique_headings(self) -> set[str]:
        """Return the headings that occur once in each text."""
        once = [
            {words for words, count in Counter(t.words[0] for t in traits).items() if count == 1}
            for traits in (self._old_traits, self._new_traits)
        ]
        return (once[0] & once[1]) - {""}

    def _likeness(self, place: int, index: int, unique: set[str]) -> float:
        old, new = self._old_traits[place], self._new_traits[index]
        likeness = old.likeness(new)
        if old.words[0] == new.words[0] and old.words[0] in unique:
            return max(likeness, _SAME_HEADING)
        return likeness

    def _expected_places(self) -> "_Expected":
        return _Expected([(index, place) for index, place in enumerate(self.found) if place is not None])


class _Expected:
    """Where in the old text a new clause would be if nothing had moved since the last match."""

    def __init__(self, anchors: list[tuple[int, int]]) -> None:
        self._anchors = anchors
        self._indexes = [index for index, _ in anchors]

    def __call__(self, index: int) -> int:
        before = bisect_right(self._indexes, index) - 1
        if before < 0:
            return index
        anchor, place = self._anchors[before]
        return place + index - anchor


def _shingles(text: str) -> Iterator[str]:
    """Yield the words of a text, and each two and three of them in a row."""
    words = [token for token in tokenize_line(text.casefold()) if token[0].isalnum()]
    yield from words
    yield from map(" ".join, pairwise(words))
    yield from map(" ".join, zip(words, words[1:], words[2:], strict=False))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0
