import pytest
from hypothesis import given

from policies.text.clauses import Clause
from policies.text.compare import compare, suggest_update_type
from tests.policies.text import strategies


def suggest(old: str, new: str) -> str:
    comparison = compare([Clause("k", 1, body=old)], [Clause("k", 1, body=new)], language="en")
    return suggest_update_type(comparison)


class TestSuggestUpdateType:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<p>a, b</p>", "<p>a; b.</p>"),
            ("<p>甲,乙:丙(丁)</p>", "<p>甲，乙：丙（丁）</p>"),
            ("<p>ＡＢＣ１２３</p>", "<p>ABC123</p>"),
            ("<p>使用Cookie</p>", "<p>使用 Cookie</p>"),
            ("<p>「甲」</p>", "<p>“甲”</p>"),
            ("<p>30-90 days</p>", "<p>30–90 days</p>"),
            ("<p>a. b</p>", "<p>a.</p><p>b</p>"),
            ("<p>a. b</p>", "<p>a.<br>b</p>"),
            ("<p>a</p>", "<p>a</p>"),
            ("<p>a  <strong>b</strong></p>", "<p>a <strong>b</strong></p>"),
        ],
    )
    def test_spaces_and_punctuation_are_editorial(self, old: str, new: str) -> None:
        assert suggest(old, new) == "editorial"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<p>三年</p>", "<p>五年</p>"),
            ("<p>30 days</p>", "<p>90 days</p>"),
            ("<p>30 90</p>", "<p>3090</p>"),
            ("<p>1.5</p>", "<p>15</p>"),
            ("<p>1.5</p>", "<p>1,5</p>"),
            ("<p>1 000</p>", "<p>1.000</p>"),
            ("<p>30-90</p>", "<p>3090</p>"),
            ("<p>-5</p>", "<p>5</p>"),
            ("<p>50%</p>", "<p>50</p>"),
            ("<p>may</p>", "<p>May</p>"),
            ("<p>a b</p>", "<p>a <strong>b</strong></p>"),
            ("<p>a</p>", "<ul><li>a</li></ul>"),
            ('<p><a href="/x">a</a></p>', '<p><a href="/y">a</a></p>'),
        ],
    )
    def test_anything_else_is_substantive(self, old: str, new: str) -> None:
        assert suggest(old, new) == "substantive"

    def test_clauses_that_come_or_go_are_substantive(self) -> None:
        clause = Clause("k", 1, "A")
        assert suggest_update_type(compare([], [clause], language="en")) == "substantive"
        assert suggest_update_type(compare([clause], [], language="en")) == "substantive"

    def test_looks_at_headings(self) -> None:
        comparison = compare([Clause("k", 1, "A:")], [Clause("k", 1, "A")], language="en")
        assert suggest_update_type(comparison) == "editorial"

    @given(strategies.bodies)
    def test_the_same_text_is_editorial(self, body: str) -> None:
        assert suggest(body, body) == "editorial"
