"""Showing where a text has what was asked for: marks on the original characters, and the part of it worth reading."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from search.text.folding import Folded, fold_with_places
from search.text.tokens import Token, join_tokens, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from search.text.query import Needle

_BEFORE = 40
_LENGTH = 200
_ELLIPSIS = "…"
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


class Piece(NamedTuple):
    """A part of a text, and whether it is what was asked for."""

    text: str
    is_marked: bool


class Passage:
    """A text that readers see, ready to be marked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: Folded = fold_with_places(text)
        self._tokens: list[Token] = tokenize(self._folded.text)
        self._form = join_tokens(self._tokens)
        # Where each token begins in the normal form: after one space, and after every token before with its space.
        self._begins: list[int] = []
        place = 1
        for token in self._tokens:
            self._begins.append(place)
            place += len(token.text) + 1

    @property
    def words(self) -> set[str]:
        """The words whose stems `spans` needs."""
        return {token.text for token in self._tokens if not token.is_run}

    def spans(self, needles: Iterable[Needle], stems: Mapping[str, str]) -> list[tuple[int, int]]:
        """Return where the text has any of `needles`, in order and apart from each other."""
        found: list[tuple[int, int]] = []
        for needle in needles:
            if needle.tokens:
                found += self._find(needle, stems)
        return _merge(self._original(start, end) for start, end in found)

    def _find(self, needle: Needle, stems: Mapping[str, str]) -> list[tuple[int, int]]:
        """Return the folded places of a needle."""
        if len(needle.tokens) == 1 and not needle.runs[0] and not needle.is_exact:
            word, stem = needle.tokens[0], stems.get(needle.tokens[0])
            return [
                (token.start, token.end)
                for token in self._tokens
                if not token.is_run
                and (token.text.startswith(word) if needle.is_letter else stems.get(token.text) == stem)
            ]
        literal = needle.literal
        found = []
        place = self._form.find(literal)
        while place >= 0:
            first = place + (literal[0] == " ")
            last = place + len(literal) - 1 - (literal[-1] == " ")
            found.append((self._folded_place(first), self._folded_place(last) + 1))
            place = self._form.find(literal, place + 1)
        return found

    def _folded_place(self, place: int) -> int:
        """Return the folded place of a character of the normal form."""
        index = bisect_right(self._begins, place) - 1
        token = self._tokens[index]
        offset = place - self._begins[index]
        if token.is_run:
            return token.start + offset
        # A word is shown whole: its possessive, or what was cut from it, belongs to it.
        return token.start if offset == 0 else token.end - 1

    def _original(self, start: int, end: int) -> tuple[int, int]:
        return self._folded.starts[start], self._folded.ends[end - 1]


def mark(text: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    """Return all of `text` in pieces."""
    return _pieces(text, spans, 0, len(text))


def excerpt(text: str, spans: Sequence[tuple[int, int]], *, length: int = _LENGTH) -> list[Piece]:
    """Return about `length` characters of `text` around the most marks, with `…` where something is left out."""
    if len(text) <= length:
        return mark(text, spans)
    start = _best_start(text, spans, length)
    end = _whole_character(text, min(len(text), start + length))
    pieces = _pieces(text, spans, start, end)
    before = [Piece(_ELLIPSIS, is_marked=False)] if start else []
    after = [Piece(_ELLIPSIS, is_marked=False)] if end < len(text) else []
    return before + pieces + after


def _best_start(text: str, spans: Sequence[tuple[int, int]], length: int) -> int:
    """Return where an excerpt begins that holds the most marks; the first of several such."""
    best, start = 0, 0
    last = 0
    for index, (begin, _end) in enumerate(spans):
        while last < len(spans) and spans[last][1] <= begin + length - _BEFORE:
            last += 1
        if last - index > best:
            best, start = last - index, begin
    place = max(0, min(start - _BEFORE, len(text) - length))
    return _after_break(text, place, start) if place else 0


def _after_break(text: str, place: int, end: int) -> int:
    """Return a good place to begin from `place` on, but before `end`: after a sentence or a space."""
    for index in range(place, min(place + _BEFORE // 2, end)):
        if text[index - 1] in "\n。！？；" or (text[index - 1] in " ," and text[index - 1].isascii()):
            return index
    return _whole_character(text, place)


def _whole_character(text: str, place: int) -> int:
    """Return `place`, moved back until it does not part a character from its marks or its joined neighbours."""
    while 0 < place < len(text) and _is_inside(text, place):
        place -= 1
    return place


def _is_inside(text: str, place: int) -> bool:
    character = text[place]
    return (
        unicodedata.category(character)[0] == "M"
        or character in _JOINERS
        or text[place - 1] == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or (_is_flag(character) and _is_flag(text[place - 1]))
    )


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _pieces(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> list[Piece]:
    found: list[Piece] = []
    place = start
    for begin, finish in spans:
        begin, finish = max(begin, start), min(finish, end)
        if begin >= finish:
            continue
        if begin > place:
            found.append(Piece(text[place:begin], is_marked=False))
        found.append(Piece(text[begin:finish], is_marked=True))
        place = finish
    if place < end:
        found.append(Piece(text[place:end], is_marked=False))
    return found


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
