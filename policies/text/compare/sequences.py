"""The longest common subsequence of two token lists, and the fewest elements out of order."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

# A stretch that is the same in both: start in the old list, start in the new one, length.
Match = tuple[int, int, int]

# Cells of the table up to which it is worth computing whole: 8 MB and some 20 ms.
_EXACT_CELLS = 64_000_000
# Cells beyond which no table is made even where nothing anchors the texts to one another.
_MAX_CELLS = 400_000_000
_ANCHOR_SIZES = (8, 3, 1)


def matching_blocks(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Return the stretches that a shortest edit keeps, in order and as long as possible.

    Exact for texts up to thousands of tokens. Longer ones are first cut at stretches that occur
    once in each of them.
    """
    matches: list[Match] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        old_from, old_to, new_from, new_to = todo.pop()
        here, there = old[old_from:old_to], new[new_from:new_to]
        same = _common_prefix(here, there)
        if same:
            matches.append((old_from, new_from, same))
            old_from += same
            new_from += same
        same = _common_prefix(here[same:][::-1], there[same:][::-1])
        if same:
            old_to -= same
            new_to -= same
            matches.append((old_to, new_to, same))
        cells = (old_to - old_from) * (new_to - new_from)
        if not cells:
            continue
        here, there = old[old_from:old_to], new[new_from:new_to]
        anchors = _find_anchors(here, there) if cells > _EXACT_CELLS else []
        if anchors:
            # The stretches between anchors, and the anchors themselves as a part that is all prefix.
            edges = [(0, 0), *anchors, (len(here), len(there))]
            todo.extend(
                (old_from + i, old_from + next_i, new_from + j, new_from + next_j)
                for (i, j), (next_i, next_j) in pairwise(edges)
            )
        elif cells <= _MAX_CELLS:
            matches.extend((old_from + i, new_from + j, 1) for i, j in _common_pairs(here, there))
    return _join(sorted(matches))


def longest_increasing(values: Sequence[int]) -> list[int]:
    """Return the indexes of a longest strictly increasing subsequence."""
    tails: list[int] = []
    tail_indexes: list[int] = []
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        previous[index] = tail_indexes[place - 1] if place else -1
        tails[place : place + 1] = [value]
        tail_indexes[place : place + 1] = [index]
    found: list[int] = []
    index = tail_indexes[-1] if tail_indexes else -1
    while index >= 0:
        found.append(index)
        index = previous[index]
    found.reverse()
    return found


def _common_prefix(old: Sequence[str], new: Sequence[str]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _join(pairs: list[Match]) -> list[Match]:
    joined: list[Match] = []
    for i, j, length in pairs:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
        else:
            joined.append((i, j, length))
    return joined


def _common_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of a longest common subsequence, by Hyyrö's bit-parallel recurrence (2004).

    Each row of the table is one integer, so that a row of a thousand cells costs four additions.
    """
    where: dict[str, int] = {}
    for position, token in enumerate(old):
        where[token] = where.get(token, 0) | (1 << position)
    full = (1 << len(old)) - 1
    row = full
    rows = []
    for token in new:
        hits = row & where.get(token, 0)
        row = ((row + hits) | (row - hits)) & full
        rows.append(row)
    pairs: list[tuple[int, int]] = []
    i, j = len(old) - 1, len(new) - 1
    while i >= 0 and j >= 0:
        # Matching whenever the last tokens are equal is always among the best, and keeps runs whole.
        if old[i] == new[j]:
            pairs.append((i, j))
            i -= 1
            j -= 1
        elif rows[j] >> i & 1:
            i -= 1
        else:
            j -= 1
    return pairs


def _find_anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return, in order in both, the places where a stretch begins that occurs once in each list."""
    for size in _ANCHOR_SIZES:
        here = _unique_stretches(old, size)
        there = _unique_stretches(new, size)
        shared = [(i, there[stretch]) for stretch, i in here.items() if stretch in there]
        if shared:
            return [shared[index] for index in longest_increasing([j for _, j in shared])]
    return []


def _unique_stretches(tokens: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """Return where the stretches begin that occur once, in order."""
    first: dict[tuple[str, ...], int] = {}
    repeated: set[tuple[str, ...]] = set()
    for index in range(len(tokens) - size + 1):
        stretch = tuple(tokens[index : index + size])
        if stretch in first:
            repeated.add(stretch)
        else:
            first[stretch] = index
    return {stretch: index for stretch, index in first.items() if stretch not in repeated}
