"""Markdown (CommonMark with tables)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from policies.text.body import BREAK, Run
from policies.text.importing.elements import split_parts
from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.importing.paragraphs import Marker, Paragraph, Reading, checked_href, glue
from policies.text.importing.plaintext import display_width
from policies.text.importing.webpage import read_fragment
from policies.text.numbering import NumberStyle, split_number

_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
# Text between these acts, or is not shown.
_SILENT_TAG = re.compile(r"<(/?)(script|style|template|iframe|object|svg)\b", re.IGNORECASE)
_WIDEST_HEADING_LINE = 44
_LONGEST_TEXT = 1_000_000
_MARK = re.compile(r"[*_`\[\]<&\\]")
_MOST_MARKS = 40_000
_MOST_MARKS_IN_BLOCK = 2_000
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_CLAUSE_GOES_ON = re.compile(r"[,，;；:：.。!！?？][\"'”’」』)）\]]?$|，")
_NOT_TEXT = re.compile("[\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def read_markdown(text: str) -> Reading:
    """Read Markdown into paragraphs. HTML inside it is read as HTML.

    Raises:
        ImportRefused: TOO_COMPLEX.
    """
    _refuse_too_many_marks(text)
    # Text indented by four spaces is a paragraph that an author moved to the right, not code.
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").disable("code")
    # Every link is read as one, so that a bad one can be reported.
    parser.validateLink = _accept_any  # type: ignore[method-assign]
    return _MarkdownReader().read(parser.parse(_NOT_TEXT.sub("\n", text)))


def _refuse_too_many_marks(text: str) -> None:
    """Refuse what would keep the parser busy: each mark costs it time, and unclosed ones that of all others in their block."""
    blocks = [len(_MARK.findall(block)) for block in _BLANK_LINE.split(text)] if len(text) <= _LONGEST_TEXT else []
    if not blocks or max(blocks) > _MOST_MARKS_IN_BLOCK or sum(blocks) > _MOST_MARKS:
        raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(_MOST_MARKS))


def _accept_any(url: str) -> bool:
    return True


@dataclass(slots=True)
class _List:
    list_id: str
    is_ordered: bool
    value: int
    style: NumberStyle


@dataclass(slots=True)
class _Marks:
    """The marks that are open inside a paragraph."""

    strong: int = 0
    em: int = 0
    href: list[str] = field(default_factory=list)
    silent: int = 0

    def run(self, text: str) -> Run:
        return Run(text, self.href[-1] if self.href else "", self.strong > 0, self.em > 0)

    def turn(self, kind: str, step: int) -> None:
        if kind == "link_close":
            self.href.pop()
        elif kind.startswith("strong_"):
            self.strong += step
        elif kind.startswith("em_"):
            self.em += step


class _MarkdownReader:
    def __init__(self) -> None:
        self._reading = Reading([])
        self._lists: list[_List] = []
        self._count = 0
        self._line = 1
        self._heading = 0
        self._marker: Marker | None = None
        self._is_new_item = False
        self._row: list[Run] | None = None

    def read(self, tokens: Sequence[Token]) -> Reading:
        for token in tokens:
            if token.map:
                self._line = token.map[0] + 1
            self._read_token(token)
        self._reading.close()
        return self._reading

    def _read_token(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._read_inline(token.children or [])
        elif kind == "heading_open":
            self._heading = int(token.tag[1])
        elif kind == "heading_close":
            self._heading = 0
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._open_list(token)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
            # Words after an inner list belong to the outer item, not to the last inner one.
            self._is_new_item = True
        elif kind == "list_item_open":
            self._open_item()
        elif kind == "list_item_close":
            self._close_item()
        elif kind == "fence":
            self._emit(_code_lines(token.content))
        elif kind == "html_block":
            self._read_html(token.content)
        else:
            self._read_table_token(kind)

    def _read_table_token(self, kind: str) -> None:
        if kind == "table_open":
            self._reading.warnings.append(Notice(ImportCode.TABLE_AS_TEXT, self._line))
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close" and self._row is not None:
            row, self._row = tuple(self._row[1:]), None
            if any(run.text.strip(" |") for run in row):
                self._reading.append(Paragraph(row, self._line, is_row=True))
        elif kind in ("td_open", "th_open") and self._row is not None:
            self._row.append(Run(" | "))

    def _open_list(self, token: Token) -> None:
        self._flush_marker()
        self._count += 1
        start = token.attrs.get("start", 1)
        style = NumberStyle.ARABIC_CLOSED if token.markup == ")" else NumberStyle.ARABIC_DOT
        is_ordered = token.type == "ordered_list_open"
        self._lists.append(_List(f"list-{self._count}", is_ordered, int(start) - 1, style))

    def _open_item(self) -> None:
        self._is_new_item = True
        inner = self._lists[-1]
        inner.value += 1
        if all(one.is_ordered for one in self._lists):
            self._marker = Marker(inner.list_id, 0, inner.value, inner.style)

    def _close_item(self) -> None:
        self._flush_marker()

    def _flush_marker(self) -> None:
        """Keep the number of an item without words of its own."""
        if self._marker is not None:
            self._emit([])

    def _read_html(self, content: str) -> None:
        fragment = read_fragment(content, self._line)
        for paragraph in fragment.paragraphs:
            self._reading.append(paragraph)
        self._reading.warnings += fragment.warnings
        self._reading.removed += fragment.removed

    def _read_inline(self, children: Sequence[Token]) -> None:
        marks = _Marks()
        runs: list[Run] = []
        for token in children:
            self._read_inline_token(token, marks, runs)
        if self._row is not None:
            self._row += runs
        elif self._heading:
            self._emit(runs)
        else:
            for part in split_parts(_join_soft_breaks(runs, has_marker=self._marker is not None)):
                self._emit(part)

    def _read_inline_token(self, token: Token, marks: _Marks, runs: list[Run]) -> None:
        kind = token.type
        if kind == "html_inline":
            self._read_inline_html(token.content, marks, runs)
        elif marks.silent:
            return
        elif kind in ("text", "text_special", "code_inline"):
            runs.append(replace(marks.run(token.content), code=kind == "code_inline"))
        elif kind in _LINE_ENDS:
            runs.append(Run(_LINE_ENDS[kind]))
        elif kind == "image":
            self._reading.warnings.append(Notice(ImportCode.IMAGE_DROPPED, self._line))
            runs.append(marks.run(token.content))
        elif kind == "link_open":
            marks.href.append(checked_href(str(token.attrs.get("href", "")), self._line, self._reading.warnings))
        else:
            marks.turn(kind, token.nesting)

    def _read_inline_html(self, content: str, marks: _Marks, runs: list[Run]) -> None:
        silent = _SILENT_TAG.match(content)
        if silent:
            marks.silent = max(0, marks.silent + (-1 if silent[1] else 1))
        elif _BREAK_TAG.fullmatch(content):
            runs.append(Run(BREAK))

    def _emit(self, runs: Sequence[Run]) -> None:
        bullets = next((place for place, one in enumerate(self._lists) if not one.is_ordered), None)
        path = tuple(one.list_id for one in self._lists)
        paragraph = Paragraph(tuple(runs), self._line, self._heading)
        if bullets is None or self._heading:
            path = path if bullets is None else ()
            self._reading.append(replace(paragraph, marker=self._marker, path=path))
            self._marker = None
        elif self._is_new_item or not self._reading.paragraphs:
            ordered = self._lists[-1].is_ordered
            level = len(self._lists) - bullets
            self._reading.append(replace(paragraph, bullet=level, ordered=ordered, path=path[:bullets]))
        else:
            self._reading.extend_last(runs)
        self._is_new_item = False


_SOFT = "\r"
_LINE_ENDS = {"softbreak": _SOFT, "hardbreak": BREAK}


def _text(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _code_lines(content: str) -> list[Run]:
    runs: list[Run] = []
    for line in content.rstrip("\n").split("\n"):
        runs += [Run(BREAK), Run(line, code=True)] if runs else [Run(line, code=True)]
    return runs


def _join_soft_breaks(runs: list[Run], *, has_marker: bool) -> list[Run]:
    """Join the lines of a paragraph as its language does.

    A line that carries a number starts a paragraph, and so does what follows a short numbered line: that one is a heading.
    """
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.text == _SOFT:
            lines.append([])
        else:
            lines[-1].append(run)
    joined = lines[0]
    before = _text(lines[0])
    is_numbered = has_marker
    for line in lines[1:]:
        text = _text(line)
        number = split_number(text)[0]
        is_numbered = is_numbered or split_number(before)[0] is not None
        if number is not None or (is_numbered and _is_heading_line(before)):
            joined += [Run(BREAK), Run(BREAK)]
        else:
            joined.append(Run(glue(before, text)))
        joined += line
        before, is_numbered = text, False
    return [run for run in joined if run.text]


def _is_heading_line(text: str) -> bool:
    return display_width(text[:_WIDEST_HEADING_LINE]) < _WIDEST_HEADING_LINE and not _CLAUSE_GOES_ON.search(text)
