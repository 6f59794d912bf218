"""What the spans of a body mean: each piece of text with its place in the old and the new body."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policies.text.compare.changes import Kind, Op, Span
from policies.text.compare.tokens import (
    BLOCK_TAGS,
    MARK_TAGS,
    read_href,
    read_tag,
    split_tags,
)

# A block element and which one it is: an element in both bodies has the same number in both.
Element = tuple[str, int]
LINE_BREAK = "\n"
_LISTS = ("ul", "ol")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in one of the two bodies a piece stands.

    Attributes:
        block: Counts the stretches between block tags.
        path: The block elements around it, outermost first.
        marks: `strong`, `em` and `code`, in the order of nesting.
        href: The address it links to, or "".
    """

    block: int
    path: tuple[Element, ...]
    marks: tuple[str, ...]
    href: str

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag, _ in self.path)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with one fate and one set of marks, decoded. `LINE_BREAK` alone is a line break.

    `old` is None for inserted text, `new` for deleted text.
    """

    op: Op
    text: str
    old: Place | None
    new: Place | None

    @property
    def place(self) -> Place:
        """Its place in the new body, or in the old one if it was deleted."""
        place = self.new or self.old
        if place is None:
            msg = "A piece stands in at least one of the bodies"
            raise ValueError(msg)
        return place


def read_pieces(spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Return the text of a body's spans with its places, in the order of the spans."""
    reader = _Reader()
    return tuple(piece for span in spans for piece in reader.read(span))


def body_kinds(spans: Sequence[Span]) -> set[Kind]:
    """Return how a body changed: at least one of reworded, link changed and reformatted."""
    kinds: set[Kind] = set()
    kept: list[tuple[Place, Place]] = []
    for piece in read_pieces(spans):
        if piece.old is not None and piece.new is not None:
            kept.append((piece.old, piece.new))
        else:
            kinds.add(Kind.REFORMATTED if piece.text == LINE_BREAK else Kind.REWORDED)
    if any(old.href != new.href for old, new in kept):
        kinds.add(Kind.LINK_CHANGED)
    if is_reformatted(kept) or not kinds:
        kinds.add(Kind.REFORMATTED)
    return kinds


def is_reformatted(kept: Sequence[tuple[Place, Place]]) -> bool:
    """Return whether kept text has other marks, stands in other elements, or in other paragraphs."""
    if any(old.marks != new.marks or old.tags != new.tags for old, new in kept):
        return True
    pairs = {(old.block, new.block) for old, new in kept}
    return len(pairs) != len({old for old, _ in pairs}) or len(pairs) != len({new for _, new in pairs})


@dataclass(slots=True)
class _Side:
    """The elements open in one body at one point."""

    stack: list[tuple[str, int, str]] = field(default_factory=list)
    block: int = 0
    _place: Place | None = None

    def open(self, name: str, number: int, href: str) -> None:
        self.stack.append((name, number, href))
        self._turn(name)

    def close(self, name: str) -> None:
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == name:
                del self.stack[index:]
                break
        self._turn(name)

    def place(self) -> Place:
        if self._place is None:
            self._place = Place(
                self.block,
                tuple((name, number) for name, number, _ in self.stack if name in BLOCK_TAGS),
                tuple(name for name, _, _ in self.stack if name in MARK_TAGS),
                next((href for name, _, href in reversed(self.stack) if name == "a"), ""),
            )
        return self._place

    def _turn(self, name: str) -> None:
        self._place = None
        if name in BLOCK_TAGS:
            self.block += 1


class _Reader:
    """Follows both bodies through the spans."""

    def __init__(self) -> None:
        self._old = _Side()
        self._new = _Side()
        self._elements = 0

    def read(self, span: Span) -> Iterator[Piece]:
        for index, part in enumerate(split_tags(span.text)):
            if not part:
                continue
            if index % 2 == 0:
                yield from self._text(span.op, part)
                continue
            name, closes = read_tag(part)
            if name == "br":
                yield self._piece(span.op, LINE_BREAK)
            else:
                self._turn(span.op, part, name, closes=closes)

    def _text(self, op: Op, source: str) -> Iterator[Piece]:
        # A line feed in the source is a space to readers.
        piece = self._piece(op, html.unescape(source).replace(LINE_BREAK, " "))
        path = piece.place.path
        # White space between blocks is nobody's text.
        if piece.text.strip() or (path and path[-1][0] not in _LISTS):
            yield piece

    def _piece(self, op: Op, text: str) -> Piece:
        return Piece(
            op,
            text,
            None if op is Op.INSERT else self._old.place(),
            None if op is Op.DELETE else self._new.place(),
        )

    def _turn(self, op: Op, token: str, name: str, *, closes: bool) -> None:
        self._elements += 1
        for side, absent in ((self._old, Op.INSERT), (self._new, Op.DELETE)):
            if op is absent:
                continue
            if closes:
                side.close(name)
            else:
                side.open(name, self._elements, read_href(token) if name == "a" else "")
