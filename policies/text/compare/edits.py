"""From two token lists to the spans that readers see: the shortest edit, made readable."""

from collections.abc import Sequence
from itertools import pairwise

from policies.text.compare.changes import Op, Span
from policies.text.compare.sequences import Match, matching_blocks
from policies.text.compare.tokens import (
    BLOCK_TAGS,
    is_tag,
    read_tag,
    tokenize_body,
    tokenize_line,
    visible_length,
)

# How much may be marked beyond the truly changed where two changes are joined over an island.
_MOST_EXTRA = 0.2
_SENTENCE_ENDS = frozenset("。！？；")
_OPENING = frozenset("（「『《〈“(")
_PAUSES = frozenset("，、：”」』》〉）")


def diff_lines(old: str, new: str) -> tuple[Span, ...]:
    """Return the spans that turn one line of plain text into another."""
    return diff_tokens(tokenize_line(old), tokenize_line(new))


def diff_bodies(old: str, new: str) -> tuple[Span, ...]:
    """Return the spans that turn one sanitised body into another; they hold HTML source."""
    return diff_tokens(tokenize_body(old), tokenize_body(new))


def diff_tokens(old: Sequence[str], new: Sequence[str]) -> tuple[Span, ...]:
    """Return spans whose equal and deleted texts join to the old list, equal and inserted to the new.

    Where there is a choice, changes begin and end at the borders of sentences and words.
    """
    matches = _slide(matching_blocks(old, new), old, new)
    spans: list[Span] = []
    old_at = new_at = 0
    for i, j, length in [*_join_over_islands(matches, old, new), (len(old), len(new), 0)]:
        if i > old_at:
            spans.append(Span(Op.DELETE, "".join(old[old_at:i])))
        if j > new_at:
            spans.append(Span(Op.INSERT, "".join(new[new_at:j])))
        if length:
            spans.append(Span(Op.EQUAL, "".join(old[i : i + length])))
        old_at, new_at = i + length, j + length
    return tuple(spans)


def _slide(matches: list[Match], old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Move each pure insertion or deletion to where it reads best among the places it may stand."""
    slid = [(0, 0, 0), *matches, (len(old), len(new), 0)]
    for index in range(1, len(slid)):
        before, after = slid[index - 1], slid[index]
        old_gap = (before[0] + before[2], after[0])
        new_gap = (before[1] + before[2], after[1])
        if old_gap[0] == old_gap[1] and new_gap[0] < new_gap[1]:
            shift = _best_shift(new, new_gap, before[2], after[2])
        elif new_gap[0] == new_gap[1] and old_gap[0] < old_gap[1]:
            shift = _best_shift(old, old_gap, before[2], after[2])
        else:
            continue
        slid[index - 1] = (before[0], before[1], before[2] + shift)
        slid[index] = (after[0] + shift, after[1] + shift, after[2] - shift)
    return [match for match in slid if match[2]]


def _best_shift(tokens: Sequence[str], gap: tuple[int, int], left: int, right: int) -> int:
    """Return how far a gap is best moved, at most `left` tokens back or `right` tokens on."""
    start, end = gap
    lowest = 0
    while -lowest < left and tokens[start + lowest - 1] == tokens[end + lowest - 1]:
        lowest -= 1
    highest = 0
    while highest < right and tokens[start + highest] == tokens[end + highest]:
        highest += 1
    return max(
        range(lowest, highest + 1),
        key=lambda shift: (
            _border(tokens, start + shift) + _border(tokens, end + shift),
            shift,
        ),
    )


def _border(tokens: Sequence[str], at: int) -> int:
    """Return how natural it is for a change to begin or end before the token at that place."""
    if at in (0, len(tokens)):
        return 4
    before, after = tokens[at - 1], tokens[at]
    if is_tag(before) or is_tag(after):
        return max(_tag_border(before, closing=True), _tag_border(after, closing=False))
    if before in _SENTENCE_ENDS:
        return 3
    if before.isspace() or before in _PAUSES or after in _OPENING:
        return 2
    return 0 if before.isalnum() and after.isalnum() else 1 - after.isspace()


def _tag_border(token: str, *, closing: bool) -> int:
    if not is_tag(token):
        return 0
    name, closes = read_tag(token)
    outside = closes is closing
    return (4 if outside else 3) if name in BLOCK_TAGS else (2 if outside else 1)


def _join_over_islands(matches: list[Match], old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Drop the equal stretches that are too short to help a reader.

    Two changes are joined where that marks at most a fifth more than truly changed. Three or more in
    a row are a rewritten passage, and are joined in any case. Tags are never joined over: a change
    of marks or paragraphs must not make the words around it look changed.
    """
    edges = [(0, 0, 0), *matches, (len(old), len(new), 0)]
    gaps = [
        [*old[i + length : next_i], *new[j + length : next_j]]
        for (i, j, length), (next_i, next_j, _) in pairwise(edges)
    ]
    sizes = [None if any(map(is_tag, gap)) else sum(map(visible_length, gap)) for gap in gaps]
    dropped: set[int] = set()
    islands: list[int] = []
    for index, (i, _, length) in enumerate(matches):
        if sizes[index] and sizes[index + 1] and _is_island(old[i : i + length]):
            islands.append(index)
        else:
            dropped.update(_islands_to_drop(islands, sizes))
            islands = []
    dropped.update(_islands_to_drop(islands, sizes))
    return [match for index, match in enumerate(matches) if index not in dropped]


def _is_island(tokens: Sequence[str]) -> bool:
    """Return whether a stretch has fewer than two characters to read."""
    return len(tokens) == 1 and visible_length(tokens[0]) == 1


def _islands_to_drop(islands: list[int], sizes: list[int | None]) -> list[int]:
    if len(islands) != 1:
        return islands
    changed = (sizes[islands[0]] or 0) + (sizes[islands[0] + 1] or 0)
    # The island, one character long, would be marked in both texts.
    return islands if _MOST_EXTRA * changed >= 2 else []
