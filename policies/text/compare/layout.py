"""Put the pieces of a body back into paragraphs and lists, for one of three views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from policies.text.compare.changes import Op
from policies.text.compare.pieces import Element, Piece, Place, is_reformatted


class View(Enum):
    """What a reader looks at."""

    INLINE = auto()
    OLD = auto()
    NEW = auto()

    def shows(self, op: Op) -> bool:
        return self is View.INLINE or op is not (Op.INSERT if self is View.OLD else Op.DELETE)


@dataclass(slots=True)
class DisplayBlock:
    """A paragraph or list item to be written, with the list elements around it."""

    path: tuple[Element, ...]
    pieces: list[Piece] = field(default_factory=list)
    reformatted: bool = False


def lay_out(pieces: Sequence[Piece], view: View) -> list[DisplayBlock]:
    """Return the blocks of a view in order.

    The inline view has the blocks of the new body. A block of the old one of which nothing is left
    stands between them as a block of its own; other deleted text stands in the block that holds the
    rest of its old block.
    """
    shown = [piece for piece in pieces if view.shows(piece.op)]
    blocks = _group_old(shown) if view is View.OLD else _group_new(shown)
    split = _split_blocks(shown)
    for block in blocks:
        kept = _kept(block.pieces)
        block.reformatted = is_reformatted(kept) or any(old.block in split for old, _ in kept)
    return blocks


def place_in(piece: Piece, view: View) -> Place:
    """Return the place of a piece that decides how a view shows it."""
    if view is View.OLD and piece.old is not None:
        return piece.old
    return piece.place


def _group_old(pieces: Sequence[Piece]) -> list[DisplayBlock]:
    blocks: dict[int, DisplayBlock] = {}
    for piece in pieces:
        place = place_in(piece, View.OLD)
        blocks.setdefault(place.block, DisplayBlock(place.path)).pieces.append(piece)
    return list(blocks.values())


def _group_new(pieces: Sequence[Piece]) -> list[DisplayBlock]:
    homes = _homes(pieces)
    # A new block sorts by its number, a block that is gone after the new block last begun.
    blocks: dict[tuple[int, int], DisplayBlock] = {}
    begun = 0
    for index, piece in enumerate(pieces):
        home = piece.new or homes.get(index)
        if home is not None:
            begun = max(begun, home.block)
            order = (home.block, 0)
            path = home.path
        else:
            order = (begun, 1 + piece.place.block)
            path = piece.place.path
        blocks.setdefault(order, DisplayBlock(path)).pieces.append(piece)
    return [block for _, block in sorted(blocks.items(), key=lambda item: item[0])]


def _homes(pieces: Sequence[Piece]) -> dict[int, Place]:
    """Return where deleted pieces go, by index: beside what is left of their old block."""
    homes: dict[int, Place] = {}
    # What precedes a piece is the better neighbour, so the pass from the front comes last.
    for indexes in (range(len(pieces) - 1, -1, -1), range(len(pieces))):
        last: dict[int, Place] = {}
        for index in indexes:
            piece = pieces[index]
            if piece.old is None:
                continue
            if piece.new is not None:
                last[piece.old.block] = piece.new
            elif piece.old.block in last:
                homes[index] = last[piece.old.block]
    return homes


def _split_blocks(pieces: Sequence[Piece]) -> set[int]:
    """Return the old blocks whose text now stands in several."""
    homes: dict[int, int] = {}
    split: set[int] = set()
    for old, new in _kept(pieces):
        if homes.setdefault(old.block, new.block) != new.block:
            split.add(old.block)
    return split


def _kept(pieces: Sequence[Piece]) -> list[tuple[Place, Place]]:
    return [(piece.old, piece.new) for piece in pieces if piece.old is not None and piece.new is not None]
