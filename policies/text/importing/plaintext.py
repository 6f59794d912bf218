"""Plain text: which lines belong together."""

import re
import unicodedata

from policies.text.body import Run
from policies.text.importing.paragraphs import Paragraph, Reading, glue
from policies.text.numbering import Number, NumberStyle, split_number

_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BULLET = re.compile(r"([-*+•●○◆◇■□▪‧·▲►➢✓–—])\s+(?=\S)")
_ENDS_SENTENCE = re.compile(r"[.。!！?？;；:：…][\"'”’」』)）\]]?$")
# Wider lines are paragraphs in themselves, narrower ones a list of words.
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 36
_SLACK = 3
_BY_HAND = 0.4


def read_plain_text(text: str) -> Reading:
    """Read plain text into paragraphs, joining lines that were broken to fit a width."""
    lines = [line.strip() for line in _LINE_END.split(text)]
    width = _wrap_width(lines)
    joiner = _Joiner(width)
    for place, line in enumerate(lines, start=1):
        joiner.add(line, place)
    return Reading(joiner.finish(), removed=joiner.removed)


def ends_sentence(text: str) -> bool:
    """Return whether the text ends like a sentence or an introduction to a list, not like a heading."""
    return _ENDS_SENTENCE.search(text[-3:]) is not None


class _Joiner:
    """Collects lines into paragraphs."""

    def __init__(self, width: int) -> None:
        self.removed: list[str] = []
        self._width = width
        self._paragraphs: list[Paragraph] = []
        self._parts: list[str] = []
        self._line = 0
        self._bullet = 0
        self._last = ""
        self._values: dict[NumberStyle, int] = {}

    def add(self, line: str, place: int) -> None:
        if not line:
            self._end()
            return
        number, rest = split_number(line)
        bullet = None if number else _BULLET.match(line)
        if self._parts and not bullet and self._continues(line, number):
            self._parts += [glue(self._last, line) if self._last else " ", line]
        else:
            self._end()
            self._line, self._bullet = place, 1 if bullet else 0
            if bullet:
                self.removed.append(bullet[1])
            self._parts = [line[bullet.end() :] if bullet else line]
        if number and len(self._parts) == 1:
            for style, value in number.readings():
                self._values[style] = value
        # A number alone on its line belongs to the line below it.
        self._last = line if rest else ""

    def finish(self) -> list[Paragraph]:
        self._end()
        return self._paragraphs

    def _continues(self, line: str, number: Number | None) -> bool:
        if number is not None:
            expected = any(value in (1, self._values.get(style, -9) + 1) for style, value in number.readings())
            if expected or not self._last or ends_sentence(self._last):
                return False
            # In the middle of a sentence, and not the number that must come next.
            return self._width > 0
        if not self._last:
            return True
        return self._width > 0 and self._is_full(line)

    def _is_full(self, following: str) -> bool:
        """Return whether the last line has no room for the first word of the following one."""
        room = self._width - display_width(self._last)
        if glue(self._last, following):
            # A line that stops short but goes on in lower case was broken by hand.
            by_hand = following[0].islower() and not ends_sentence(self._last) and room < self._width * _BY_HAND
            return by_hand or room < len(following.split(maxsplit=1)[0]) + 1
        return room <= _SLACK and not ends_sentence(self._last)

    def _end(self) -> None:
        if self._parts:
            text = "".join(self._parts)
            self._paragraphs.append(Paragraph((Run(text),), self._line, bullet=self._bullet))
        self._parts, self._last, self._bullet = [], "", 0


def display_width(text: str) -> int:
    """Return the columns a text takes where Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _wrap_width(lines: list[str]) -> int:
    """Return the width the text was broken to, or 0 if its lines are whole paragraphs."""
    widths = [display_width(line) for line in lines if line]
    width = max(widths, default=0)
    full = sum(1 for found in widths if found >= width * 0.85)
    return width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP and full >= 2 else 0
