"""HTML elements into paragraphs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from lxml import etree, html

from policies.text.body import BREAK, Run
from policies.text.importing.notices import ImportCode, Notice
from policies.text.importing.office import STYLES, Item, is_word_label, list_style, online_item, word_item
from policies.text.importing.paragraphs import Marker, Paragraph, Reading, checked_href, glue, split_lines
from policies.text.numbering import NumberStyle, split_number

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"}
    | {
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
    }
    | {"p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_HEADINGS: Mapping[str, int] = {f"h{level}": level for level in range(1, 7)}
_WEIGHT = re.compile(r"font-weight\s*:\s*(\w+)", re.IGNORECASE)
_SLANT = re.compile(r"font-style\s*:\s*(\w+)", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t\r\f]*\n\s*")
_WIDEST_LEAD = 80
_CELLS = ("td", "th", "caption")


@dataclass(frozen=True, slots=True)
class _List:
    list_id: str
    is_ordered: bool
    style: NumberStyle
    has_markers: bool


@dataclass(frozen=True, slots=True)
class _Context:
    """What the open elements mean for the text inside them."""

    strong: bool = False
    em: bool = False
    code: bool = False
    pre: bool = False
    href: str = ""
    heading: int = 0
    lists: tuple[_List, ...] = ()


class ElementReader:
    """Walks elements without recursion, so that no nesting exhausts the stack."""

    def __init__(self, first_line: int = 0) -> None:
        self._reading = Reading([])
        self._first_line = first_line
        self._line = 0
        self._contexts = [_Context()]
        self._runs: list[Run] = []
        self._marker: Marker | None = None
        self._bullet_is_new = False
        self._counters: dict[str, int] = {}
        self._lists = 0

    def read(self, root: html.HtmlElement) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start":
                self._start(element, walker)
            else:
                self._end(element)
                if element is not root:
                    self._add(element.tail or "")

    def finish(self) -> Reading:
        self._flush()
        self._reading.close()
        return self._reading

    @property
    def _context(self) -> _Context:
        return self._contexts[-1]

    def _start(self, element: html.HtmlElement, walker: etree.iterwalk) -> None:
        tag = str(element.tag)
        if tag in _BLOCKS or tag in _HEADINGS:
            self._flush()
        self._line = (element.sourceline or 0) + self._first_line
        self._contexts.append(self._enter(tag, element))
        if tag == "br":
            self._runs.append(Run(BREAK))
        elif tag == "img":
            self._reading.warnings.append(Notice(ImportCode.IMAGE_DROPPED, self._line))
            self._add(element.get("alt", ""))
        elif tag == "li":
            self._start_item(element)
        elif tag in ("p", "div") or tag in _HEADINGS:
            self._start_office_item(word_item(element))
        elif tag == "table" and _is_data_table(element):
            self._add_rows(element)
            walker.skip_subtree()
            return
        elif tag == "span" and is_word_label(element):
            self._reading.removed.append("".join(element.itertext()))
            walker.skip_subtree()
            return
        self._add(element.text or "")

    def _end(self, element: html.HtmlElement) -> None:
        tag = str(element.tag)
        if tag in _BLOCKS or tag in _HEADINGS:
            self._flush()
        if tag in ("li", "p") or tag in _HEADINGS:
            self._marker = None
        elif tag in ("ul", "ol"):
            # Words after an inner list belong to the outer item, not to the last inner one.
            self._bullet_is_new = True
        self._contexts.pop()

    def _enter(self, tag: str, element: html.HtmlElement) -> _Context:
        """Return the context inside an element."""
        context = self._context
        if tag in _HEADINGS:
            return replace(context, heading=_HEADINGS[tag])
        if tag in ("ul", "ol"):
            return replace(context, lists=(*context.lists, self._open_list(tag, element)))
        if tag == "a":
            href = checked_href(element.get("href", ""), self._line, self._reading.warnings)
            return replace(context, href=href)
        if tag in ("code", "kbd", "samp", "tt"):
            return replace(context, code=True)
        if tag == "pre":
            return replace(context, pre=True)
        style = element.get("style", "")
        return replace(
            context,
            strong=_is_strong(style, default=context.strong or tag in ("b", "strong")),
            em=_is_slanted(style, default=context.em or tag in ("i", "em")),
        )

    def _open_list(self, tag: str, element: html.HtmlElement) -> _List:
        # An item whose text is an inner list keeps its number.
        if self._marker is not None:
            self._emit(())
        self._lists += 1
        list_id = f"list-{self._lists}"
        start = element.get("start", "1")
        self._counters[list_id] = int(start) - 1 if start.isdecimal() and len(start) < 5 else 0
        style = list_style(element)
        is_ordered = tag == "ol"
        return _List(
            list_id,
            is_ordered,
            STYLES.get(style, NumberStyle.ARABIC_DOT),
            has_markers=is_ordered and style != "none",
        )

    def _start_item(self, element: html.HtmlElement) -> None:
        self._marker = None
        self._bullet_is_new = True
        office = word_item(element) or online_item(element)
        if office is not None:
            self._start_office_item(office)
            return
        lists = self._context.lists
        if not lists or not all(one.is_ordered for one in lists):
            return
        inner = lists[-1]
        value = element.get("value", "")
        self._counters[inner.list_id] += 1
        if value.isdecimal() and len(value) < 5:
            self._counters[inner.list_id] = int(value)
        if inner.has_markers:
            count = self._counters[inner.list_id]
            self._marker = Marker(inner.list_id, 0, count, inner.style)

    def _start_office_item(self, item: Item | None) -> None:
        """Begin an item of a list of a word processor, which no list elements tell of, or only with the wrong depth."""
        if item is None:
            return
        self._marker = item.marker
        bullets = _List(item.list_id, is_ordered=False, style=NumberStyle.ARABIC_DOT, has_markers=False)
        lists = () if item.marker is not None else (bullets,) * item.level
        self._contexts[-1] = replace(self._context, lists=lists)
        self._bullet_is_new = True

    def _add(self, text: str) -> None:
        if not text:
            return
        context = self._context
        run = Run("", href=context.href, strong=context.strong, em=context.em, code=context.code)
        if context.pre:
            for place, line in enumerate(text.split("\n")):
                if place:
                    self._runs.append(Run(BREAK))
                self._runs.append(replace(run, text=line))
            return
        self._runs.append(replace(run, text=join_lines(text)))

    def _add_rows(self, table: html.HtmlElement) -> None:
        self._reading.warnings.append(Notice(ImportCode.TABLE_AS_TEXT, self._line))
        stray = " ".join(" ".join(_texts_between_cells(table)).split())
        if stray:  # browsers show it above the table
            self._reading.append(Paragraph((Run(stray),), self._line))
        for row, cells in groupby(_cells(table), key=_row_of):
            runs: list[Run] = []
            for cell in cells:
                reader = ElementReader(self._first_line)
                reader.read(cell)
                reading = reader.finish()
                self._reading.warnings += reading.warnings
                if runs:
                    runs.append(Run(" | "))
                for place, paragraph in enumerate(reading.paragraphs):
                    runs += [Run(" "), *paragraph.runs] if place else paragraph.runs
            if any(run.text.strip(" |") for run in runs):
                line = (row.sourceline or 0) + self._first_line
                self._reading.append(Paragraph(tuple(runs), line, is_row=True))

    def _flush(self) -> None:
        runs, self._runs = self._runs, []
        if not any(run.text.strip() for run in runs):
            return
        if self._context.heading:
            self._emit(tuple(Run(" ") if run.text == BREAK else run for run in runs))
            return
        for part in split_parts(runs):
            self._emit(part)

    def _emit(self, runs: tuple[Run, ...]) -> None:
        context = self._context
        bullets = next((place for place, one in enumerate(context.lists) if not one.is_ordered), None)
        path = tuple(one.list_id for one in context.lists if one.has_markers) if bullets is None else ()
        if bullets is None or context.heading:
            self._reading.append(Paragraph(runs, self._line, context.heading, marker=self._marker, path=path))
            self._marker = None
        elif self._bullet_is_new or not self._reading.paragraphs:
            level = len(context.lists) - bullets
            outer = tuple(one.list_id for one in context.lists[:bullets])
            ordered = context.lists[-1].is_ordered
            self._reading.append(Paragraph(runs, self._line, bullet=level, ordered=ordered, path=outer))
            self._bullet_is_new = False
        else:
            self._reading.extend_last(runs)


def join_lines(text: str) -> str:
    """Return text without the line ends of its source, which are no space between Chinese characters."""

    def join(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 1) : match.start()]
        after = text[match.end() : match.end() + 1]
        return glue(before, after) if before and after else " "

    return _LINE_END.sub(join, text)


def split_parts(runs: list[Run]) -> list[tuple[Run, ...]]:
    """Split at breaks: at each where lines carry numbers or the first is a heading, else at doubled ones."""
    lines = split_lines(runs)
    if len(lines) == 1:
        return lines
    texts = ["".join(run.text for run in line).strip() for line in lines]
    if any(split_number(text)[0] for text in texts) or _is_lead(lines[0], texts[0]):
        return [line for line, text in zip(lines, texts, strict=True) if text]
    parts: list[list[Run]] = [[]]
    for line, text in zip(lines, texts, strict=True):
        if not text:
            parts.append([])
        else:
            parts[-1] += [Run(BREAK), *line] if parts[-1] else line
    return [tuple(part) for part in parts if part]


def _is_lead(line: tuple[Run, ...], text: str) -> bool:
    return 0 < len(text) <= _WIDEST_LEAD and all(run.strong or not run.text.strip() for run in line)


def _is_data_table(table: html.HtmlElement) -> bool:
    """Return whether a table holds data, not the layout of a page."""
    if next(table.iterdescendants("table", "h1", "h2", "h3", "h4", "h5", "h6", "ol"), None) is not None:
        return False
    return any(len(row.findall("td")) + len(row.findall("th")) > 1 for row in table.iter("tr"))


def _cells(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Return the cells and the caption of a table, but for what stands inside another of them."""
    return (cell for cell in table.iter(*_CELLS) if not _is_in_cell(cell.getparent(), table))


def _row_of(cell: html.HtmlElement) -> html.HtmlElement:
    """Return the row of a cell; a caption, or a cell outside all rows, is a row of its own."""
    nearest = next(cell.iterancestors("tr", "table"))
    return nearest if nearest.tag == "tr" and cell.tag != "caption" else cell


def _texts_between_cells(table: html.HtmlElement) -> Iterator[str]:
    """Return what stands in a table but in none of its cells, where nothing should."""
    for element in table.iter():
        if not _is_in_cell(element, table):
            yield element.text or ""
        if element is not table and not _is_in_cell(element.getparent(), table):
            yield element.tail or ""


def _is_in_cell(element: html.HtmlElement, table: html.HtmlElement) -> bool:
    while element is not table:
        if element.tag in _CELLS:
            return True
        element = element.getparent()
    return False


def _is_strong(style: str, *, default: bool) -> bool:
    found = _WEIGHT.search(style) if style else None
    if found is None:
        return default
    weight = found[1].lower()
    return weight in ("bold", "bolder") or (weight.isdecimal() and len(weight) < 5 and int(weight) >= 600)


def _is_slanted(style: str, *, default: bool) -> bool:
    found = _SLANT.search(style) if style else None
    return default if found is None else found[1].lower() in ("italic", "oblique")
