"""Civil dates as the agency counts and writes them.

Effective dates are days of the calendar in Taipei, never instants. The Republic of China (民國) year is the
Gregorian year less 1911 (Order of the Provisional President, 1 January 1912); Taiwan's official documents use it.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from django.utils import timezone

TAIPEI = ZoneInfo("Asia/Taipei")
_ROC_EPOCH = 1911
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def civil_date(instant: dt.datetime) -> dt.date:
    """Return the day in Taipei on which `instant` (aware) falls."""
    return instant.astimezone(TAIPEI).date()


def today() -> dt.date:
    """Return the day it is now in Taipei."""
    return civil_date(timezone.now())


def roc_year(day: dt.date) -> int | None:
    """Return the 民國 year of `day`, or None before 1912."""
    year = day.year - _ROC_EPOCH
    return year if year > 0 else None


def format_date(day: dt.date, language: str) -> str:
    """Write `day` in full: `14 March 2026`, or `中華民國115年3月14日（2026年3月14日）`."""
    if not language.lower().startswith("zh"):
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
    gregorian = f"{day.year}年{day.month}月{day.day}日"
    year = roc_year(day)
    return f"中華民國{year}年{day.month}月{day.day}日（{gregorian}）" if year else gregorian


def parse_date(text: str) -> dt.date | None:
    """Return the date that `text` names: ISO 8601, or 民國 as `民國115年3月14日`, `115.3.14` and `1150314`; else None."""
    cleaned = text.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    try:
        return dt.date.fromisoformat(cleaned) if _ISO.fullmatch(cleaned) else _parse_roc(cleaned)
    except ValueError:
        return None


def _parse_roc(text: str) -> dt.date | None:
    is_marked = "民國" in text
    for mark in ("中華民國", "民國", "日", " "):
        text = text.replace(mark, "")
    for mark in ("年", "月", "/", "-"):
        text = text.replace(mark, ".")
    parts = [text[:-4], text[-4:-2], text[-2:]] if text.isdecimal() and len(text) in {6, 7} else text.split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = (int(part) for part in parts)
    if year == 0:  # no year came before the first
        return None
    if year >= _ROC_EPOCH and not is_marked:
        return dt.date(year, month, day)
    return dt.date(year + _ROC_EPOCH, month, day)
