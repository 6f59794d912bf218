from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policies.text.carrying import Carried, carry_over
from policies.text.clauses import Clause


def text(**bodies: str) -> tuple[Clause, ...]:
    return tuple(Clause(key, 1, key.upper(), f"<p>{body}</p>") for key, body in bodies.items())


BASE = text(a="one", b="two", c="three")


def keys(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.key for clause in clauses]


def bodies(carried: Carried) -> dict[str, str]:
    return {clause.key: clause.body[3:-4] for clause in carried.clauses}


class TestCarryOver:
    def test_takes_corrected_words_where_the_other_text_kept_the_old_ones(self):
        carried = carry_over(BASE, text(a="one", b="two!", c="three"), text(a="ONE", b="two", c="three", d="four"))
        assert bodies(carried) == {"a": "ONE", "b": "two!", "c": "three", "d": "four"}
        assert (keys(carried.had), keys(carried.made), keys(carried.left)) == ([], ["b"], [])
        assert not carried.is_complete

    def test_leaves_words_of_its_own_and_names_them(self):
        carried = carry_over(BASE, text(a="one", b="two!", c="three"), text(a="one", b="deux", c="three"))
        assert bodies(carried)["b"] == "deux"
        assert keys(carried.left) == ["b"]

    def test_knows_what_was_right_already(self):
        corrected = text(a="one", b="two!", c="three")
        carried = carry_over(BASE, corrected, corrected)
        assert carried.is_complete
        assert keys(carried.had) == ["b"]

    def test_brings_new_clauses_after_what_they_follow(self):
        carried = carry_over(BASE, text(a="one", n="new", b="two", c="three"), text(z="zero", a="one", c="three"))
        assert keys(carried.clauses) == ["z", "a", "n", "c"]
        first = carry_over(BASE, text(n="new", a="one", b="two", c="three"), BASE)
        assert keys(first.clauses) == ["n", "a", "b", "c"]

    def test_takes_out_what_the_correction_removes_unless_it_reads_otherwise(self):
        without = text(a="one", c="three")
        carried = carry_over(BASE, without, BASE)
        assert keys(carried.clauses) == ["a", "c"]
        assert keys(carried.made) == ["b"]
        kept = carry_over(BASE, without, text(a="one", b="deux", c="three"))
        assert keys(kept.clauses) == ["a", "b", "c"]
        assert keys(kept.left) == ["b"]

    def test_needs_nothing_of_clauses_that_the_other_text_has_no_more(self):
        other = text(a="one", c="three")
        assert carry_over(BASE, text(a="one", b="two!", c="three"), other) == Carried(clauses=other)
        assert keys(carry_over(BASE, other, other).had) == ["b"]

    def test_keeps_the_reasons_of_the_other_text(self):
        other = tuple(replace(clause, reason="why") for clause in BASE)
        corrected = tuple(replace(clause, reason="a slip") for clause in text(a="one", b="two!", c="three"))
        assert [clause.reason for clause in carry_over(BASE, corrected, other).clauses] == ["why"] * 3


TEXTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["x", "y", "z"]), max_size=6).map(
    lambda found: text(**found)
)


class TestProperties:
    @given(TEXTS, TEXTS)
    def test_carrying_to_the_base_gives_the_corrected_words(self, base, corrected):
        carried = carry_over(base, corrected, base)
        assert {c.key: c.body for c in carried.clauses} == {c.key: c.body for c in corrected}
        assert not carried.left

    @given(TEXTS, TEXTS, TEXTS)
    def test_is_done_once(self, base, corrected, other):
        once = carry_over(base, corrected, other)
        again = carry_over(base, corrected, once.clauses)
        assert again.clauses == once.clauses
        assert not again.made
        assert keys(again.left) == keys(once.left)

    @given(TEXTS, TEXTS)
    def test_no_correction_changes_nothing(self, base, other):
        assert carry_over(base, base, other) == Carried(clauses=other)
