from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.clauses import Clause, new_key
from policies.text.numbering import number_clauses, number_paths
from search.text.folding import fold
from search.text.references import read_reference


class TestReadReference:
    @pytest.mark.parametrize(
        ("typed", "path"),
        [
            ("第三點", (3,)),
            ("第 3 點", (3,)),
            ("第十二條第二項第一款", (12, 2, 1)),
            ("三、", (3,)),
            ("三、（二）", (3, 2)),
            ("四、（一）2.(3)", (4, 1, 2, 3)),
            ("㈢", None),
            ("3.", (3,)),
            ("3(2)", (3, 2)),
            ("３（２）", (3, 2)),
            ("3.(2)(a)ii.", (3, 2, 1, 2)),
            ("3.2", (3, 2)),
            ("§3", (3,)),
            ("clause 3(2)", (3, 2)),
            ("3", None),
            ("2024", None),
            ("2024.11", None),
            ("1.2.3.4.5", None),
            ("0(1)", None),
            ("3(0)", None),
            ("3(2", None),
            ("3(2)(zz)(iq)", None),
            ("第三點之規定", None),
            ("covid3(2)", None),
            ("", None),
        ],
    )
    def test_reads_numbers_as_they_are_typed(self, typed: str, path: tuple[int, ...] | None) -> None:
        found = read_reference(fold(typed))
        assert (found[1] if found else None) == path

    def test_tells_what_stands_before(self) -> None:
        assert read_reference(fold("隱私權政策第三點")) == (fold("隱私權政策"), (3,))

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    @given(depths=st.lists(st.integers(1, 4), min_size=1, max_size=30))
    def test_reads_what_pages_show(self, language: str, depths: list[int]) -> None:
        clauses = [Clause(new_key(), min(depth, place + 1)) for place, depth in enumerate(depths)]
        # A level is reached one by one, as in any sensible text.
        for place in range(1, len(clauses)):
            clauses[place] = Clause(clauses[place].key, min(clauses[place].depth, clauses[place - 1].depth + 1))
        labels = number_paths(zip(clauses, number_clauses(clauses, language), strict=True))
        counts = [0] * 4
        for clause in clauses:
            counts[clause.depth :] = [0] * (4 - clause.depth)
            counts[clause.depth - 1] += 1
            assert read_reference(fold(labels[clause.key])) == ("", tuple(counts[: clause.depth]))

    @given(st.text("第三3(（.)、a一點条 iv", max_size=200))
    def test_takes_any_text(self, text: str) -> None:
        found = read_reference(fold(text))
        assert found is None or all(place > 0 for place in found[1])
