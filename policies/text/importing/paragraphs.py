"""What every format is read into: paragraphs with the structure that their format gave them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from policies.text.body import BREAK, Run
from policies.text.importing.notices import ImportCode, Notice
from policies.text.languages import has_han
from policies.text.numbering import NumberStyle
from policies.text.sanitize import safe_href


@dataclass(frozen=True, slots=True)
class Marker:
    """A number that the format itself gives to a paragraph; it does not stand in the paragraph's text.

    Attributes:
        list_id: Which list it counts in.
        level: How deep in that list, from zero.
        value: Its number.
        style: How the format writes it.
    """

    list_id: str
    level: int
    value: int
    style: NumberStyle = NumberStyle.ARABIC_DOT


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, heading, list item or table row.

    Attributes:
        runs: Its text.
        line: Where it starts in the file.
        heading: Level of a heading of the format, from one; 0 for none.
        is_title: The format says that this is the title.
        marker: The number that the format gives it.
        bullet: Depth in bulleted lists, from one; 0 for none.
        ordered: With `bullet`: the item belongs to a numbered list inside a body.
        is_row: It is a row of a table, whatever it starts with.
        path: Ids of the numbered lists around it, outermost first, where the format nests lists.
    """

    runs: tuple[Run, ...]
    line: int
    heading: int = 0
    is_title: bool = False
    marker: Marker | None = None
    bullet: int = 0
    ordered: bool = False
    is_row: bool = False
    path: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class Reading:
    """What a reader of one format returns.

    Attributes:
        paragraphs: In reading order.
        warnings: What to tell the editor.
        removed: Text of the source that is not in the paragraphs, piece by piece.
        title: A title from outside the text, such as a page's `<title>`.
    """

    paragraphs: list[Paragraph]
    warnings: list[Notice] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    title: str = ""
    _tail: list[Run] = field(default_factory=list)

    def append(self, paragraph: Paragraph) -> None:
        """Add a paragraph."""
        self.close()
        self.paragraphs.append(paragraph)

    def extend_last(self, runs: Sequence[Run]) -> None:
        """Add a line to the last paragraph; `close` writes it."""
        if not self._tail:
            self._tail = list(self.paragraphs[-1].runs)
        self._tail += [Run(BREAK), *runs]

    def close(self) -> None:
        """Write the lines added to the last paragraph."""
        if self._tail:
            self.paragraphs[-1] = replace(self.paragraphs[-1], runs=tuple(self._tail))
            self._tail = []


def checked_href(address: str, line: int, warnings: list[Notice]) -> str:
    """Return the address if a clause may link to it, else the empty string and a warning."""
    href = safe_href(address)
    if address and not href:
        warnings.append(Notice(ImportCode.LINK_DROPPED, line, {"href": address[:200]}))
    return href


def drop_prefix(runs: Sequence[Run], length: int) -> tuple[Run, ...]:
    """Return the runs without their first `length` characters."""
    kept: list[Run] = []
    rest = length
    for run in runs:
        if rest >= len(run.text):
            rest -= len(run.text)
            continue
        kept.append(replace(run, text=run.text[rest:]) if rest else run)
        rest = 0
    return tuple(kept)


def cut_runs(runs: Sequence[Run], place: int) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Return the runs before and after a place in their text."""
    before: list[Run] = []
    rest = place
    for run in runs:
        if rest <= 0:
            break
        before.append(replace(run, text=run.text[:rest]) if rest < len(run.text) else run)
        rest -= len(run.text)
    return tuple(before), drop_prefix(runs, place)


def split_lines(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """Return the runs of each line; breaks fall away."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.text == BREAK:
            lines.append([])
        else:
            lines[-1].append(run)
    return [tuple(line) for line in lines]


def glue(before: str, after: str) -> str:
    """Return what joins two lines of one paragraph: a space, or nothing beside Chinese and after a hyphen."""
    if not before or not after or _is_wide(before[-1]) or _is_wide(after[0]):
        return ""
    if before[-1] == "-" and before[-2:-1].isalpha() and after[0].islower():
        return ""
    return " "


def _is_wide(character: str) -> bool:
    return has_han(character) or "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef"
