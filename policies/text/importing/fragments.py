"""A piece of a text, put between the clauses of a policy: what an editor pastes from another program."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from policies.text.body import BlockKind, parse_body, render_body
from policies.text.clauses import MAX_DEPTH, Clause, new_key
from policies.text.importing.documents import MAX_PARAGRAPHS, keep_short_lists, tidy
from policies.text.importing.levels import Ancestor
from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.importing.paragraphs import Marker, Paragraph
from policies.text.importing.plaintext import read_plain_text
from policies.text.importing.splitting import split_run_together
from policies.text.importing.tree import Start, build_tree, typed_number
from policies.text.importing.webpage import read_clipboard
from policies.text.numbering import NumberStyle, house_depth, house_style

MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a fragment goes.

    Attributes:
        beside: The depth of the clause that it is put after.
        shallowest: The least depth at which it takes no clause after it under its own.
        deepest: The greatest depth that its first clause may have there.
    """

    beside: int = 1
    shallowest: int = 1
    deepest: int = MAX_DEPTH


@dataclass(frozen=True, slots=True)
class Fragment:
    """Clauses read from the clipboard, at the depths that they take in the policy.

    Attributes:
        clauses: In reading order, with fresh keys.
        begins_with_text: The first of them is text without a number or a heading: it may belong to the clause before it.
        warnings: What an editor should look at.
        removed: Every piece of the visible source text that is not in the clauses.
    """

    clauses: tuple[Clause, ...]
    begins_with_text: bool
    warnings: tuple[Notice, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether the fragment has no structure that would make clauses of it."""
        return self.begins_with_text and len(self.clauses) == 1


def import_fragment(
    *,
    markup: str,
    text: str,
    language: str,
    surroundings: Surroundings,
    make_key: Callable[[], str] = new_key,
) -> Fragment:
    """Read what is on the clipboard: its mark-up where it has any, else its words.

    No title is taken from it, nothing is left out as navigation, and its numbers need not begin with one. The first number
    tells how deep it goes where the policy itself writes numbers so and the surroundings allow it.

    Raises:
        ImportRefused: TOO_LARGE, EMPTY, TOO_COMPLEX, TOO_MANY_CLAUSES.
    """
    if len(markup) + len(text) > MAX_CHARACTERS:
        raise ImportRefused(ImportCode.TOO_LARGE, size=str(len(markup) + len(text)), limit=str(MAX_CHARACTERS))
    reading = read_clipboard(markup) if markup.strip() else read_plain_text(text)
    if len(reading.paragraphs) > MAX_PARAGRAPHS:
        raise ImportRefused(ImportCode.TOO_COMPLEX, limit=str(MAX_PARAGRAPHS))
    paragraphs = [paragraph for paragraph in map(tidy, reading.paragraphs) if paragraph is not None]
    if not paragraphs:
        raise ImportRefused(ImportCode.EMPTY)
    split, warnings = split_run_together(paragraphs)
    split = keep_short_lists(split)
    tree = build_tree(split, make_key, _Shape(split, language).start(surroundings))
    first = tree.clauses[0]
    return Fragment(
        tree.clauses,
        not first.numbered and not first.heading,
        tuple(replace(notice, line=None) for notice in (*reading.warnings, *warnings, *tree.warnings)),
        (*reading.removed, *tree.removed),
    )


def one_clause_each(fragment: Fragment) -> tuple[Clause, ...]:
    """Return the paragraphs and list items of a fragment without structure as clauses of their own, numbered."""
    return tuple(
        Clause(new_key(), clause.depth, body=render_body([replace(block, kind=BlockKind.PARAGRAPH, level=0)]))
        for clause in fragment.clauses
        for block in parse_body(clause.body)
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A number as the format or its author wrote it."""

    style: NumberStyle
    value: int
    level: int = 0
    list_id: str = ""
    is_weak: bool = False


class _Shape:
    """What the numbers of a fragment say of its place in a text."""

    def __init__(self, paragraphs: Sequence[Paragraph], language: str) -> None:
        self._language = language
        self._places = [place for place in map(_place_of, paragraphs) if place is not None]
        head = paragraphs[0]
        is_numbered = _place_of(head) is not None
        if head.heading and not is_numbered:
            # The numbers say how deep the clauses under the heading are, not how deep it is itself.
            self._places = []
        self._introduction = "" if is_numbered else head.text.rstrip()

    def start(self, surroundings: Surroundings) -> Start:
        """Return where the fragment begins."""
        after = {}
        if self._places and not self._places[0].list_id and self._goes_on(self._places[0]):
            after = {self._places[0].style: self._places[0].value - 1}
        return Start(self._first_depth(surroundings), surroundings.beside, tuple(self._ancestors()), after)

    def _goes_on(self, first: _Place) -> bool:
        """Return whether the first number is one although it is not a one: it is believable alone, or the next follows."""
        return not first.is_weak or any(
            place.style is first.style and place.value == first.value + 1 for place in self._places
        )

    def _first_depth(self, surroundings: Surroundings) -> int:
        beside = surroundings.beside
        # "We collect:" stands above what it introduces.
        if self._introduction.endswith((":", "：")):
            beside = max(beside, min(beside + 1, surroundings.deepest))
        if not self._places:
            return beside
        first = self._places[0]
        hint = house_depth(first.style, self._language)
        if surroundings.shallowest <= hint <= surroundings.deepest:
            return hint
        if first.level:
            return max(beside, min(first.level + 1, surroundings.deepest))
        return beside

    def _ancestors(self) -> list[Ancestor]:
        """Return the lists that the first number stands in, where a later number goes on with one of them."""
        if not self._places:
            return []
        first, *later = self._places
        if first.list_id:
            levels = range(first.level)
            peers = [place for place in later if place.list_id == first.list_id]
            found = [next((one for one in peers if one.level == level), None) for level in levels]
            return _opened(found, [Ancestor(first.style, 0, first.list_id, level) for level in levels])
        depth = house_depth(first.style, self._language)
        styles = [house_style(above, self._language) for above in range(1, depth)]
        found = [next((one for one in later if one.style is style), None) for style in styles]
        return _opened(found, [Ancestor(style, 0) for style in styles])


def _opened(found: Sequence[_Place | None], ancestors: Sequence[Ancestor]) -> list[Ancestor]:
    """Return the ancestors from the outermost that a later number goes on with, each ready for that number."""
    opened = [
        ancestor if place is None else replace(ancestor, style=place.style, value=place.value - 1)
        for place, ancestor in zip(found, ancestors, strict=True)
    ]
    return opened[next((index for index, place in enumerate(found) if place is not None), len(opened)) :]


def _place_of(paragraph: Paragraph) -> _Place | None:
    marker: Marker | None = paragraph.marker
    if marker is not None:
        return _Place(marker.style, marker.value, marker.level, marker.list_id)
    number = typed_number(paragraph)
    return None if number is None else _Place(number.style, number.value, is_weak=number.is_weak)
