from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.compare import Op, Span, diff_bodies, diff_lines, new_text, old_text
from policies.text.compare.tokens import tokenize_line
from tests.policies.text import strategies


def shown(spans: tuple[Span, ...]) -> str:
    return "".join(span.text if span.op is Op.EQUAL else f"[{span.op}{span.text}]" for span in spans)


def marked(spans: tuple[Span, ...]) -> int:
    return sum(len(span.text) for span in spans if span.op is not Op.EQUAL)


class TestDiffLines:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("保存三年。", "保存五年。", "保存[-三][+五]年。"),
            ("kept 30 days.", "kept 90 days.", "kept [-30][+90] days."),
            ("本機關內部使用", "本機關及所屬機關內部使用", "本機關[+及所屬機關]內部使用"),
            ("the cat", "the big cat", "the [+big ]cat"),
            ("the big cat", "the cat", "the [-big ]cat"),
            ("A, C", "A, B, C", "A, [+B, ]C"),
            ("甲。丙。", "甲。乙。丙。", "甲。[+乙。]丙。"),
            ("見表一", "見表一（附件一）", "見表一[+（附件一）]"),
            ("", "new", "[+new]"),
            ("old", "", "[-old]"),
            ("same", "same", "same"),
        ],
    )
    def test_marks_what_changed(self, old: str, new: str, expected: str) -> None:
        assert shown(diff_lines(old, new)) == expected

    def test_keeps_an_island_that_would_cost_too_much(self) -> None:
        assert shown(diff_lines("甲乙丙", "丁乙戊")) == "[-甲][+丁]乙[-丙][+戊]"

    def test_joins_two_changes_over_a_space(self) -> None:
        old, new = "keep the quick fox", "keep a slower fox"
        assert shown(diff_lines(old, new)) == "keep [-the quick][+a slower] fox"

    def test_joins_a_rewritten_passage(self) -> None:
        assert shown(diff_lines("甲的乙的丙", "丁的戊的己")) == "[-甲的乙的丙][+丁的戊的己]"

    @given(st.text(), st.text())
    def test_leads_from_old_to_new(self, old: str, new: str) -> None:
        spans = diff_lines(old, new)
        assert (old_text(spans), new_text(spans)) == (old, new)

    @given(st.text(min_size=1))
    def test_shows_nothing_in_a_text_with_itself(self, text: str) -> None:
        assert diff_lines(text, text) == (Span(Op.EQUAL, text),)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("We keep personal data for 30 days, then erase it from every system. " * 4, "90 store"),
            ("本部蒐集個人資料，僅供內部使用，保存三年後刪除。" * 4, "五 外交部 一百"),
        ],
    )
    def test_marks_little_more_than_a_changed_word(self, text: str, words: str) -> None:
        tokens = tokenize_line(text)
        places = [place for place, token in enumerate(tokens) if token.isalnum()]
        for place, word in product(places, words.split()):
            changed = [*tokens[:place], word, *tokens[place + 1 :]]
            spans = diff_lines(text, "".join(changed))
            assert marked(spans) <= 1.2 * (len(tokens[place]) + len(word))


class TestDiffBodies:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                '<p>see <a href="/x">us</a>.</p>',
                '<p>see <a href="/y">us</a>.</p>',
                '<p>see [-<a href="/x">][+<a href="/y">]us</a>.</p>',
            ),
            ("<p>A</p>", "<p>A</p><p>B</p>", "<p>A</p>[+<p>B</p>]"),
            ("<p>A</p><p>B</p>", "<p>B</p>", "[-<p>A</p>]<p>B</p>"),
            (
                "<ul><li>A</li><li>B</li></ul>",
                "<ul><li>A</li><li>X</li><li>B</li></ul>",
                "<ul><li>A</li>[+<li>X</li>]<li>B</li></ul>",
            ),
            (
                "<p>a b</p>",
                "<p>a <strong>b</strong></p>",
                "<p>a [+<strong>]b[+</strong>]</p>",
            ),
        ],
    )
    def test_marks_what_changed(self, old: str, new: str, expected: str) -> None:
        assert shown(diff_bodies(old, new)) == expected

    @given(strategies.bodies, strategies.bodies)
    def test_leads_from_old_to_new(self, old: str, new: str) -> None:
        spans = diff_bodies(old, new)
        assert (old_text(spans), new_text(spans)) == (old, new)
