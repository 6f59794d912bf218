"""Wrapping plain text, Chinese and English, as a typesetter would on a screen of fixed width."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Columns of a line; a Han character takes two (RFC 5322 §2.1.1 recommends at most 78).
WIDTH = 72

_OPENING = "「『（《〈【〔［｛“‘"  # may not end a line (避尾)
_CLOSING = "」』）》〉】〕］｝”’、。，．；：？！…‧％"  # may not begin one (避頭)
_WIDE = "\u2e80-\u303f\u3040-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
_ADDRESS = r"https?://[!-~]+"
_UNIT = re.compile(
    rf"(?P<space>[ \t]*)(?P<unit>"
    rf"[{_OPENING}]*(?:{_ADDRESS}|(?![{_OPENING}{_CLOSING}])[{_WIDE}]"
    rf"|(?:(?!{_ADDRESS})[^\s{_WIDE}{_OPENING}{_CLOSING}])+)[{_CLOSING}]*"
    rf"|[{_OPENING}{_CLOSING}]+)"
)
_LIST_MARK = re.compile(r"(?P<indent>[ \t]*)(?P<mark>(?:[-*•]|[0-9]{1,3}[.)])[ \t]+)?")


def wrap_text(text: str, *, width: int = WIDTH, unbroken: re.Pattern[str] | None = None) -> str:
    """Return `text` with every line cut to `width` columns; each line of it is a paragraph or an item of a list.

    Lines break at spaces and between Han characters, never inside a word or an address, before closing or after
    opening punctuation. Items keep their indentation. What `unbroken` matches stands for something long, and gets a
    line of its own. Blank lines at the ends go, several between paragraphs become one, and the text ends with a break.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        if paragraph.strip():
            lines += _wrap_paragraph(paragraph.rstrip(), width, unbroken)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def columns(text: str) -> int:
    """Return how many columns `text` takes: two for wide characters, none for combining ones."""
    return sum(_column_count(character) for character in text)


def _column_count(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _wrap_paragraph(paragraph: str, width: int, unbroken: re.Pattern[str] | None) -> Iterator[str]:
    head = _LIST_MARK.match(paragraph)
    start = head[0] if head else ""
    hanging = " " * columns(start)
    line, used, is_fresh = start, columns(start), True
    for space, unit in _units(paragraph[len(start) :]):
        size = width if unbroken is not None and unbroken.search(unit) else columns(unit)
        if not is_fresh and used + len(space) + size > width:
            yield line
            line, used, is_fresh = hanging, len(hanging), True
        gap = "" if is_fresh else space
        line += gap + unit
        used += len(gap) + size
        is_fresh = False
    yield line


def _units(text: str) -> Iterator[tuple[str, str]]:
    """Yield what must stay together, with the space before it."""
    for found in _UNIT.finditer(text):
        yield " " if found["space"] else "", found["unit"]
