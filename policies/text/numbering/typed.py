"""Numbers that an author typed in front of a clause: recognised, read and split off."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from policies.text.numbering import numerals

_MAX_VALUE = 300
_LONGEST_NUMBER = 40


class NumberStyle(StrEnum):
    """How a number is written. Numbers of one list share one style; the value shows the first of each list."""

    CHAPTER = "第一章"
    SECTION = "第一節"
    ARTICLE = "第一條"
    PARAGRAPH = "第一項"
    SUBPARAGRAPH = "第一款"
    ITEM = "第一目"
    FORMAL_COMMA = "壹、"
    FORMAL_BRACKETS = "（壹）"
    CHINESE_COMMA = "一、"
    CHINESE_BRACKETS = "（一）"
    STEM_COMMA = "甲、"
    STEM_BRACKETS = "（甲）"
    ARABIC_COMMA = "1、"
    ARABIC_DOT = "1."
    ARABIC_BRACKETS = "(1)"
    ARABIC_CLOSED = "1)"
    CIRCLED = "①"
    DECIMAL = "1.1"
    LOWER_DOT = "a."
    LOWER_BRACKETS = "(a)"
    LOWER_CLOSED = "a)"
    UPPER_DOT = "A."
    UPPER_BRACKETS = "(A)"
    UPPER_CLOSED = "A)"
    LOWER_ROMAN_DOT = "i."
    LOWER_ROMAN_BRACKETS = "(i)"
    LOWER_ROMAN_CLOSED = "i)"
    UPPER_ROMAN_DOT = "I."
    UPPER_ROMAN_BRACKETS = "(I)"
    UPPER_ROMAN_CLOSED = "I)"
    ENGLISH_WORD = "Article 1"


@dataclass(frozen=True, slots=True)
class Number:
    """A number found at the start of a line.

    Attributes:
        text: As typed, with its punctuation.
        style: How it is written.
        value: Its place in its list, from one.
        parts: The values of a number such as 1.2.3, outermost first; else empty.
        alternative: The other reading of a number that may be a letter or a Roman numeral ("i.", "(c)").
        is_weak: True for a form that running text has too (`I. Newton`, `3.5 Grams`): believe it only in a sequence.
    """

    text: str
    style: NumberStyle
    value: int
    parts: tuple[int, ...] = ()
    alternative: tuple[NumberStyle, int] | None = None
    is_weak: bool = False

    def readings(self) -> Iterator[tuple[NumberStyle, int]]:
        """Yield each style and value that the number can be read as, the likelier first."""
        yield self.style, self.value
        if self.alternative:
            yield self.alternative


def split_number(line: str) -> tuple[Number | None, str]:
    """Split a hand-typed number off the start of a line.

    Returns:
        The number and the rest without the white space between them; or None and the line as it is. Apart from white space
        at the start of the line and after the number, `number.text + rest` is the line.
    """
    stripped = line.lstrip()
    head = stripped[:_LONGEST_NUMBER].translate(_HALF_WIDTH)
    for pattern, read in _FORMS:
        match = pattern.match(head)
        if match is None:
            continue
        typed, rest = stripped[: match.end()], stripped[match.end() :]
        number = read(match, typed.rstrip(), rest.lstrip()[:_LONGEST_NUMBER].translate(_HALF_WIDTH))
        if number is not None:
            return number, rest.lstrip()
    return None, line


# One character for one, so that positions stay the same.
_HALF_WIDTH = str.maketrans(
    "０１２３４５６７８９（）．：﹙﹚﹒〔〕【】\u00a0",
    "0123456789().:().()() ",
)
_CHINESE = "〇零○一二三四五六七八九十百"
_FORMAL = "壹貳參叁参肆伍陸陆柒捌玖拾佰"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ENUMERATOR = rf"(?:\(\s*)?(?:\d{{1,3}}|[a-zA-Z]{{1,5}}|[{_CHINESE}]{{1,4}}|[{_FORMAL}]{{1,4}}|[{_STEMS}])\s*\)"
# "(a) and (b) above", "（一）及（二）", "(1)-(3)": the number is quoted, not carried.
_QUOTED = re.compile(
    rf"(?:,|，|、|;|/|-|–|~|～|及|與|或|和|至|到|and\b|or\b|to\b|through\b)?\s*(?:and\b|or\b|及|或)?\s*{_ENUMERATOR}"
    r"|(?:above|below|hereof|thereof)\b|of (?:this|that|the) (?:paragraph|section|article|clause|policy)\b"
    r"|所列|所定|所稱|所述|之規定|規定者|[款項點目](?:[所之及、，]|規定)"
)
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?,? \d", re.IGNORECASE)
_PHONE = re.compile(r"\d[\d -]{5,}")
_MEASURES = tuple("倍萬億元年月日個小分公度折成％%‰℃＋+×兆吋坪歲")
_LISTED = re.compile(r"年級|[級樓期款項條點類審讀線段組號種冊章節目、，及與或至~～-]")
_NAME = re.compile(
    r"[A-Z]\.|[A-Z][\w'’-]+,? (?:was|is|were|has|had|said|wrote|discovered|argued|and [A-Z]|et al)\b"
    r"|[A-Z][\w’-]+['’]s\b"
)
_AFTER_ARTICLE = re.compile(
    r"規定|所[定列稱訂]|之|及|、第|至|第|或|與|但書|準用|適用|者|等|辦理|條文|修正|，|。|；|）|\)|[項款目]|[前後]段"
)
_UNITS: dict[str, NumberStyle] = {
    "編": NumberStyle.CHAPTER,
    "章": NumberStyle.CHAPTER,
    "節": NumberStyle.SECTION,
    "條": NumberStyle.ARTICLE,
    "點": NumberStyle.ARTICLE,
    "項": NumberStyle.PARAGRAPH,
    "款": NumberStyle.SUBPARAGRAPH,
    "目": NumberStyle.ITEM,
}
# Inside an article these are quoted far more often than carried, so they need white space after them.
_SPACED_UNITS = "項款目"
_ALPHABETIC: dict[str, tuple[NumberStyle, NumberStyle, NumberStyle, NumberStyle]] = {
    ".": (
        NumberStyle.LOWER_DOT,
        NumberStyle.UPPER_DOT,
        NumberStyle.LOWER_ROMAN_DOT,
        NumberStyle.UPPER_ROMAN_DOT,
    ),
    "()": (
        NumberStyle.LOWER_BRACKETS,
        NumberStyle.UPPER_BRACKETS,
        NumberStyle.LOWER_ROMAN_BRACKETS,
        NumberStyle.UPPER_ROMAN_BRACKETS,
    ),
    ")": (
        NumberStyle.LOWER_CLOSED,
        NumberStyle.UPPER_CLOSED,
        NumberStyle.LOWER_ROMAN_CLOSED,
        NumberStyle.UPPER_ROMAN_CLOSED,
    ),
}
_ALPHABETIC["、"] = _ALPHABETIC["."]

_Reader = Callable[[re.Match[str], str, str], Number | None]


def _plain(style: NumberStyle, value: int | None, typed: str) -> Number | None:
    return Number(typed, style, value) if value and value <= _MAX_VALUE else None


def _read_unit(match: re.Match[str], typed: str, rest: str) -> Number | None:
    """Read 第三條, 第 3 點, 第三條之一."""
    digits, unit, gap = match["digits"], match["unit"], match["gap"] or ""
    value = int(digits) if digits.isdecimal() else numerals.read_chinese(digits)
    if rest and not gap and (unit in _SPACED_UNITS or _AFTER_ARTICLE.match(rest)):
        return None
    if rest and not gap.strip() and rest[0] in "、及至或與，。；）)第":
        return None
    return _plain(_UNITS[unit], value, typed)


def _read_chinese_comma(match: re.Match[str], typed: str, rest: str) -> Number | None:
    digits = match["digits"]
    style = NumberStyle.FORMAL_COMMA if digits[0] in _FORMAL else NumberStyle.CHINESE_COMMA
    value = numerals.read_chinese(digits)
    return None if value and _goes_on_counting(value, rest) else _plain(style, value, typed)


def _goes_on_counting(value: int, rest: str) -> bool:
    """Return whether the rest counts on, as in 一、二級主管, 甲、乙雙方 or 1、2 樓."""
    match = re.match(rf"(?:\d{{1,3}}|[{_CHINESE}{_FORMAL}]{{1,4}})", rest[:6])
    if match is None:
        return False
    found = int(match[0]) if match[0].isdecimal() else numerals.read_chinese(match[0])
    after = rest[match.end() :].lstrip()
    return after.startswith("、") or (found == value + 1 and _LISTED.match(after) is not None)


def _read_stem(match: re.Match[str], typed: str, rest: str) -> Number | None:
    place = _STEMS.index(match["digits"])
    if match["open"]:
        return None if _QUOTED.match(rest) else Number(typed, NumberStyle.STEM_BRACKETS, place + 1)
    if rest[:1] and rest[0] in _STEMS:
        return None
    return Number(typed, NumberStyle.STEM_COMMA, place + 1)


def _read_chinese_brackets(match: re.Match[str], typed: str, rest: str) -> Number | None:
    digits = match["digits"]
    style = NumberStyle.FORMAL_BRACKETS if digits[0] in _FORMAL else NumberStyle.CHINESE_BRACKETS
    return None if _QUOTED.match(rest) else _plain(style, numerals.read_chinese(digits), typed)


def _read_decimal(match: re.Match[str], typed: str, rest: str) -> Number | None:
    parts = tuple(int(part) for part in match["digits"].split("."))
    if not all(1 <= part <= 99 for part in parts) or re.search(r"(?:^|\.)0", match["digits"]):
        return None
    if len(parts) == 3 and parts[0] >= 60 and parts[1] <= 12 and parts[2] <= 31:
        return None  # A date of the Republic of China: 98.5.21.
    if not rest or not (rest[0].isupper() or rest[0] >= "\u2e80") or rest.startswith(_MEASURES):
        return None
    return Number(typed, NumberStyle.DECIMAL, parts[-1], parts, is_weak=len(parts) == 2)


def _read_arabic_dot(match: re.Match[str], typed: str, rest: str) -> Number | None:
    digits = match["digits"]
    gap = len(match[0]) > len(match["digits"]) + 1
    if digits[0] == "0" or _MONTH.match(rest):
        return None
    # "1.5", "1.a.m", "12.gov.tw": without a gap only a capital or a Chinese character starts a clause.
    if rest and not gap and not (rest[0].isupper() or rest[0] >= "\u2e80" or rest[0] in "\"'“‘「<["):
        return None
    return _plain(NumberStyle.ARABIC_DOT, int(digits), typed)


def _read_arabic_comma(match: re.Match[str], typed: str, rest: str) -> Number | None:
    value = int(match["digits"])
    if match["digits"][0] == "0" or _goes_on_counting(value, rest):
        return None
    return _plain(NumberStyle.ARABIC_COMMA, value, typed)


def _read_arabic_brackets(match: re.Match[str], typed: str, rest: str) -> Number | None:
    digits = match["digits"]
    if digits[0] == "0" or _PHONE.match(rest) or _QUOTED.match(rest):
        return None
    style = NumberStyle.ARABIC_BRACKETS if match["open"] else NumberStyle.ARABIC_CLOSED
    return _plain(style, int(digits), typed)


def _read_alphabetic(match: re.Match[str], typed: str, rest: str) -> Number | None:
    letters = match["digits"]
    shape = "()" if match["open"] else match["close"]
    lower, upper, lower_roman, upper_roman = _ALPHABETIC[shape]
    is_upper = letters.isupper()
    if not _may_follow(match, rest, shape, is_upper=is_upper):
        return None
    letter_value = numerals.read_letters(letters) if len(letters) <= 2 else None
    roman_value = numerals.read_roman(letters)
    letter = (upper if is_upper else lower, letter_value or 0)
    roman = (upper_roman if is_upper else lower_roman, roman_value or 0)
    possible = [reading for reading in (letter, roman) if 1 <= reading[1] <= 99]
    # A lone c, d, l or m is a letter first; i, v and x, and all that is longer, are Roman first.
    if len(possible) == 2 and (len(letters) > 1 or letters in "ivxIVX"):
        possible.reverse()
    if not possible or (shape in (".", "、") and len(letters) > 1 and not roman_value):
        return None
    alternative = possible[1] if len(possible) == 2 else None
    weak = shape == "." or (len(letters) > 1 and not roman_value)
    return Number(typed, *possible[0], alternative=alternative, is_weak=weak)


def _may_follow(match: re.Match[str], rest: str, shape: str, *, is_upper: bool) -> bool:
    gap = match[0][-1].isspace()
    if shape == ".":
        # "e.g. this", "p. 5", "I. Newton was", "J. R. Smith"
        starts_clause = not rest or gap or rest[0] >= "\u2e80" or (is_upper and rest[0].isupper())
        return starts_clause and not rest[:1].isdecimal() and not (is_upper and _NAME.match(rest))
    if shape == "、":
        return not re.match(r"[A-Za-z](?:[、，]|\b)", rest)
    return not _QUOTED.match(rest)


def _read_circled(match: re.Match[str], typed: str, _rest: str) -> Number | None:
    place = ord(match["digits"])
    for first, last, style in _ENCLOSED:
        if first <= place <= last:
            return Number(typed, style, place - first + 1)
    return None  # pragma: no cover (the pattern holds no other character)


def _read_word(match: re.Match[str], typed: str, rest: str) -> Number | None:
    digits = match["digits"]
    value = int(digits) if digits.isdecimal() else numerals.read_roman(digits)
    # "Article 3 of the Act": quoted, unless something separates it from what follows.
    if rest and not match["gap"].strip() and not rest[0].isupper():
        return None
    return _plain(NumberStyle.ENGLISH_WORD, value, typed)


_ENCLOSED = (
    (0x3220, 0x3229, NumberStyle.CHINESE_BRACKETS),  # ㈠
    (0x2460, 0x2473, NumberStyle.CIRCLED),  # ①
    (0x2474, 0x2487, NumberStyle.ARABIC_BRACKETS),  # ⑴
    (0x2488, 0x249B, NumberStyle.ARABIC_DOT),  # ⒈
    (0x249C, 0x24B5, NumberStyle.LOWER_BRACKETS),  # ⒜
    (0x2160, 0x216B, NumberStyle.UPPER_ROMAN_DOT),  # Ⅰ
    (0x2170, 0x217B, NumberStyle.LOWER_ROMAN_DOT),  # ⅰ
)
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (
        re.compile(
            rf"第\s{{0,2}}(?P<digits>\d{{1,3}}|[{_CHINESE}]{{1,5}})\s{{0,2}}(?P<unit>[編章節條點項款目])"
            rf"(?:之(?:\d{{1,2}}|[{_CHINESE}]{{1,3}})(?![{_CHINESE}年月日個]))?(?P<gap>\s*[:：、]?(?:\s+|$)|[:：])?"
        ),
        _read_unit,
    ),
    (
        re.compile(rf"(?P<digits>[{_FORMAL}]{{1,4}}|[{_CHINESE}]{{1,4}})(?:\s{{0,2}}[、﹑]|\.(?!\d)|\u3000)\s*"),
        _read_chinese_comma,
    ),
    (
        re.compile(rf"\(\s{{0,2}}(?P<digits>[{_FORMAL}]{{1,4}}|[{_CHINESE}]{{1,4}})\s{{0,2}}\)[、.]?\s*"),
        _read_chinese_brackets,
    ),
    (re.compile(rf"(?P<open>\(\s?)?(?P<digits>[{_STEMS}])(?(open)\s?\)|[、﹑.])\s*"), _read_stem),
    (re.compile(r"(?P<digits>\d{1,3}(?:\.\d{1,3}){1,5})\.?[、:]?\s+"), _read_decimal),
    (re.compile(r"(?P<digits>\d{1,3})\.(?!\d)\s*"), _read_arabic_dot),
    (re.compile(r"(?P<digits>\d{1,3})\s?[、﹑]\s*"), _read_arabic_comma),
    (re.compile(r"(?P<open>\(\s{0,2})?(?P<digits>\d{1,3})\s{0,2}\)[、.]?\s*"), _read_arabic_brackets),
    (
        re.compile(r"(?P<open>\(\s?)?(?P<digits>[a-z]{1,8}|[A-Z]{1,8})(?P<close>(?(open)\s?\)|[).、]))\s*"),
        _read_alphabetic,
    ),
    (
        re.compile("(?P<digits>[\u3220-\u3229\u2460-\u249b\u249c-\u24b5\u2160-\u216b\u2170-\u217b])[.、]?\\s*"),
        _read_circled,
    ),
    (
        re.compile(
            r"(?:Article|Art\.|Section|Sec\.|Chapter|Part|Clause|Paragraph|§)\s{0,2}(?P<digits>\d{1,3}|[IVXLC]{1,7})"
            r"(?![\w.-]*\w)(?P<gap>\s?[.:–—-]?(?:\s+|$))",
            re.IGNORECASE,
        ),
        _read_word,
    ),
)
