"""The body of a clause as data: blocks of runs, read from HTML and written in one canonical form.

A body is a sequence of paragraphs and list items. Runs carry their marks as fields instead of nested elements, so that two
bodies that look the same are written the same, and `render_body(parse_body(html))` is a fixed point.
"""

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from html.parser import HTMLParser

BREAK = "\n"
_SPACES = re.compile(r"\s+")
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are not white space
    "\xad\u200b\u200e\u200f\u2060-\u2064\ufeff"  # invisible: soft hyphen, zero-width space, marks, joiners
    "\u061c\u202a-\u202e\u2066-\u206f"  # direction overrides, embeddings and isolates
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"  # annotations, non-characters, lone surrogates
    "\U000e0000-\U000e007f]"  # invisible tags
)


class BlockKind(StrEnum):
    """What a block of a body is."""

    PARAGRAPH = "p"
    BULLET = "ul"
    ORDERED = "ol"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one set of marks. The text `BREAK`, alone, is a line break."""

    text: str
    href: str = ""
    strong: bool = False
    em: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (level 0) or a list item (level 1, or 2 inside another item)."""

    kind: BlockKind
    runs: tuple[Run, ...]
    level: int = 0


def clean_text(text: str) -> str:
    """Return the text in NFC without control, invisible or direction-changing characters; white space is kept."""
    return unicodedata.normalize("NFC", _UNSAFE.sub("", text))


def parse_body(source: str) -> tuple[Block, ...]:
    """Read HTML into canonical blocks.

    Unknown elements are dropped and their text kept, so call `sanitize_body` first on anything from outside: here the content
    of a `<script>` is text like any other.
    """
    parser = _BodyParser()
    parser.feed(source)
    parser.close()
    return canonical_blocks(parser.finish())


def canonical_blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return blocks with white space collapsed, equal neighbours merged, doubled breaks split and empty blocks dropped."""
    found: list[Block] = []
    for block in blocks:
        for runs in _split_paragraphs(block):
            tidy = _tidy_runs(runs)
            if not tidy:
                continue
            level = block.level
            if level > 1 and not _continues_list(found, block):
                level = 1
            found.append(replace(block, runs=tidy, level=level))
    return tuple(found)


def render_body(blocks: Sequence[Block]) -> str:
    """Write blocks as HTML: `p`, `ul`, `ol` and `li` with `a`, `strong`, `em`, `code` and `br` inside."""
    out: list[str] = []
    open_lists: list[BlockKind] = []
    for block in blocks:
        while len(open_lists) > block.level:
            out.append(f"</li></{open_lists.pop()}>")
        if block.kind is BlockKind.PARAGRAPH:
            out.append(f"<p>{_render_runs(block.runs)}</p>")
            continue
        if len(open_lists) == block.level and open_lists[-1] is not block.kind:
            out.append(f"</li></{open_lists.pop()}>")
        if len(open_lists) == block.level:
            out.append("</li>")
        else:
            out.append(f"<{block.kind}>")
            open_lists.append(block.kind)
        out.append(f"<li>{_render_runs(block.runs)}")
    out.extend(f"</li></{kind}>" for kind in reversed(open_lists))
    return "".join(out)


def _continues_list(found: list[Block], block: Block) -> bool:
    return bool(found) and found[-1].kind is not BlockKind.PARAGRAPH and block.kind is not BlockKind.PARAGRAPH


def _split_paragraphs(block: Block) -> Iterator[list[Run]]:
    """Yield the runs of a block, split where two breaks in a row stand for a new paragraph."""
    part: list[Run] = []
    breaks = 0
    for run in block.runs:
        if run.text == BREAK:
            breaks += 1
            if breaks == 1 or block.kind is not BlockKind.PARAGRAPH:
                part.append(run)
                continue
            yield part
            part = []
        elif run.text.strip():
            breaks = 0
            part.append(run)
        else:
            part.append(run)
    yield part


def _tidy_runs(runs: Sequence[Run]) -> tuple[Run, ...]:
    merged = _merge(_trim(list(_collapse_spaces(_split_breaks(runs)))))
    # Nobody sees the marks of a lone space, so they are not kept.
    merged = _merge(Run(" ") if run.text == " " else run for run in merged)
    return tuple(replace(run, text=unicodedata.normalize("NFC", run.text)) for run in merged)


def _split_breaks(runs: Iterable[Run]) -> Iterator[Run]:
    for run in runs:
        if run.text == BREAK:
            yield Run(BREAK)
        else:
            yield replace(run, text=_SPACES.sub(" ", clean_text(run.text)))


def _collapse_spaces(runs: Iterable[Run]) -> Iterator[Run]:
    """Drop a space that follows a space, a break or the start of the block, and a break that follows a break."""
    at_start = True
    after_break = True
    for run in runs:
        if run.text == BREAK:
            if not after_break:
                yield run
            at_start = after_break = True
            continue
        text = run.text[1:] if at_start and run.text.startswith(" ") else run.text
        if text:
            yield replace(run, text=text)
            at_start = text.endswith(" ")
            after_break = False


def _trim(runs: list[Run]) -> list[Run]:
    """Drop white space and breaks before the end of a line or of the block."""
    kept: list[Run] = []
    at_end = True
    for run in reversed(runs):
        if run.text == BREAK:
            if kept and kept[-1].text != BREAK:
                kept.append(run)
            at_end = True
            continue
        text = run.text.removesuffix(" ") if at_end else run.text
        if text:
            kept.append(replace(run, text=text))
            at_end = False
    kept.reverse()
    return kept


def _merge(runs: Iterable[Run]) -> list[Run]:
    merged: list[Run] = []
    for run in runs:
        if merged and BREAK not in (merged[-1].text, run.text) and _marks(merged[-1]) == _marks(run):
            merged[-1] = replace(merged[-1], text=merged[-1].text + run.text)
        else:
            merged.append(run)
    return merged


def _marks(run: Run) -> tuple[str, bool, bool, bool]:
    return run.href, run.strong, run.em, run.code


def _render_runs(runs: Iterable[Run]) -> str:
    return _render_level(list(runs), 0)


_LEVELS: tuple[tuple[Callable[[Run], object], str], ...] = (
    (lambda run: run.href, "a"),
    (lambda run: run.strong, "strong"),
    (lambda run: run.em, "em"),
    (lambda run: run.code, "code"),
)


def _render_level(runs: list[Run], level: int) -> str:
    if level == len(_LEVELS):
        return "".join("<br>" if run.text == BREAK else html.escape(run.text, quote=False) for run in runs)
    mark, tag = _LEVELS[level]
    out: list[str] = []
    for value, group in itertools.groupby(runs, key=mark):
        inner = _render_level(list(group), level + 1)
        if not value:
            out.append(inner)
        elif tag == "a":
            out.append(f'<a href="{html.escape(str(value))}">{inner}</a>')
        else:
            out.append(f"<{tag}>{inner}</{tag}>")
    return "".join(out)


class _BodyParser(HTMLParser):
    """Collect blocks from HTML; anything that is not a mark, a list or a break only ends a paragraph or is ignored."""

    _inline = frozenset(
        {
            "span",
            "u",
            "s",
            "sub",
            "sup",
            "small",
            "abbr",
            "font",
            "mark",
            "ins",
            "del",
            "q",
            "cite",
            "time",
        }
    )
    _names = {"b": "strong", "i": "em"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Block] = []
        self._runs: list[Run] = []
        self._lists: list[BlockKind] = []
        self._hrefs: list[str] = []
        self._marks = {"strong": 0, "em": 0, "code": 0}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = self._names.get(tag, tag)
        if name == "br":
            self._runs.append(Run(BREAK))
        elif name == "a":
            self._hrefs.append(dict(attrs).get("href") or "")
        elif name in self._marks:
            self._marks[name] += 1
        elif name in ("ul", "ol"):
            self._end_block()
            self._lists.append(BlockKind(name))
        elif name not in self._inline:
            self._start_block(name)

    def handle_endtag(self, tag: str) -> None:
        name = self._names.get(tag, tag)
        if name == "a":
            if self._hrefs:
                self._hrefs.pop()
        elif name in self._marks:
            self._marks[name] = max(0, self._marks[name] - 1)
        elif name in ("ul", "ol"):
            self._end_block()
            if self._lists:
                self._lists.pop()
        elif name not in self._inline:
            self._start_block(name)

    def handle_data(self, data: str) -> None:
        self._runs.append(
            Run(
                # A line break is an element of its own; a line feed in the source is only a space.
                data.replace(BREAK, " "),
                href=self._hrefs[-1] if self._hrefs else "",
                strong=self._marks["strong"] > 0,
                em=self._marks["em"] > 0,
                code=self._marks["code"] > 0,
            )
        )

    def finish(self) -> list[Block]:
        self._end_block()
        return self._blocks

    def _start_block(self, name: str) -> None:
        # A paragraph inside a list item stays part of the item, on its own line.
        if self._lists and name != "li":
            if any(run.text.strip() for run in self._runs):
                self._runs.append(Run(BREAK))
        else:
            self._end_block()

    def _end_block(self) -> None:
        if self._runs:
            kind = self._lists[-1] if self._lists else BlockKind.PARAGRAPH
            self._blocks.append(Block(kind, tuple(self._runs), min(len(self._lists), 2)))
            self._runs = []
