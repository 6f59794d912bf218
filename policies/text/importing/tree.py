"""From paragraphs to clauses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from policies.text.body import Block, BlockKind, Run, canonical_blocks, render_body
from policies.text.clauses import MAX_DEPTH, Clause
from policies.text.importing.levels import Ancestor, Doubt, Levels, Place
from policies.text.importing.notices import ImportCode, ImportRefused, Notice
from policies.text.importing.paragraphs import Paragraph, drop_prefix
from policies.text.importing.plaintext import display_width, ends_sentence
from policies.text.numbering import Number, NumberStyle, split_number
from policies.text.sanitize import sanitize_body, sanitize_line

MAX_CLAUSES = 2_000
_WIDEST_HEADING = 80
_WIDEST_FORMAT_HEADING = 400
_SAMPLE = 60
_PLAIN = (NumberStyle.ARABIC_DOT, NumberStyle.DECIMAL, NumberStyle.UPPER_DOT, NumberStyle.LOWER_DOT)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a text begins; the whole of a policy begins at the first level.

    Attributes:
        depth: Of the first number or heading.
        text_depth: Of text that stands before it.
        ancestors: The lists that the first number stands in.
        after: The last numbers before the text, by style.
    """

    depth: int = 1
    text_depth: int = 1
    ancestors: tuple[Ancestor, ...] = ()
    after: Mapping[NumberStyle, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """A clause in the making. `words` stands for a heading or a first paragraph until the whole list is known."""

    depth: int
    numbered: bool
    words: tuple[Run, ...]
    is_heading: bool | None
    line: int = 0
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """Clauses built from paragraphs, with what was said and taken out on the way."""

    clauses: tuple[Clause, ...]
    warnings: tuple[Notice, ...]
    removed: tuple[str, ...]


def build_tree(paragraphs: list[Paragraph], new_key: Callable[[], str], start: Start | None = None) -> Tree:
    """Build the clauses of a text from its paragraphs, the title already taken out.

    Raises:
        ImportRefused: TOO_MANY_CLAUSES.
    """
    builder = _Builder(paragraphs, start or Start())
    drafts = builder.build()
    _settle_headings(drafts)
    if not builder.has_numbers:
        for draft in drafts:
            # Where no clause carries a number, the headings are the clauses.
            draft.numbered = draft.numbered or draft.is_heading is True
    clauses = tuple(_finish(draft, new_key()) for draft in drafts)
    links = [
        Notice(ImportCode.LINK_DROPPED, draft.line, {"href": run.href})
        for draft, clause in zip(drafts, clauses, strict=True)
        for run in draft.words
        if clause.heading and run.href
    ]
    return Tree(clauses, (*builder.warnings, *links), tuple(builder.removed))


def is_short(text: str) -> bool:
    """Return whether a line may be a heading: short, and not ending like a sentence."""
    return 0 < display_width(text[: _WIDEST_HEADING + 1]) <= _WIDEST_HEADING and not ends_sentence(text)


class _Builder:
    def __init__(self, paragraphs: list[Paragraph], start: Start) -> None:
        self.warnings: list[Notice] = []
        self.removed: list[str] = []
        self.has_numbers = False
        self._paragraphs = paragraphs
        self._start = start
        self._numbers = [typed_number(paragraph) for paragraph in paragraphs]
        self._next_numbers = _next_numbers(self._numbers)
        self._levels = Levels(start.ancestors, start.after)
        self._drafts: list[_Draft] = []
        self._has_format_headings = any(paragraph.heading for paragraph in paragraphs)
        self._has_sections = self._count_sections() > 1

    def build(self) -> list[_Draft]:
        for place, paragraph in enumerate(self._paragraphs):
            self._add(place, paragraph)
        return self._drafts

    def _add(self, place: int, paragraph: Paragraph) -> None:
        number = self._numbers[place]
        if paragraph.heading:
            self._add_heading(paragraph, number)
        elif paragraph.marker is not None:
            self._add_marked(paragraph, number)
        elif number is not None:
            self._add_numbered(paragraph, number)
        elif self._is_heading(place):
            self._add_inferred(place, paragraph)
        else:
            self._add_text(paragraph)

    def _add_heading(self, paragraph: Paragraph, number: Number | None) -> None:
        place = self._levels.place_heading(paragraph.heading, paragraph.marker, number)
        numbered = number is not None or paragraph.marker is not None
        self._open(paragraph, number, place, numbered=numbered, is_heading=True)

    def _add_marked(self, paragraph: Paragraph, number: Number | None) -> None:
        marker = paragraph.marker
        if marker is None:  # pragma: no cover (the caller looked)
            return
        place = self._levels.place_marker(marker, paragraph.path)
        self._open(paragraph, number, place, numbered=True, is_heading=None)

    def _add_numbered(self, paragraph: Paragraph, number: Number) -> None:
        place = self._levels.place_number(number)
        if place is None:
            self._warn(ImportCode.NUMBER_LEFT, paragraph, number)
            self._add_text(paragraph)
        else:
            self._open(paragraph, number, place, numbered=True, is_heading=None)

    def _add_inferred(self, index: int, paragraph: Paragraph) -> None:
        following = self._next_numbers[index]
        if following is not None and self._levels.follows(following):
            place = self._levels.place_aside()
        elif self._has_sections or (following is not None and self._levels.has_style(following)):
            place = self._levels.place_section()
        else:
            self._levels.close_lists()
            place = self._levels.place_aside()
        self._open(paragraph, None, place, numbered=False, is_heading=True)

    def _add_text(self, paragraph: Paragraph) -> None:
        if not self._drafts:
            self._drafts.append(_Draft(self._start.text_depth, numbered=False, words=(), is_heading=False))
        self._drafts[-1].blocks.append(_block(paragraph))

    def _open(
        self, paragraph: Paragraph, number: Number | None, place: Place, *, numbered: bool, is_heading: bool | None
    ) -> None:
        # Lists of the format inside a clause do not make its heading an introduction.
        is_list_item = number is None and is_heading is None and place.depth > 1
        self.has_numbers = self.has_numbers or (numbered and not is_list_item)
        depth = max(1, place.depth - len(self._start.ancestors) - 1 + self._start.depth)
        if depth > MAX_DEPTH and self._drafts:
            self._warn(ImportCode.LEVEL_TOO_DEEP, paragraph, None)
            kept = replace(paragraph, bullet=1, ordered=True) if paragraph.marker else paragraph
            self._add_text(kept)
            return
        if place.doubt is Doubt.OUT_OF_ORDER:
            self._warn(ImportCode.NUMBER_OUT_OF_ORDER, paragraph, number)
        elif place.doubt is Doubt.RESTARTED:
            self._warn(ImportCode.LEVEL_UNCLEAR, paragraph, number)
        runs = paragraph.runs
        if number is not None:
            self.removed.append(number.text)
            runs = drop_prefix(runs, len(paragraph.text) - len(split_number(paragraph.text)[1]))
        self._drafts.append(_Draft(min(depth, MAX_DEPTH), numbered, runs, is_heading, paragraph.line))
        if len(self._drafts) > MAX_CLAUSES:
            raise ImportRefused(ImportCode.TOO_MANY_CLAUSES, paragraph.line, limit=str(MAX_CLAUSES))

    def _is_heading(self, index: int) -> bool:
        """Return whether an unnumbered paragraph heads what follows it."""
        paragraph = self._paragraphs[index]
        if paragraph.bullet or paragraph.is_row or paragraph.path or not is_short(paragraph.text):
            return False
        if self._has_format_headings and not _is_strong(paragraph):
            return False
        return self._follows_text(index) and self._heads(index)

    def _follows_text(self, index: int) -> bool:
        """Return whether the paragraph before is complete, so that this is not one line of an address or a list."""
        if index == 0:
            return True
        before = self._paragraphs[index - 1]
        text = before.text.rstrip()
        return bool(before.heading) or (ends_sentence(text) and not text.endswith((":", "：")))

    def _heads(self, index: int) -> bool:
        if index + 1 >= len(self._paragraphs):
            return False
        following, number = self._paragraphs[index + 1], self._numbers[index + 1]
        if number is not None or following.marker is not None:
            value = following.marker.value if following.marker else number.value if number else 0
            return value == 1
        return not following.heading and not following.bullet and not is_short(following.text)

    def _count_sections(self) -> int:
        """Count the unnumbered headings under each of which the outermost numbers start again."""
        outer = next((number for number in self._numbers if number), None)
        if outer is None:
            return 0
        sections = 0
        pending = False
        for index, number in enumerate(self._numbers):
            if number is None:
                pending = pending or self._is_heading(index)
            elif pending:
                sections += number.value == 1 and number.style is outer.style
                pending = False
        return sections

    def _warn(self, code: ImportCode, paragraph: Paragraph, number: Number | None) -> None:
        params = {"text": _sample(paragraph.text)}
        if number is not None:
            params = {"number": number.text, "text": _sample(split_number(paragraph.text)[1])}
        self.warnings.append(Notice(code, paragraph.line, params))


def typed_number(paragraph: Paragraph) -> Number | None:
    """Return the number that stands in the paragraph's text, if it is one and not part of the words."""
    if paragraph.is_row:
        return None
    number, _ = split_number(paragraph.text)
    marker = paragraph.marker
    # "2. 5. May": where the format counts already, a plain number in the text is one only if it repeats that count.
    if number is not None and marker is not None and number.style in _PLAIN and number.value != marker.value:
        return None
    return number


def _next_numbers(numbers: list[Number | None]) -> list[Number | None]:
    """Return for each paragraph the first number after it."""
    following: list[Number | None] = []
    nearest: Number | None = None
    for number in reversed(numbers):
        following.append(nearest)
        nearest = number or nearest
    following.reverse()
    return following


def _is_strong(paragraph: Paragraph) -> bool:
    return all(run.strong or not run.text.strip() for run in paragraph.runs)


def _block(paragraph: Paragraph) -> Block:
    if not paragraph.bullet:
        return Block(BlockKind.PARAGRAPH, paragraph.runs)
    kind = BlockKind.ORDERED if paragraph.ordered else BlockKind.BULLET
    return Block(kind, paragraph.runs, min(paragraph.bullet, 2))


def _settle_headings(drafts: list[_Draft]) -> None:
    """Decide for each numbered line whether it is a heading.

    A short line is one if text or a deeper clause follows; and, where most of its list are headings, if nothing does.
    """
    for draft, following in _pairs(drafts):
        if draft.is_heading is not None:
            continue
        text = "".join(run.text for run in draft.words).strip()
        if not is_short(text):
            draft.is_heading = False
        elif (draft.blocks and draft.blocks[0].level == 0) or (following and following.depth > draft.depth):
            draft.is_heading = True
    for siblings in _sibling_groups(drafts):
        undecided = [draft for draft in siblings if draft.is_heading is None]
        headings = sum(1 for draft in siblings if draft.is_heading)
        for draft in undecided:
            draft.is_heading = headings * 2 > len(siblings) - len(undecided)


def _pairs(drafts: list[_Draft]) -> Iterator[tuple[_Draft, _Draft | None]]:
    return zip(drafts, [*drafts[1:], None], strict=True)


def _sibling_groups(drafts: list[_Draft]) -> list[list[_Draft]]:
    groups: list[list[_Draft]] = []
    open_groups: dict[int, list[_Draft]] = {}
    for draft in drafts:
        for depth in [depth for depth in open_groups if depth > draft.depth]:
            del open_groups[depth]
        if draft.depth not in open_groups:
            open_groups[draft.depth] = []
            groups.append(open_groups[draft.depth])
        open_groups[draft.depth].append(draft)
    return groups


def _finish(draft: _Draft, key: str) -> Clause:
    heading = ""
    blocks = draft.blocks
    words = sanitize_line("".join(run.text for run in draft.words))
    if draft.is_heading and len(words) <= _WIDEST_FORMAT_HEADING:
        heading = words
    elif draft.words:
        blocks = [Block(BlockKind.PARAGRAPH, draft.words), *blocks]
    body = sanitize_body(render_body(canonical_blocks(blocks)))
    return Clause(key, draft.depth, heading, body, draft.numbered)


def _sample(text: str) -> str:
    line = sanitize_line(text[: _SAMPLE * 2])
    return line if len(line) <= _SAMPLE else f"{line[:_SAMPLE]}…"
