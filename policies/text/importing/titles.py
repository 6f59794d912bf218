"""The title of a text: found, and told from a clause."""

import re
from dataclasses import dataclass

from policies.text.importing.notices import ImportCode, Notice
from policies.text.importing.paragraphs import Paragraph
from policies.text.importing.plaintext import display_width, ends_sentence
from policies.text.numbering import split_number
from policies.text.sanitize import sanitize_line

_WIDEST_TITLE = 120
_FIRST = 6
_POLICY_WORD = re.compile(
    r"(?:政策|聲明|宣告|要點|辦法|規範|規定|須知|原則|準則|條款|公告|policy|policies|statement|notice|terms|declaration|rules|charter)\W*$",
    re.IGNORECASE,
)
_SITE_NAME = re.compile(r"\s+[|｜–—·»-]\s+|\s*[|｜－_»]\s*|\s*::\s*")


@dataclass(frozen=True, slots=True)
class Title:
    """A title, and the paragraphs without it."""

    text: str
    paragraphs: list[Paragraph]
    warnings: list[Notice]
    removed: list[str]


def take_title(paragraphs: list[Paragraph], hint: str, stem: str) -> Title:
    """Take the title out of the paragraphs.

    It is what the format calls the title, or the first heading if no other stands on its level or it names a kind of policy, or
    the first short line of a plain text, or the page's `<title>`, or at last the name of the file, with a warning. A heading
    that repeats the title is left out, with a warning.
    """
    place = _find_title(paragraphs)
    warnings: list[Notice] = []
    rest = list(paragraphs)
    if place is not None:
        text = sanitize_line(rest.pop(place).text)
    else:
        text = sanitize_line(_SITE_NAME.split(hint)[0])
        if not text:
            text = sanitize_line(stem.replace("_", " "))
            warnings.append(Notice(ImportCode.TITLE_MISSING, None, {"text": text}))
    removed: list[str] = []
    kept: list[Paragraph] = []
    for index, paragraph in enumerate(rest):
        if (paragraph.heading or index < _FIRST) and _repeats(paragraph, text):
            warnings.append(Notice(ImportCode.TITLE_REPEATED, paragraph.line, {"text": text}))
            removed.append(paragraph.text)
        else:
            kept.append(paragraph)
    if not kept:
        # A text of one line is a clause, whatever else it looks like.
        return Title(text, paragraphs, warnings, [])
    return Title(text, kept, warnings, removed)


def _find_title(paragraphs: list[Paragraph]) -> int | None:
    if len(paragraphs) < 2:
        return None
    for place, paragraph in enumerate(paragraphs[:_FIRST]):
        if paragraph.is_title:
            return place
    headings = [paragraph for paragraph in paragraphs if paragraph.heading]
    outermost = [place for place, paragraph in enumerate(paragraphs) if paragraph.heading == 1]
    if len(outermost) == 1 and outermost[0] < _FIRST and _is_unnumbered(paragraphs[outermost[0]]):
        return outermost[0]
    first = paragraphs[0]
    if not _is_unnumbered(first):
        return None
    if not headings:
        return 0 if _looks_like_title(first) else None
    if not first.heading:
        names_policy = _looks_like_title(first) and _POLICY_WORD.search(first.text) is not None
        return 0 if names_policy else None
    # A single heading on its level, above all others.
    peers = [heading for heading in headings[1:] if heading.heading <= first.heading]
    if all(_repeats(heading, first.text) for heading in peers) or _POLICY_WORD.search(first.text):
        return 0
    return None


def _is_unnumbered(paragraph: Paragraph) -> bool:
    return (
        not paragraph.marker
        and not paragraph.bullet
        and not paragraph.is_row
        and split_number(paragraph.text)[0] is None
    )


def _looks_like_title(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return display_width(text[: _WIDEST_TITLE + 1]) <= _WIDEST_TITLE and not ends_sentence(text)


def _repeats(paragraph: Paragraph, title: str) -> bool:
    return paragraph.marker is None and _bare(paragraph.text) == _bare(title)


def _bare(text: str) -> str:
    return "".join(character for character in text[:1000] if character.isalnum()).casefold()
