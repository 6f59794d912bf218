"""Styles and numbering of a Word file: what a paragraph is, and which number Word shows before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from policies.text.importing.paragraphs import Marker
from policies.text.importing.word_archive import W
from policies.text.numbering import NumberStyle, numerals, split_number

_CHINESE = frozenset(
    {"taiwaneseCounting", "taiwaneseCountingThousand", "taiwaneseDigital", "chineseCounting", "chineseCountingThousand"}
    | {"ideographDigital", "japaneseCounting", "japaneseDigitalTenThousand"}
)
_FORMAL = frozenset({"ideographLegalTraditional", "chineseLegalSimplified", "japaneseLegal"})
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_FORMAL_DIGITS = str.maketrans("一二三四五六七八九十百", "壹貳參肆伍陸柒捌玖拾佰")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a named style says about its paragraphs."""

    name: str = ""
    heading: int = 0
    num_id: str = ""
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The number or bullet that Word shows before a paragraph."""

    text: str
    marker: Marker | None
    bullet: int = 0


@dataclass(slots=True)
class _Level:
    style: str = "decimal"
    text: str = ""
    start: int = 1
    paragraph_style: str = ""


@dataclass(slots=True)
class _List:
    abstract_id: str
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a Word file as Word does."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            for element in root.iterchildren(f"{W}abstractNum"):
                self._levels[element.get(f"{W}abstractNumId", "")] = _read_levels(element)
            for element in root.iterchildren(f"{W}num"):
                self._lists[element.get(f"{W}numId", "")] = _read_list(element)

    def level_of_style(self, num_id: str, style_id: str) -> int:
        """Return the level that a list gives to the paragraphs of a style."""
        found = self._lists.get(num_id)
        for place, level in self._levels.get(found.abstract_id if found else "", {}).items():
            if level.paragraph_style == style_id:
                return place
        return 0

    def next_label(self, num_id: str, place: int) -> Label | None:
        """Count one paragraph and return its label, or None if the list does not exist or shows nothing."""
        found = self._lists.get(num_id)
        if found is None:
            return None
        levels = self._levels.get(found.abstract_id, {})
        level = levels.get(place, _Level())
        if level.style == "bullet":
            return Label(level.text, None, bullet=place + 1)
        counts = self._counts.setdefault(found.abstract_id, {})
        if place in found.starts and (num_id, place) not in self._started:
            self._started.add((num_id, place))
            counts[place] = found.starts[place] - 1
        counts[place] = counts.get(place, level.start - 1) + 1
        for deeper in [one for one in counts if one > place]:
            del counts[deeper]
        if level.style == "none" or not level.text:
            return None
        text = _render(levels, counts, level.text)
        number, _ = split_number(f"{text} 甲")
        style = number.style if number is not None else NumberStyle.ARABIC_DOT
        return Label(text, Marker(f"word-{found.abstract_id}", place, counts[place], style))


def read_styles(root: etree._Element | None) -> dict[str, ParagraphStyle]:
    """Return what each paragraph style says, with what it takes over from the style it is based on."""
    if root is None:
        return {}
    elements = {element.get(f"{W}styleId", ""): element for element in root.iterchildren(f"{W}style")}
    return {style_id: _resolve_style(style_id, elements) for style_id in elements}


def value_of(element: etree._Element | None, path: str) -> str:
    """Return the `w:val` of a descendant, or the empty string."""
    found = None if element is None else element.find("/".join(f"{W}{name}" for name in path.split("/")))
    return "" if found is None else found.get(f"{W}val", "")


def whole(text: str, default: int = 0) -> int:
    """Return a small whole number, or the default."""
    return int(text) if text.isdecimal() and len(text) < 6 else default


def heading_of(properties: etree._Element | None) -> int:
    """Return the heading level in a paragraph's properties, from one; 0 for body text."""
    outline = value_of(properties, "outlineLvl")
    return whole(outline, 9) + 1 if whole(outline, 9) < 9 else 0


def _resolve_style(style_id: str, elements: dict[str, etree._Element]) -> ParagraphStyle:
    name = value_of(elements[style_id], "name")
    heading, num_id = 0, ""
    level: int | None = None
    current = style_id
    # A chain of styles that comes back to itself must end too.
    for _ in range(_LEVELS):
        element = elements.get(current)
        if element is None:
            break
        properties = element.find(f"{W}pPr")
        found = value_of(element, "name").lower()
        is_heading = found.startswith("heading ") and found[8:].isdecimal()
        heading = heading or (whole(found[8:]) if is_heading else heading_of(properties))
        num_id = num_id or value_of(properties, "numPr/numId")
        if level is None and value_of(properties, "numPr/ilvl"):
            level = whole(value_of(properties, "numPr/ilvl"))
        current = value_of(element, "basedOn")
    return ParagraphStyle(name, heading, num_id, level)


def _read_levels(element: etree._Element) -> dict[int, _Level]:
    return {
        whole(one.get(f"{W}ilvl", "")): _Level(
            value_of(one, "numFmt") or "decimal",
            value_of(one, "lvlText"),
            whole(value_of(one, "start"), 1),
            value_of(one, "pStyle"),
        )
        for one in element.iterchildren(f"{W}lvl")
    }


def _read_list(element: etree._Element) -> _List:
    starts = {
        whole(one.get(f"{W}ilvl", "")): whole(value_of(one, "startOverride"))
        for one in element.iterchildren(f"{W}lvlOverride")
        if value_of(one, "startOverride")
    }
    return _List(value_of(element, "abstractNumId"), starts)


def _render(levels: dict[int, _Level], counts: dict[int, int], text: str) -> str:
    for place in range(_LEVELS):
        pattern = f"%{place + 1}"
        if pattern in text:
            level = levels.get(place, _Level())
            text = text.replace(pattern, _numeral(level.style, counts.get(place, level.start)))
    return text


def _numeral(style: str, number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    if style in _CHINESE:
        return numerals.chinese(number)
    if style in _FORMAL:
        return numerals.chinese(number).translate(_FORMAL_DIGITS)
    if style == "ideographTraditional" and number <= len(_STEMS):
        return _STEMS[number - 1]
    return _NUMERALS.get(style, str)(number)


_NUMERALS: Mapping[str, Callable[[int], str]] = {
    "lowerLetter": numerals.letters,
    "upperLetter": lambda value: numerals.letters(value).upper(),
    "lowerRoman": numerals.roman,
    "upperRoman": lambda value: numerals.roman(value).upper(),
}
