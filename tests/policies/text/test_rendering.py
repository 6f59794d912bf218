from hypothesis import given
from lxml import etree

from policies.text.clauses import Clause, Document
from policies.text.rendering import clause_anchor, render_html
from tests.policies.text import strategies
from tests.policies.text.strategies import key_of


def parse(html: str) -> etree._Element:
    return etree.fromstring(f"<div>{html.replace('&nbsp;', ' ')}</div>".replace("<br>", "<br/>"))


class TestRenderHtml:
    def test_renders_a_clause(self) -> None:
        clause = Clause("k", 1, "Cookies & you", "<p>None.</p>")
        assert render_html(Document("en", "T", clauses=(clause,))) == (
            '<section class="clause clause--d1" id="c-k">\n'
            '<h2 class="clause__heading">'
            '<span class="clause__number">1.</span> Cookies &amp; you</h2>\n'
            '<a class="clause__link" href="#c-k">'
            '<span class="clause__link-text">Link to clause 1.</span></a>\n'
            '<div class="clause__body"><p>None.</p></div>\n'
            "</section>\n"
        )

    def test_labels_a_clause_without_heading(self) -> None:
        html = render_html(Document("zh-hant", "T", clauses=(Clause("k", 2, body="<p>無。</p>"),)))
        assert '<div class="clause__label"><span class="clause__number">（一）</span></div>' in html
        assert "「（一）」的連結" in html
        assert "<h" not in html

    def test_leaves_out_what_a_clause_has_not(self) -> None:
        html = render_html(Document("en", "T", clauses=(Clause("k", 1, numbered=False),)))
        assert "clause__number" not in html
        assert "clause__body" not in html
        assert "Link to this clause" in html

    def test_takes_the_wording_of_the_link(self) -> None:
        document = Document("en", "T", clauses=(Clause("k", 1),))
        html = render_html(document, link_text="<copy> {number}")
        assert '<span class="clause__link-text">&lt;copy&gt; 1.</span>' in html

    def test_nests_sections_by_depth(self) -> None:
        depths = (1, 2, 3, 2, 4, 1)
        clauses = tuple(Clause(key_of(i), depth, f"H{i}") for i, depth in enumerate(depths))
        tree = parse(render_html(Document("en", "T", clauses=clauses)))
        parents = {
            section.get("id"): (section.getparent().get("id"))
            for section in tree.iter("section")
            if section.getparent() is not None
        }
        anchors = [f"c-{key_of(i)}" for i in range(6)]
        assert [parents[anchor] for anchor in anchors] == [
            None, anchors[0], anchors[1], anchors[0], anchors[3], None,
        ]  # fmt: skip
        assert [heading.tag for heading in tree.iter("h2", "h3", "h4", "h5")] == [
            "h2", "h3", "h4", "h3", "h4", "h2",
        ]  # fmt: skip

    def test_skips_no_heading_level(self) -> None:
        clauses = (Clause("a", 1), Clause("b", 2, "B"), Clause("c", 4, "C"))
        tree = parse(render_html(Document("en", "T", clauses=clauses)))
        assert [heading.tag for heading in tree.iter("h2", "h3", "h4", "h5")] == ["h2", "h3"]

    @given(strategies.documents())
    def test_keeps_order_and_bodies(self, document: Document) -> None:
        html = render_html(document)
        tree = parse(html)
        assert [section.get("id") for section in tree.iter("section")] == [
            clause_anchor(clause.key) for clause in document.clauses
        ]
        position = 0
        for clause in document.clauses:
            position = html.index(clause.body, position)
