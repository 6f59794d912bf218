"""Numerals as clauses carry them: Chinese, alphabetic and Roman, written and read."""

from collections.abc import Mapping

_DIGITS = "〇一二三四五六七八九"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"))
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_VALUES: Mapping[str, int] = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}
_CHINESE_VALUES: Mapping[str, int] = {
    **{digit: value for value, digit in enumerate(_DIGITS)},
    **{digit: value for value, digit in enumerate("壹貳參肆伍陸柒捌玖", start=1)},
    "零": 0,
    "○": 0,
    "叁": 3,
    "参": 3,
    "陆": 6,
    "兩": 2,
}
_CHINESE_UNITS: Mapping[str, int] = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
}


def chinese(number: int) -> str:
    """Write 1 to 9999 as 一, 十, 十一, 二十一, 一百零三 and so on."""
    out: list[str] = []
    rest = number
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            # 十一, not 一十一, at the start; but 一百一十一.
            out.append(unit if size == 10 and count == 1 and not out else _DIGITS[count] + unit)
        elif out and rest and out[-1] != "零":
            out.append("零")
    if rest:
        out.append(_DIGITS[rest])
    return "".join(out)


def letters(number: int) -> str:
    """Write a positive number as a … z, aa, ab and so on."""
    out = ""
    rest = number
    while rest:
        rest, index = divmod(rest - 1, 26)
        out = chr(ord("a") + index) + out
    return out


def roman(number: int) -> str:
    """Write a positive number as i, ii, iii, iv and so on."""
    out: list[str] = []
    rest = number
    for value, digits in _ROMAN:
        count, rest = divmod(rest, value)
        out.append(digits * count)
    return "".join(out)


def read_chinese(text: str) -> int | None:
    """Return the value of a Chinese numeral (一, 十二, 二十一, 一二, 壹拾, 一百零三), or None if it is none."""
    if not text or any(character not in _CHINESE_VALUES and character not in _CHINESE_UNITS for character in text):
        return None
    if len(text) > 1 and not any(character in _CHINESE_UNITS for character in text):
        return int("".join(str(_CHINESE_VALUES[character]) for character in text)) if len(text) <= 4 else None
    total = 0
    digit: int | None = None
    for character in text:
        unit = _CHINESE_UNITS.get(character)
        if unit is None:
            digit = _CHINESE_VALUES[character]
        else:
            total += (1 if digit is None else digit) * unit
            digit = None
    return total + (digit or 0)


def read_letters(text: str) -> int | None:
    """Return the place of a … z, aa … in the alphabet, in either case, or None."""
    value = 0
    for character in text.lower():
        if not "a" <= character <= "z":
            return None
        value = value * 26 + ord(character) - ord("a") + 1
    return value or None


def read_roman(text: str) -> int | None:
    """Return the value of a Roman numeral in either case, or None unless it is written the standard way."""
    lower = text.lower()
    if not lower or any(character not in _ROMAN_VALUES for character in lower):
        return None
    values = [_ROMAN_VALUES[character] for character in lower]
    total = sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
    return total if total < 4000 and roman(total) == lower else None
