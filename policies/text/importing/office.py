"""What word processors put into HTML: lists in styles and attributes, deleted words, comments, tables of contents."""

import re
from dataclasses import dataclass

from lxml import html

from policies.text.importing.notices import ImportCode, Notice
from policies.text.importing.paragraphs import Marker
from policies.text.numbering import NumberStyle, numerals, split_number

# `mso-list:l0 level2 lfo1`: the list, the level in it, and a use of the list that keeps its count.
_WORD_LIST = re.compile(r"mso-list:\s*(l\d{1,4})\s+level(\d)", re.IGNORECASE)
_WORD_LABEL = re.compile(r"mso-list:\s*Ignore", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_COMMENTS = re.compile(r"mso-(?:element|special-character)\s*:\s*comment", re.IGNORECASE)
_COMMENT_CLASSES = frozenset({"msocommentreference", "msocomanchor", "msocomtxt", "msocomoff"})
_CONTENTS = re.compile(r"msotoc\d", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%(\d)")
STYLES: dict[str, NumberStyle] = {
    "a": NumberStyle.LOWER_DOT,
    "A": NumberStyle.UPPER_DOT,
    "i": NumberStyle.LOWER_ROMAN_DOT,
    "I": NumberStyle.UPPER_ROMAN_DOT,
    "lower-alpha": NumberStyle.LOWER_DOT,
    "lower-latin": NumberStyle.LOWER_DOT,
    "upper-alpha": NumberStyle.UPPER_DOT,
    "upper-latin": NumberStyle.UPPER_DOT,
    "lower-roman": NumberStyle.LOWER_ROMAN_DOT,
    "upper-roman": NumberStyle.UPPER_ROMAN_DOT,
    "cjk-ideographic": NumberStyle.CHINESE_COMMA,
    "trad-chinese-informal": NumberStyle.CHINESE_COMMA,
    "taiwanese": NumberStyle.CHINESE_COMMA,
    "cjk-heavenly-stem": NumberStyle.STEM_COMMA,
}
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of a list that is not told by nested elements: numbered with `marker`, else a bullet at `level`."""

    list_id: str
    level: int
    marker: Marker | None


def word_item(element: html.HtmlElement) -> Item | None:
    """Read the list that Word writes into a paragraph's style, its number from the label that it writes beside it."""
    found = _WORD_LIST.search(element.get("style", ""))
    if found is None:
        return None
    label = next((one for one in element.iter("span") if is_word_label(one)), None)
    text = "" if label is None else "".join(label.itertext()).strip()
    list_id, level = f"word-{found[1].lower()}", max(1, int(found[2]))
    if not text:
        return None
    # Some forms are numbers only where a text follows.
    number, _ = split_number(f"{text} 甲")
    marker = None if number is None else Marker(list_id, level - 1, number.value, number.style)
    return Item(list_id, level, marker)


def is_word_label(element: html.HtmlElement) -> bool:
    """Return whether the element is the number or bullet that Word writes in front of a paragraph of a list."""
    return _WORD_LABEL.search(element.get("style", "")) is not None


def online_item(element: html.HtmlElement) -> Item | None:
    """Read an item as Word Online writes it: each in a list of its own, its level in an attribute."""
    level = _whole(element.get("data-aria-level", ""))
    if not level:
        return None
    parent = element.getparent()
    list_id = f"online-{element.get('data-listid', '')}"
    if parent is None or parent.tag != "ol":
        return Item(list_id, level, None)
    value = _whole(element.get("value", "")) or _place_in(parent, element) or 1
    style = _label_style(element.get("data-leveltext", ""), level, value, list_style(parent))
    return Item(list_id, level, Marker(list_id, level - 1, value, style))


def list_style(element: html.HtmlElement) -> str:
    """Return how a list is numbered; Google Docs says so on the items alone."""
    first = element.find("li")
    for one in (element, *(() if first is None else (first,))):
        found = _LIST_STYLE.search(one.get("style", ""))
        if found:
            return found[1].lower()
    return str(element.get("type", "1"))


def drop_unread(root: html.HtmlElement, *, hidden: bool) -> tuple[list[str], list[Notice]]:
    """Take out what is no part of the text: deleted words, comments, a table of contents and, where asked, `hidden` text.

    Returns the text of what was taken out, and a warning when changes were tracked.
    """
    removed: list[str] = []
    warnings: list[Notice] = []
    if next(root.iter("ins", "del"), None) is not None:
        warnings.append(Notice(ImportCode.TRACKED_CHANGES))
    dropped: set[html.HtmlElement] = set()
    for element in list(root.iterdescendants()):
        if _is_unread(element, hidden=hidden) and dropped.isdisjoint(element.iterancestors()):
            dropped.add(element)
            removed.append("".join(element.itertext()))
            element.drop_tree()
    return removed, warnings


def _is_unread(element: html.HtmlElement, *, hidden: bool) -> bool:
    if element.tag == "del":
        return True
    classes = set(element.get("class", "").lower().split())
    style = element.get("style", "")
    if classes & _COMMENT_CLASSES or _COMMENTS.search(style) or (hidden and _HIDDEN.search(style)):
        return True
    return any(_CONTENTS.fullmatch(name) for name in classes)


def _place_in(parent: html.HtmlElement, element: html.HtmlElement) -> int:
    start = _whole(parent.get("start", "1")) or 1
    return start + sum(1 for one in element.itersiblings("li", preceding=True))


def _label_style(pattern: str, level: int, value: int, style: str) -> NumberStyle:
    """Return the style of the label that a pattern such as `（%1）` makes."""
    if f"%{level}" in pattern:
        label = _PLACEHOLDER.sub(
            lambda match: _numeral(value, style) if match[1] == str(level) else "1",
            pattern,
        )
        number, _ = split_number(f"{label} 甲")
        if number is not None:
            return number.style
    return STYLES.get(style, NumberStyle.ARABIC_DOT)


def _numeral(value: int, style: str) -> str:
    if style in ("cjk-ideographic", "trad-chinese-informal", "taiwanese"):
        return numerals.chinese(value)
    if style == "cjk-heavenly-stem":
        return _STEMS[(value - 1) % len(_STEMS)]
    name = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}.get(style, style)
    written = numerals.letters(value) if name.endswith(("alpha", "latin")) else str(value)
    written = numerals.roman(value) if name.endswith("roman") else written
    return written.upper() if name.startswith("upper") else written


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0
