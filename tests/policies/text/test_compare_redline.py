from dataclasses import replace

import pytest
from hypothesis import given

from policies.text.body import parse_body
from policies.text.clauses import Clause
from policies.text.compare import (
    LABELS,
    ClauseChange,
    Labels,
    Op,
    Span,
    View,
    body_html,
    compare,
    diff_bodies,
    diff_lines,
    labels_for,
    mark_body,
    mark_line,
    number_html,
    render_redline,
    render_table,
)
from policies.text.compare.pieces import Piece
from tests.policies.text import strategies
from tests.policies.text.markup_checks import check_html, words_of

# Short enough to read the expected HTML.
BARE = Labels(added="A", removed="R", end="E")


def bare(html: str) -> str:
    """Take out the hidden words."""
    for word in ("A ", "R ", " E"):
        html = html.replace(f'<span class="visually-hidden">{word}</span>', "")
    return html


def inline(old: str, new: str, view: View = View.INLINE) -> str:
    html = mark_body(diff_bodies(old, new), view, BARE)
    check_html(html)
    return bare(html)


def note(words: str) -> str:
    return f' <span class="change__note">{words}</span>'


class TestMarkBody:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("<p>三年</p>", "<p>五年</p>", "<p><del>三</del><ins>五</ins>年</p>"),
            ("<p>A</p>", "<p>A</p><p>B</p>", "<p>A</p><p><ins>B</ins></p>"),
            ("<p>A</p><p>B</p>", "<p>B</p>", "<p><del>A</del></p><p>B</p>"),
            ("<p>A</p>", "<p>B</p>", "<p><del>A</del><ins>B</ins></p>"),
            ("", "<p>B</p>", "<p><ins>B</ins></p>"),
            (
                "<ul><li>A</li><li>X</li><li>B</li></ul>",
                "<ul><li>A</li><li>B</li></ul>",
                "<ul><li>A</li><li><del>X</del></li><li>B</li></ul>",
            ),
            (
                "<ul><li>A<ol><li>X</li></ol></li></ul>",
                "<ul><li>A</li></ul>",
                "<ul><li>A<ol><li><del>X</del></li></ol></li></ul>",
            ),
            (
                "<p>aa</p><p>bb</p>",
                "<p>aabb</p>",
                "<p><del>aa</del></p><p><del>bb</del></p><p><ins>aabb</ins></p>",
            ),
            (
                "<p>aa bb</p><p>cc xx dd</p>",
                "<p>aa bb dd</p>",
                f"<p>aa bb<del>cc xx</del> dd{note('[formatting changed]')}</p>",
            ),
            (
                "<p>甲乙丙</p>",
                "<p>甲乙</p><p>丙</p>",
                f"<p>甲乙{note('[formatting changed]')}</p><p>丙{note('[formatting changed]')}</p>",
            ),
            (
                "<p>a</p>",
                "<ol><li>a</li></ol>",
                f"<ol><li>a{note('[formatting changed]')}</li></ol>",
            ),
            (
                "<p>a b</p>",
                "<p>a <strong>b</strong></p>",
                f"<p>a <strong>b</strong>{note('[formatting changed]')}</p>",
            ),
            ("<p>aa<br>bb</p>", "<p>aa<br>bb</p>", "<p>aa<br>bb</p>"),
            ("<p>aa</p>", "<p>aa<br>bb</p>", "<p>aa<ins>↵<br>bb</ins></p>"),
            ("<p>aa<br>bb</p>", "<p>aa</p>", "<p>aa<del>↵bb</del></p>"),
            ("<p>a &lt;b</p>", "<p>a &lt;c</p>", "<p>a &lt;<del>b</del><ins>c</ins></p>"),
            (
                "<p>x <em>y</em></p>",
                "<p>x</p>",
                "<p>x<del> <em>y</em></del></p>",
            ),
        ],
    )
    def test_marks_inside_the_blocks(self, old: str, new: str, expected: str) -> None:
        assert inline(old, new) == expected

    def test_tells_both_addresses_of_a_link(self) -> None:
        old = '<p>see <a href="/x?a=1&amp;b">the big site</a>.</p>'
        new = '<p>see <a href="/{old}">the site</a>.</p>'
        remark = "[link address changed from /x?a=1&amp;b to /{old}]"
        # The word that went has left a gap in the link; the remark still comes once.
        assert inline(old, new) == (
            '<p>see <a href="/{old}">the </a>'
            '<del><a href="/x?a=1&amp;b">big </a></del>'
            f'<a href="/{{old}}">site</a>{note(remark)}.</p>'
        )
        assert inline(old, new, View.OLD) == (
            '<p>see <a href="/x?a=1&amp;b">the </a>'
            '<del><a href="/x?a=1&amp;b">big </a></del>'
            '<a href="/x?a=1&amp;b">site</a>'
            ' <del><span class="change__note">[link address: /x?a=1&amp;b]</span></del>.</p>'
        )
        assert inline(old, new, View.NEW) == (
            '<p>see <a href="/{old}">the site</a>'
            ' <ins><span class="change__note">[link address: /{old}]</span></ins>.</p>'
        )

    def test_tells_of_links_that_came_and_went(self) -> None:
        plain, linked = "<p>us</p>", '<p><a href="/x">us</a></p>'
        assert "[link added to /x]" in inline(plain, linked)
        assert "[link to /x removed]" in inline(linked, plain)
        assert inline(plain, linked, View.OLD) == "<p>us</p>"

    def test_makes_no_link_of_space_alone(self) -> None:
        html = inline('<p><a href="/a">read this</a></p>', '<p><a href="/a">see that</a></p>')
        assert "> </a>" not in html

    def test_says_in_words_what_colour_says(self) -> None:
        assert mark_body(diff_bodies("<p>a</p>", "<p>b</p>"), View.INLINE, Labels()) == (
            '<p><del><span class="visually-hidden">[removed] </span>a'
            '<span class="visually-hidden"> [end]</span></del>'
            '<ins><span class="visually-hidden">[added] </span>b'
            '<span class="visually-hidden"> [end]</span></ins></p>'
        )

    def test_writes_no_link_that_the_sanitiser_would_refuse(self) -> None:
        assert inline("", '<p><a href="javascript:x">a</a></p>') == "<p><ins>a</ins></p>"

    def test_escapes_labels(self) -> None:
        labels = Labels(added="<b>", line_break="<")
        html = mark_body(diff_bodies("<p>a</p>", "<p>a<br>b</p>"), View.INLINE, labels)
        assert "&lt;b&gt;" in html
        check_html(html)

    def test_survives_tags_out_of_order(self) -> None:
        spans = (Span(Op.INSERT, "</p></a>a<ul>\n<li>b</ul><p>c"),)
        check_html(mark_body(spans, View.INLINE, BARE))

    def test_a_piece_stands_somewhere(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            _ = Piece(Op.EQUAL, "x", None, None).place

    @given(strategies.bodies, strategies.bodies)
    def test_is_sound_and_holds_the_words_of_both(self, old: str, new: str) -> None:
        spans = diff_bodies(old, new)
        inline_tree = check_html(mark_body(spans, View.INLINE, Labels(line_break="")))
        old_tree = check_html(mark_body(spans, View.OLD, Labels(line_break="")))
        new_tree = check_html(mark_body(spans, View.NEW, Labels(line_break="")))
        assert squeeze(words_of(new_tree)) == squeeze(plain_words(new))
        assert squeeze(words_of(old_tree)) == squeeze(plain_words(old))
        assert squeeze(words_of(inline_tree, without="del")) == squeeze(plain_words(new))
        # Deleted text may stand beside another paragraph's, so only what is there is compared.
        assert sorted(squeeze(words_of(inline_tree, without="ins"))) == sorted(squeeze(plain_words(old)))


def plain_words(body: str) -> str:
    return "".join(run.text for block in parse_body(body) for run in block.runs)


def squeeze(text: str) -> str:
    return "".join(text.split())


class TestMarkLine:
    def test_marks_a_line(self) -> None:
        spans = diff_lines("a < b", "a < c")
        assert bare(mark_line(spans, View.INLINE, BARE)) == "a &lt; <del>b</del><ins>c</ins>"
        assert bare(mark_line(spans, View.OLD, BARE)) == "a &lt; <del>b</del>"
        assert bare(mark_line(spans, View.NEW, BARE)) == "a &lt; <ins>c</ins>"


class TestRenderRedline:
    old = (Clause("a", 1, "One", "<p>x</p>"), Clause("b", 2, body="<p>y</p>"), Clause("c", 1, "Three"))
    new = (Clause("c", 1, "Three"), Clause("a", 1, "One!", "<p>x</p>"), Clause("d", 2, "New", reason="R"))

    def test_shows_every_clause(self) -> None:
        comparison = compare(self.old, self.new, language="en")
        html = bare(render_redline(comparison, labels=BARE))
        check_html(html)
        assert html == (
            '<section class="clause clause--d1 change change--moved change--renumbered" id="c-c">\n'
            '<p class="change__notes"><span class="change__note">[moved, was 2.]</span></p>\n'
            '<h2 class="clause__heading"><span class="clause__number">'
            "<del>2.</del> <ins>1.</ins></span> Three</h2>\n"
            "</section>\n"
            '<section class="clause clause--d1 change change--renumbered change--reworded" id="c-a">\n'
            '<h2 class="clause__heading"><span class="clause__number">'
            "<del>1.</del> <ins>2.</ins></span> One<ins>!</ins></h2>\n"
            '<div class="clause__body"><p>x</p></div>\n'
            "</section>\n"
            '<section class="clause clause--d2 change change--removed" id="c-b">\n'
            '<p class="change__notes"><span class="change__note">[clause removed]</span></p>\n'
            '<div class="clause__label"><span class="clause__number"><del>(1)</del></span></div>\n'
            '<div class="clause__body"><p><del>y</del></p></div>\n'
            "</section>\n"
            '<section class="clause clause--d2 change change--added" id="c-d">\n'
            '<p class="change__notes"><span class="change__note">[clause added]</span></p>\n'
            '<h3 class="clause__heading"><span class="clause__number"><ins>(1)</ins></span>'
            " <ins>New</ins></h3>\n"
            "</section>\n"
        )

    def test_can_leave_out_what_did_not_change(self) -> None:
        clauses = (Clause("a", 1, "One"), Clause("b", 1, numbered=False, body="<p>x</p>"))
        comparison = compare(clauses, clauses, language="en")
        assert render_redline(comparison, changed_only=True) == ""
        assert render_redline(comparison).count("<section") == 2

    def test_speaks_the_language_of_the_text(self) -> None:
        html = render_redline(compare([], [Clause("a", 1, "一")], language="zh-hant"))
        assert "［新增條款］" in html
        assert labels_for("xx") is LABELS["en"]

    def test_remarks_on_a_move_once(self) -> None:
        old = (Clause("a", 1), Clause("b", 2), Clause("c", 1), Clause("d", 2), Clause("e", 2))
        html = render_redline(compare(old, (*old[2:], *old[:2]), language="en"))
        assert html.count("change--moved") == 2
        assert html.count("[moved, was") == 1

    def test_moves_without_a_number(self) -> None:
        old = (Clause("a", 1, numbered=False), Clause("b", 1), Clause("c", 1))
        html = render_redline(compare(old, (*old[1:], old[0]), language="en"))
        assert "[moved]" in html

    @given(strategies.revised())
    def test_is_sound(self, texts: tuple[tuple[Clause, ...], tuple[Clause, ...]]) -> None:
        comparison = compare(*texts, language="zh-hant")
        tree = check_html(render_redline(comparison))
        assert [section.get("id") for section in tree.iter("section")] == [f"c-{row.key}" for row in comparison.rows]

    def test_leaves_unchanged_bodies_as_they_are(self) -> None:
        row = ClauseChange("k", (), None, Clause("k", 1, body="<p>x</p>"))
        assert body_html(row, View.NEW, BARE) == "<p>x</p>"
        assert number_html(row, View.NEW, BARE) == ""


class TestRenderTable:
    def test_has_new_text_old_text_and_reason(self) -> None:
        old = (Clause("a", 1, "One", "<p>三年</p>"), Clause("b", 1, "Two"), Clause("s", 1, "Same"))
        new = (Clause("a", 1, "One", "<p>五年</p>", reason="Law"), Clause("s", 1, "Same"))
        rows = render_table(compare(old, new, language="en"), labels=BARE)
        assert [row.key for row in rows] == ["a", "b", "s"]
        assert [bare(row.new_html) for row in rows] == [
            '<p class="clause__title"><span class="clause__number">1.</span> One</p><p><ins>五</ins>年</p>',
            "",
            '<p class="clause__title"><span class="clause__number"><ins>2.</ins></span> Same</p>',
        ]
        assert [bare(row.old_html) for row in rows] == [
            '<p class="clause__title"><span class="clause__number">1.</span> One</p><p><del>三</del>年</p>',
            '<p class="clause__title"><span class="clause__number"><del>2.</del></span> <del>Two</del></p>',
            '<p class="clause__title"><span class="clause__number"><del>3.</del></span> Same</p>',
        ]
        assert [row.reason for row in rows] == ["Law", "", ""]

    def test_leaves_out_what_did_not_change(self) -> None:
        clauses = (Clause("a", 1, numbered=False, body="<p>x</p>"),)
        assert render_table(compare(clauses, clauses, language="en")) == ()

    def test_numbers_a_clause_with_those_above_it(self) -> None:
        old = (Clause("p", 1), Clause("q", 1), Clause("c", 2, body="<p>x</p>"), Clause("d", 2, "Gone"))
        new = (old[1], replace(old[2], body="<p>y</p>"), old[0])
        rows = {row.key: row for row in render_table(compare(old, new, language="zh-hant"), labels=BARE)}
        assert (rows["c"].old_number, rows["c"].new_number) == ("二、（一）", "一、（一）")
        assert (rows["d"].old_number, rows["d"].new_number) == ("二、（二）", "")
        assert '<span class="clause__number"><ins>一、（一）</ins></span>' in bare(rows["c"].new_html)

    @given(strategies.revised())
    def test_is_sound(self, texts: tuple[tuple[Clause, ...], tuple[Clause, ...]]) -> None:
        for row in render_table(compare(*texts, language="en")):
            check_html(row.new_html)
            check_html(row.old_html)
