"""Clauses that share a line: several numbers in front of one text, or a sentence that runs into the next number."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from policies.text.importing.notices import ImportCode, Notice
from policies.text.importing.paragraphs import Paragraph, cut_runs
from policies.text.numbering import Number, NumberStyle, split_number

# After the end of a sentence, what may be a number with its punctuation.
_SEAM = re.compile(
    r"(?<=[\w\])）」』\"”’%][.。；;：:！!？?])[ \u00a0\u3000]{0,3}"
    r"(?=[(（]?[0-9０-９一二三四五六七八九十甲乙丙丁戊己庚辛壬癸壹貳參肆伍陸柒捌玖拾a-zA-Z]{1,4}[)）.．、])"
)
_LONGEST_LOOK = 60
_MOST_SEAMS = 2_000


def split_run_together(paragraphs: list[Paragraph]) -> tuple[list[Paragraph], list[Notice]]:
    """Take apart paragraphs that hold more than one clause.

    A sentence is cut only before the very number that must come next in a list that is open there.
    """
    splitter = _Splitter()
    found = [part for paragraph in paragraphs for part in splitter.split(paragraph)]
    return found, splitter.warnings


class _Splitter:
    def __init__(self) -> None:
        self.warnings: list[Notice] = []
        self._open: list[tuple[NumberStyle, int]] = []

    def split(self, paragraph: Paragraph) -> Iterator[Paragraph]:
        if paragraph.is_row:
            yield paragraph
            return
        *numbered, rest = self._split_numbers(paragraph)
        yield from numbered
        start = 0
        for cut in self._find_cuts(rest):
            before, after = cut_runs(rest.runs, cut - start)
            yield replace(rest, runs=before)
            rest = replace(rest, runs=after, marker=None, bullet=0)
            start = cut
        yield rest

    def _split_numbers(self, paragraph: Paragraph) -> Iterator[Paragraph]:
        """Yield a paragraph for each number in front of the text, as in 一、（一）目的; the last holds the text."""
        rest = paragraph
        while True:
            number, words = split_number(rest.text)
            if number is None:
                break
            self._note(number)
            inner, _ = split_number(words)
            if inner is None or inner.value != 1 or inner.style is number.style or inner.is_weak:
                break
            before, after = cut_runs(rest.runs, len(rest.text) - len(words))
            yield replace(rest, runs=before)
            rest = replace(rest, runs=after, marker=None, heading=0)
        yield rest

    def _find_cuts(self, paragraph: Paragraph) -> list[int]:
        if paragraph.heading or not self._open:
            return []
        text = paragraph.text
        cuts: list[int] = []
        for seam in islice(_SEAM.finditer(text), _MOST_SEAMS):
            place = seam.end()
            number, words = split_number(text[place : place + _LONGEST_LOOK])
            if number is None or not self._is_next(number) or _is_abbreviation(text, seam.start()):
                continue
            self._note(number)
            self.warnings.append(Notice(ImportCode.LINE_SPLIT, paragraph.line, {"number": number.text, "text": words}))
            cuts.append(place)
        return cuts

    def _is_next(self, number: Number) -> bool:
        return any((style, value - 1) in self._open for style, value in number.readings())

    def _note(self, number: Number) -> None:
        """Remember the number as the last of its list, and forget the lists inside the one before it."""
        readings = list(number.readings())
        for place in range(len(self._open) - 1, -1, -1):
            for style, value in readings:
                if self._open[place] == (style, value - 1):
                    self._open[place:] = [(style, value)]
                    return
        for place, (style, _) in enumerate(self._open):
            if style is number.style:
                self._open[place:] = [(style, number.value)]
                return
        self._open.append((number.style, number.value))


def _is_abbreviation(text: str, end: int) -> bool:
    """Return whether the full stop before `end` closes a single letter, as in "s. 2"."""
    return text[end - 1] == "." and text[end - 2].isascii() and not text[max(0, end - 3) : end - 1].isalnum()
