from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.clauses import Clause
from policies.text.counterparts import NoCounterpart, take_keys


def outline(*depths: int, prefix: str, unnumbered: tuple[int, ...] = ()) -> list[Clause]:
    return [
        Clause(f"{prefix}{index}", depth, f"{prefix} heading", numbered=index not in unnumbered)
        for index, depth in enumerate(depths)
    ]


class TestTakeKeys:
    def test_the_same_outline_takes_the_keys_in_order(self):
        source, translation = outline(1, 2, 2, 1, prefix="s"), outline(1, 2, 2, 1, prefix="t")
        assert [clause.key for clause in take_keys(source, translation)] == ["s0", "s1", "s2", "s3"]

    def test_words_stay(self):
        taken = take_keys(outline(1, prefix="s"), outline(1, prefix="t"))
        assert taken[0].heading == "t heading"

    def test_a_translation_may_lack_the_last_clauses_of_a_level(self):
        taken = take_keys(outline(1, 2, 2, 1, prefix="s"), outline(1, 2, 1, prefix="t"))
        assert [clause.key for clause in taken] == ["s0", "s1", "s3"]

    def test_an_introduction_is_counted_apart_from_numbered_clauses(self):
        source = outline(1, 1, 1, prefix="s", unnumbered=(0,))
        taken = take_keys(source, outline(1, 1, prefix="t"))
        assert [clause.key for clause in taken] == ["s1", "s2"]

    def test_one_clause_too_many_is_named(self):
        with pytest.raises(NoCounterpart) as caught:
            take_keys(outline(1, 1, prefix="s"), outline(1, 1, 1, prefix="t"))
        assert caught.value.index == 2

    def test_a_deeper_clause_than_the_source_has_is_named(self):
        with pytest.raises(NoCounterpart) as caught:
            take_keys(outline(1, 1, prefix="s"), outline(1, 2, prefix="t"))
        assert caught.value.index == 1

    @given(st.lists(st.integers(1, 4), max_size=60))
    def test_an_outline_is_its_own_counterpart(self, depths):
        source = outline(*depths, prefix="s")
        assert [clause.key for clause in take_keys(source, outline(*depths, prefix="t"))] == [c.key for c in source]
