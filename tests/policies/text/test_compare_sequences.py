import difflib
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.compare import sequences
from policies.text.compare.sequences import Match, longest_increasing, matching_blocks

small = st.lists(st.sampled_from("abc"), max_size=9)


def check(matches: list[Match], old: list[str], new: list[str]) -> int:
    """Return how many tokens are kept, having checked that the matches are in order and true."""
    old_at = new_at = 0
    for i, j, length in matches:
        assert i >= old_at
        assert j >= new_at
        assert length > 0
        assert old[i : i + length] == new[j : j + length]
        old_at, new_at = i + length, j + length
    return sum(length for _, _, length in matches)


def longest_common(old: list[str], new: list[str]) -> int:
    row = [0] * (len(new) + 1)
    for token in old:
        above = row[:]
        for index, other in enumerate(new):
            row[index + 1] = above[index] + 1 if token == other else max(above[index + 1], row[index])
    return row[-1]


class TestMatchingBlocks:
    @given(small, small)
    def test_keeps_as_much_as_can_be_kept(self, old: list[str], new: list[str]) -> None:
        assert check(matching_blocks(old, new), old, new) == longest_common(old, new)

    def test_joins_neighbours(self) -> None:
        assert matching_blocks(list("abXcd"), list("abYYcd")) == [(0, 0, 2), (3, 4, 2)]

    def test_cuts_long_texts_at_what_is_unique(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sequences, "_EXACT_CELLS", 200)
        old = [f"{index:b}"[-1] + "abcdefg"[index * index // 3 % 7] for index in range(400)]
        new = list(old)
        for place in range(20, 400, 40):
            new[place] = "X"
        kept = check(matching_blocks(old, new), old, new)
        assert kept == 390

    def test_gives_up_only_where_nothing_anchors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sequences, "_EXACT_CELLS", 10)
        monkeypatch.setattr(sequences, "_MAX_CELLS", 30)
        old, new = list("abababab"), list("babababbaba")
        assert check(matching_blocks(list("xabab"), list("ybaba")), list("xabab"), list("ybaba"))
        assert check(matching_blocks(old, new), old, new) <= longest_common(old, new)

    def test_beats_difflib_on_a_repetitive_text(self) -> None:
        old, new = list("the cat sat on the mat" * 5), list("the mat sat on the cat" * 5)
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        theirs = sum(block.size for block in matcher.get_matching_blocks())
        assert check(matching_blocks(old, new), old, new) >= theirs


class TestLongestIncreasing:
    @given(st.lists(st.integers(0, 8), max_size=8))
    def test_is_longest(self, values: list[int]) -> None:
        found = [values[index] for index in longest_increasing(values)]
        assert found == sorted(set(found))
        longer = combinations(values, len(found) + 1)
        assert not any(list(several) == sorted(set(several)) for several in longer)
