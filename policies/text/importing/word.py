"""Word files (.docx, ISO/IEC 29500)."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from policies.text.body import BREAK, Run
from policies.text.importing.elements import split_parts
from policies.text.importing.notices import ImportCode, Notice
from policies.text.importing.paragraphs import Paragraph, Reading, checked_href
from policies.text.importing.word_archive import W, WordArchive, open_archive
from policies.text.importing.word_numbering import (
    Label,
    Numbering,
    ParagraphStyle,
    heading_of,
    read_styles,
    value_of,
    whole,
)

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NOTES = {f"{W}footnoteReference": "word/footnotes.xml", f"{W}endnoteReference": "word/endnotes.xml"}
_TRACKED = (f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo")
# Not text: properties, deleted text, codes of fields, and the second copy of what `mc:Choice` holds.
_SKIPPED = frozenset(
    {
        f"{W}{name}"
        for name in ("pPr", "rPr", "del", "moveFrom", "instrText", "delText", "sectPr", "tblPr", "tcPr", "trPr", "rt")
    }
    | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_TEXT = (f"{W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")
_WRITTEN = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}noBreakHyphen": "-",
    f"{W}br": BREAK,
    f"{W}cr": BREAK,
}
_OFF = ("0", "false", "off", "none")


def read_word(data: bytes) -> Reading:
    """Read a Word file into paragraphs. Lines in the warnings are paragraphs, counted from one.

    Raises:
        ImportRefused: BINARY, MACROS, ENCRYPTED, ARCHIVE_TOO_LARGE, TOO_COMPLEX, DAMAGED.
    """
    with open_archive(data) as archive:
        return _WordReader(archive).read(archive.document())


class _WordReader:
    def __init__(self, archive: WordArchive) -> None:
        self._reading = Reading([])
        self._links = archive.links()
        self._styles = read_styles(archive.part("word/styles.xml"))
        self._numbering = Numbering(archive.part("word/numbering.xml"))
        self._notes = {tag: archive.part(name) for tag, name in _NOTES.items()}
        # What stands inside a paragraph but is read after it: notes and text boxes.
        self._later: list[etree._Element] = []
        self._line = 0

    def read(self, body: etree._Element) -> Reading:
        if next(body.iter(*_TRACKED), None) is not None:
            self._reading.warnings.append(Notice(ImportCode.TRACKED_CHANGES))
        self._read_blocks(body)
        return self._reading

    def _read_blocks(self, parent: etree._Element) -> None:
        for block in _blocks(parent):
            if block.tag == f"{W}tbl":
                self._read_table(block)
            else:
                self._read_paragraph(block)
            later, self._later = self._later, []
            for container in later:
                self._read_blocks(container)

    def _read_paragraph(self, element: etree._Element) -> None:
        self._line += 1
        properties = element.find(f"{W}pPr")
        style_id = value_of(properties, "pStyle")
        style = self._styles.get(style_id, ParagraphStyle())
        runs = list(self._runs(element, Run("")))
        name = style.name.lower()
        if name.startswith("toc "):
            self._reading.removed.append("".join(run.text for run in runs))
            return
        paragraph = Paragraph((), self._line, heading_of(properties) or style.heading, is_title=name == "title")
        if not any(run.text.strip() for run in runs):
            return
        label = self._label(properties, style_id, style)
        parts = [tuple(runs)] if paragraph.heading else split_parts(runs)
        for place, part in enumerate(parts):
            if place == 0 and label is not None:
                first = replace(paragraph, runs=part, marker=label.marker, bullet=label.bullet)
                self._reading.paragraphs.append(replace(first, bullet=0) if first.heading else first)
            else:
                self._reading.paragraphs.append(replace(paragraph, runs=part))

    def _label(self, properties: etree._Element | None, style_id: str, style: ParagraphStyle) -> Label | None:
        own = value_of(properties, "numPr/numId")
        num_id = own or style.num_id
        # Zero takes away the number that the style gives.
        if not num_id or num_id == "0":
            return None
        written = value_of(properties, "numPr/ilvl")
        if written:
            level = whole(written)
        elif style.level is not None:
            level = style.level
        else:
            level = self._numbering.level_of_style(num_id, style_id)
        return self._numbering.next_label(num_id, level)

    def _runs(self, element: etree._Element, look: Run) -> Iterator[Run]:
        for child in element.iterchildren(tag=etree.Element):
            tag = child.tag
            if tag in _TEXT:
                yield replace(look, text=(child.text or "").replace(BREAK, " "))
            elif tag in _WRITTEN:
                yield Run(BREAK) if _WRITTEN[tag] == BREAK else replace(look, text=_WRITTEN[tag])
            elif tag in _NOTES:
                self._find_note(child)
            elif tag == f"{W}txbxContent":
                self._later.append(child)
            elif tag not in _SKIPPED:
                yield from self._runs(child, self._look(child, look))

    def _look(self, element: etree._Element, look: Run) -> Run:
        if element.tag == f"{W}hyperlink":
            address = self._links.get(element.get(_RELATION, ""), "")
            return replace(look, href=checked_href(address, self._line, self._reading.warnings))
        if element.tag == f"{W}r":
            properties = element.find(f"{W}rPr")
            return replace(look, strong=_is_on(properties, "b"), em=_is_on(properties, "i"))
        if element.tag in (f"{W}drawing", f"{W}pict") and next(element.iter(f"{W}txbxContent"), None) is None:
            self._reading.warnings.append(Notice(ImportCode.IMAGE_DROPPED, self._line))
        return look

    def _find_note(self, reference: etree._Element) -> None:
        notes = self._notes[str(reference.tag)]
        note_id = reference.get(f"{W}id")
        for note in notes if notes is not None else ():
            if note.get(f"{W}id") == note_id:
                self._later.append(note)
                self._reading.warnings.append(Notice(ImportCode.NOTES_MOVED, self._line))
                return

    def _read_table(self, table: etree._Element) -> None:
        rows = [list(_children(row, f"{W}tc")) for row in _children(table, f"{W}tr")]
        if all(len(row) < 2 for row in rows):
            # A frame around text.
            for row in rows:
                for cell in row:
                    self._read_blocks(cell)
            return
        self._reading.warnings.append(Notice(ImportCode.TABLE_AS_TEXT, self._line + 1))
        for row in rows:
            self._line += 1
            runs: list[Run] = []
            for place, cell in enumerate(row):
                runs += [Run(" | ")] if place else []
                runs += self._cell_runs(cell)
            if any(run.text.strip(" |") for run in runs):
                self._reading.paragraphs.append(Paragraph(tuple(runs), self._line, is_row=True))

    def _cell_runs(self, cell: etree._Element) -> Iterator[Run]:
        for block in _blocks(cell):
            if block.tag == f"{W}tbl":
                for row in _children(block, f"{W}tr"):
                    for inner in _children(row, f"{W}tc"):
                        yield from self._cell_runs(inner)
                continue
            properties = block.find(f"{W}pPr")
            style_id = value_of(properties, "pStyle")
            label = self._label(properties, style_id, self._styles.get(style_id, ParagraphStyle()))
            if label is not None and label.marker is not None:
                yield Run(f"{label.text} ")
            yield from (Run(" ") if run.text == BREAK else run for run in self._runs(block, Run("")))
            yield Run(" ")


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs and tables of a container, looking into content controls and the like."""
    return _children(parent, f"{W}p", f"{W}tbl")


def _children(parent: etree._Element, *tags: str) -> Iterator[etree._Element]:
    for child in parent.iterchildren(tag=etree.Element):
        if child.tag in tags:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _children(child, *tags)


def _is_on(properties: etree._Element | None, name: str) -> bool:
    found = None if properties is None else properties.find(f"{W}{name}")
    return found is not None and found.get(f"{W}val", "1") not in _OFF
