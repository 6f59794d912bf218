"""From a file to a document: the steps that all formats share."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from policies.text.body import Block, BlockKind, Run, canonical_blocks
from policies.text.clauses import Document, new_key
from policies.text.importing.decoding import ZIP_MAGIC, decode_text, refuse_binary
from policies.text.importing.markdown import read_markdown
from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.importing.paragraphs import Paragraph, Reading
from policies.text.importing.plaintext import read_plain_text
from policies.text.importing.splitting import split_run_together
from policies.text.importing.titles import take_title
from policies.text.importing.tree import build_tree
from policies.text.importing.webpage import read_web_page
from policies.text.importing.word import read_word
from policies.text.languages import detect_language, looks_like

MAX_BYTES = 5_000_000
MAX_PARAGRAPHS = 30_000
MAX_LINES = 100_000
_MARKDOWN = frozenset({".md", ".markdown", ".mkd"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_WORD = frozenset({".docx", ".docm", ".dotx", ".dotm"})
_HTML_START = re.compile(
    r"\s{0,100}(?:<\?xml[^>]{0,200}>\s{0,100})?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_MAX_BODY_ITEM = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """A document read from a file.

    Attributes:
        document: The text, with fresh clause keys.
        warnings: What an editor should look at, by line.
        removed: Every piece of the visible source text that is not in the document: typed numbers (they are computed anew),
            bullets, a repeated title, navigation. Together with the document it accounts for the whole source.
    """

    document: Document
    warnings: tuple[Notice, ...] = ()
    removed: tuple[str, ...] = ()


def import_document(data: bytes, *, name: str, language: str, make_key: Callable[[], str] = new_key) -> Imported:
    """Read a file into a document.

    The format is told from the content first and the name second. Numbers typed by hand are recognised, give the clauses their
    depth and are removed.

    Args:
        data: The file.
        name: Its name; stands in for a missing title.
        language: `"en"` or `"zh-hant"`: the language that the text must be in.
        make_key: Makes the key of each clause.

    Raises:
        ImportRefused: The file cannot be imported; its code says why.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused(ImportCode.TOO_LARGE, size=str(len(data)), limit=str(MAX_BYTES))
    if not data.strip():
        raise ImportRefused(ImportCode.EMPTY)
    reading = _read(data, PurePath(name).suffix.lower())
    if len(reading.paragraphs) > MAX_PARAGRAPHS:
        raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(MAX_PARAGRAPHS))
    paragraphs = [paragraph for paragraph in map(tidy, reading.paragraphs) if paragraph is not None]
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    if not text:
        raise ImportRefused(ImportCode.EMPTY)
    _check_language(text, language)
    title = take_title(paragraphs, reading.title, PurePath(name).stem)
    split, split_warnings = split_run_together(title.paragraphs)
    tree = build_tree(keep_short_lists(split), make_key)
    warnings = [*reading.warnings, *title.warnings, *split_warnings, *tree.warnings]
    return Imported(
        Document(language, title.text, clauses=tree.clauses),
        tuple(sorted(warnings, key=lambda notice: notice.line or 0)),
        (*reading.removed, *title.removed, *tree.removed),
    )


def _read(data: bytes, suffix: str) -> Reading:
    if data.startswith(ZIP_MAGIC):
        return read_word(data)
    refuse_binary(data)
    if suffix in _WORD:
        raise ImportRefused(ImportCode.DAMAGED, part="archive")
    text, warnings = decode_text(data)
    if text.count("\n") + text.count("\r") > MAX_LINES * 2:
        raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(MAX_LINES))
    if suffix in _HTML or _HTML_START.match(text):
        reading = read_web_page(text)
    elif suffix in _MARKDOWN:
        reading = read_markdown(text)
    else:
        reading = read_plain_text(text)
    return replace(reading, warnings=[*warnings, *reading.warnings])


def _check_language(text: str, language: str) -> None:
    if looks_like(text, language):
        return
    found = detect_language(text)
    if found is None:
        raise ImportRefused(ImportCode.UNKNOWN_LANGUAGE, expected=language)
    raise ImportRefused(ImportCode.WRONG_LANGUAGE, expected=language, found=found)


def tidy(paragraph: Paragraph) -> Paragraph | None:
    """Return the paragraph with white space collapsed, or None if nothing is left; a lone number of the format stays."""
    runs: list[Run] = []
    for block in canonical_blocks([Block(BlockKind.BULLET, paragraph.runs, 1)]):
        runs.extend(block.runs)
    if not runs and paragraph.marker is None:
        return None
    return replace(paragraph, runs=tuple(runs))


def keep_short_lists(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Leave a numbered list of the format inside the body where the text of the clause goes on after it.

    As clauses, its items would take that text with the last of them.
    """
    kept = list(paragraphs)
    start = 0
    has_clause = False
    while start < len(kept):
        first = kept[start]
        if not first.path:
            has_clause = has_clause or bool(first.heading)
            start += 1
            continue
        end = start
        while end < len(kept) and kept[end].path[:1] == first.path[:1]:
            end += 1
        if has_clause and end < len(kept) and _is_plain(kept[end]) and all(map(_is_item, kept[start:end])):
            kept[start:end] = [_as_item(paragraph) for paragraph in kept[start:end]]
        start = end
    return kept


def _is_plain(paragraph: Paragraph) -> bool:
    return not (paragraph.heading or paragraph.marker or paragraph.bullet)


def _is_item(paragraph: Paragraph) -> bool:
    is_item = paragraph.marker is not None or paragraph.bullet > 0
    return is_item and not paragraph.heading and len(paragraph.text) <= _MAX_BODY_ITEM


def _as_item(paragraph: Paragraph) -> Paragraph:
    if paragraph.marker is None:
        return replace(paragraph, path=())
    return replace(paragraph, marker=None, bullet=len(paragraph.path), ordered=True, path=())
