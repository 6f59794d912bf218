import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.clauses import Clause
from policies.text.numbering import gap_after, number_clauses, number_label, numerals


def clauses(*depths: int) -> list[Clause]:
    """Build clauses of the given depths; a negative depth stands for an unnumbered clause."""
    return [Clause(key=str(place), depth=abs(depth), numbered=depth > 0) for place, depth in enumerate(depths)]


class TestNumberClauses:
    def test_numbers_four_depths_in_english(self) -> None:
        assert number_clauses(clauses(1, 2, 2, 3, 4, 4, 2, 1, 2), "en") == (
            "1.",
            "(1)",
            "(2)",
            "(a)",
            "i.",
            "ii.",
            "(3)",
            "2.",
            "(1)",
        )

    def test_numbers_four_depths_in_chinese(self) -> None:
        expected = ("一、", "（一）", "（二）", "1.", "(1)", "(2)", "（三）", "二、", "（一）")
        assert number_clauses(clauses(1, 2, 2, 3, 4, 4, 2, 1, 2), "zh-hant") == expected

    def test_passes_over_an_introduction(self) -> None:
        assert number_clauses(clauses(-1, 1, -2, 2, 2, -2, 2, 1), "en") == (
            "",
            "1.",
            "",
            "(1)",
            "(2)",
            "",
            "(3)",
            "2.",
        )

    def test_restarts_a_list_below_an_introduction(self) -> None:
        assert number_clauses(clauses(1, 2, -1, 2), "en") == ("1.", "(1)", "", "(1)")

    def test_numbers_a_depth_without_a_parent(self) -> None:
        assert number_clauses(clauses(2, 2, 1, 3, 3, 2), "en") == (
            "(1)",
            "(2)",
            "1.",
            "(a)",
            "(b)",
            "(1)",
        )

    @pytest.mark.parametrize(
        ("language", "depth", "number", "label"),
        [
            ("zh-hant", 1, 10, "十、"),
            ("zh-hant", 1, 11, "十一、"),
            ("zh-hant", 1, 20, "二十、"),
            ("zh-hant", 1, 21, "二十一、"),
            ("zh-hant", 2, 99, "（九十九）"),
            ("zh-hant", 3, 99, "99."),
            ("zh-hant", 4, 99, "(99)"),
            ("zh-hant", 1, 103, "一百零三、"),
            ("en", 1, 99, "99."),
            ("en", 2, 99, "(99)"),
            ("en", 3, 26, "(z)"),
            ("en", 3, 27, "(aa)"),
            ("en", 3, 99, "(cu)"),
            ("en", 4, 99, "xcix."),
        ],
    )
    def test_counts_far(self, language: str, depth: int, number: int, label: str) -> None:
        assert number_clauses(clauses(*[depth] * number), language)[-1] == label
        assert number_label(number, depth, language) == label

    def test_gives_siblings_different_numbers(self) -> None:
        for language in ("en", "zh-hant"):
            for depth in (1, 2, 3, 4):
                assert len(set(number_clauses(clauses(*[depth] * 99), language))) == 99

    def test_refuses_a_language_without_style(self) -> None:
        with pytest.raises(ValueError, match="'fr'"):
            number_clauses(clauses(1), "fr")

    @given(st.lists(st.sampled_from([1, 2, 3, 4, -1, -2, -3, -4]), max_size=40))
    def test_labels_exactly_the_numbered(self, depths: list[int]) -> None:
        labels = number_clauses(clauses(*depths), "zh-hant")
        assert [bool(label) for label in labels] == [depth > 0 for depth in depths]


class TestNumerals:
    @given(st.integers(min_value=1, max_value=3999))
    def test_are_read_as_they_are_written(self, number: int) -> None:
        assert numerals.read_chinese(numerals.chinese(number)) == number
        assert numerals.read_letters(numerals.letters(number).upper()) == number
        assert numerals.read_roman(numerals.roman(number).upper()) == number

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("壹拾貳", 12),
            ("一二", 12),
            ("二○", 20),
            ("廿", None),
            ("", None),
            ("一二三四五", None),
            ("〇", 0),
            ("兩", 2),
        ],
    )
    def test_read_chinese_forms(self, text: str, value: int | None) -> None:
        assert numerals.read_chinese(text) == value

    @pytest.mark.parametrize("text", ["", "iiii", "ic", "x1", "vx", "mmmm"])
    def test_refuse_wrong_roman(self, text: str) -> None:
        assert numerals.read_roman(text) is None

    @pytest.mark.parametrize("text", ["", "1", "a1"])
    def test_refuse_what_is_no_letter(self, text: str) -> None:
        assert numerals.read_letters(text) is None


@pytest.mark.parametrize(("number", "gap"), [("一、", ""), ("（一）", ""), ("1.", " "), ("(1)", " ")])
def test_full_width_punctuation_needs_no_gap(number: str, gap: str) -> None:
    assert gap_after(number) == gap
