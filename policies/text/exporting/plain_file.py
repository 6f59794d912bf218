"""Plain text: what readers see, for the smallest of programs."""

from datetime import date

from policies.text.clauses import Document
from policies.text.exporting.metadata import Metadata
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text

# Wordings of the file itself, in the language of its text.
_HEADER = {
    "en": {
        "agency": "Issued by: {}",
        "number": "Edition: {}",
        "issued": "Issued on: {}",
        "effective": "In force from: {}",
        "announced": "In force from: to be announced",
        "replaced": "In force: never; replaced by edition {} before it applied",
        "note": "Change note: {}",
        "digest": "Digest: {}",
        "url": "Address: {}",
    },
    "zh-hant": {
        "agency": "發布機關：{}",
        "number": "版次：{}",
        "issued": "發布日期：{}",
        "effective": "生效日期：{}",
        "announced": "生效日期：另行公告",
        "replaced": "生效日期：未生效（生效前即由第{}版取代）",
        "note": "修正說明：{}",
        "digest": "摘要值：{}",
        "url": "網址：{}",
    },
}
_MONTHS = [
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
# 民國 1 is 1912.
_REPUBLIC = 1911


def to_text(document: Document, metadata: Metadata | None = None) -> str:
    """Return the document as plain text, with numbers as readers see them; lines are not wrapped."""
    parts = [document.title]
    if metadata is not None:
        parts.append("\n".join(_header(metadata, document.language)))
    parts.append(document.summary)
    numbers = number_clauses(document.clauses, document.language)
    for clause, number in zip(document.clauses, numbers, strict=True):
        body = plain_text(clause.body)
        if clause.heading:
            parts += [join_number(number, clause.heading), body]
        else:
            parts.append(join_number(number, body))
    return "\n\n".join(part for part in parts if part) + "\n"


def join_number(number: str, text: str) -> str:
    """Return a number and what it numbers in one line; full-width numbers carry their own space."""
    if not number or not text:
        return number or text
    return f"{number} {text}" if number.isascii() else f"{number}{text}"


def format_date(day: date, language: str) -> str:
    """Return a date as readers of the language write it; in Chinese in both calendars."""
    if language == "zh-hant":
        return f"中華民國{day.year - _REPUBLIC}年{day.month}月{day.day}日（{day.year}年{day.month}月{day.day}日）"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _header(metadata: Metadata, language: str) -> list[str]:
    words = _HEADER.get(language, _HEADER["en"])
    lines = []
    if metadata.agency:
        lines.append(words["agency"].format(metadata.agency))
    lines.append(words["number"].format(metadata.number))
    lines.append(words["issued"].format(format_date(metadata.issued_at.date(), language)))
    if metadata.replaced_by:
        lines.append(words["replaced"].format(metadata.replaced_by))
    elif metadata.effective_from is None:
        lines.append(words["announced"])
    else:
        lines.append(words["effective"].format(format_date(metadata.effective_from, language)))
    lines += [
        words[name].format(value)
        for name, value in (
            ("note", metadata.change_note),
            ("digest", metadata.digest),
            ("url", metadata.url),
        )
        if value
    ]
    return lines
