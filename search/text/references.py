"""Numbers of clauses as people type them: 第三點第二款, 三、（二）, 3(2), clause 3(2)(a)."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from policies.text.clauses import MAX_DEPTH
from policies.text.numbering import numerals

#: What Chinese numerals look like once they are folded.
_CHINESE = "〇零○一二三四五六七八九十百千壹贰叁参肆伍陆柒捌玖拾佰仟两"
_TRADITIONAL = str.maketrans("贰叁参陆两", "貳叁參陸兩")
_UNIT = rf"第\s?(?:\d{{1,3}}|[{_CHINESE}]{{1,5}})\s?[编章节条点项款目]"
_ONE_UNIT = re.compile(rf"第\s?(\d{{1,3}}|[{_CHINESE}]{{1,5}})")
_UNITS = re.compile(rf"(?P<before>.*?)(?P<units>(?:{_UNIT}\s?)+)")
_KEYWORD = r"(?:clause|section|article|paragraph|point|sec\.|art\.|no\.|§{1,2})"
_INNER = rf"\(\s?(?:\d{{1,3}}|[a-z]{{1,6}}|[{_CHINESE}]{{1,5}})\s?\)|(?:\.|(?<=\)))(?:\d{{1,3}}|[ivx]{{1,6}})"
_BELOW = re.compile(rf"\(\s?(\d{{1,3}}|[a-z]{{1,6}}|[{_CHINESE}]{{1,5}})\s?\)|(?:\.|(?<=\)))(\d{{1,3}}|[ivx]{{1,6}})")
_PATH = re.compile(
    rf"(?P<keyword>{_KEYWORD}\s?)?(?:(?P<arabic>\d{{1,3}})|(?P<chinese>[{_CHINESE}]{{1,5}})、)"
    rf"(?P<below>(?:\.?(?:{_INNER}))*)\.?"
)
_KEYWORDS = re.compile(rf"{_KEYWORD}")

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[int, ...]


def read_reference(chunk: str) -> tuple[str, Path] | None:
    """Return what stands before a reference that ends the folded `chunk`, and the places it names by level; else None.

    `3` and `2024` alone are numbers like any other, not references.
    """
    if match := _UNITS.fullmatch(chunk):
        path = _whole(_read(digits) for digits in _ONE_UNIT.findall(match["units"]))
        return (match["before"], path) if path else None
    if not (match := _PATH.fullmatch(chunk)):
        return None
    is_bare = match["arabic"] and not match["keyword"] and not match["below"] and not chunk.endswith(".")
    below = _BELOW.findall(match["below"])
    path = _whole(
        [
            _read(match["arabic"] or match["chinese"]),
            *(_read(one or other, depth) for depth, (one, other) in zip(count(2), below, strict=False)),
        ]
    )
    return ("", path) if path and not is_bare else None


def is_keyword(chunk: str) -> bool:
    """Whether a word announces a reference: `clause 3`."""
    return _KEYWORDS.fullmatch(chunk) is not None


def is_unit(chunk: str) -> bool:
    """Whether a chunk is a part of a reference: 第三點 第二款."""
    return chunk.startswith("第") and _UNITS.fullmatch(chunk) is not None


def _whole(places: Iterable[int | None]) -> Path:
    """Return places as a path, or nothing when one of them is no number or there are more than levels."""
    read = list(places)
    found = tuple(place for place in read if place)
    return found if len(found) == len(read) <= MAX_DEPTH else ()


def _read(digits: str, depth: int = 1) -> int | None:
    if digits.isdecimal():
        return int(digits)
    if digits[0] in _CHINESE:
        return numerals.read_chinese(digits.translate(_TRADITIONAL))
    # English texts count with letters at the third level and in Roman at the fourth.
    return numerals.read_roman(digits) if depth == MAX_DEPTH else numerals.read_letters(digits)
