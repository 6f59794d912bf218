import pytest
from hypothesis import given

from policies.text.clauses import Clause, Document
from policies.text.exporting import from_markdown, metadata_from_markdown, to_markdown
from policies.text.exporting.commonmark import body_to_markdown, markdown_to_body
from tests.policies.text import strategies
from tests.policies.text.test_exporting_json import METADATA

KEY = "0b6c1f6e-0000-4000-8000-000000000001"


class TestMarkdown:
    def test_is_readable(self) -> None:
        clauses = (
            Clause(KEY, 1, "Data we keep", "<p>Your <strong>name</strong>.</p>", reason="New -- law"),
            Clause("b", 2, "", "<ul><li>One<ol><li>deep</li></ol></li><li>Two</li></ul><p>End</p>"),
            Clause("c", 1, "Contact", '<p><a href="/en/">us</a><br>1. here</p>', numbered=False),
        )
        document = Document("en", "Privacy", "What we do.", clauses)
        source = to_markdown(document)
        assert source == (
            '---\nformat: "avow-policy/1"\nlanguage: "en"\ntitle: "Privacy"\n'
            'summary: "What we do."\n---\n\n'
            "# Privacy\n\nWhat we do.\n\n"
            f'<!-- clause key="{KEY}" depth="1" reason="New -&#45; law" -->\n\n'
            "## 1. Data we keep\n\nYour **name**.\n\n"
            '<!-- clause key="b" depth="2" -->\n\n'
            "### (1)\n\n- One\n  1. deep\n- Two\n\nEnd\n\n"
            '<!-- clause key="c" depth="1" numbered="false" -->\n\n'
            "## Contact\n\n[us](/en/)\\\n1\\. here\n"
        )
        assert from_markdown(source) == document

    def test_writes_numbers_of_the_language(self) -> None:
        source = to_markdown(Document("zh-hant", "隱私權", clauses=(Clause("a", 1, "目的"),)))
        assert "\n## 一、目的\n" in source

    def test_uses_tags_where_asterisks_would_not_show(self) -> None:
        body = "<p>依<strong>「個資法」</strong>之規定</p><p>see <em>this</em></p>"
        assert body_to_markdown(body) == "依<strong>「個資法」</strong>之規定\n\nsee *this*"
        assert markdown_to_body(body_to_markdown(body)) == body

    @pytest.mark.parametrize(
        "body",
        [
            "<p>a</p>\n<p>b</p>",
            "plain",
            '<p><a href="/x" title="y">z</a></p>',
            "<ul><li>a</li></ul><ul><li>b</li></ul>",
        ],
    )
    def test_keeps_a_body_that_markdown_cannot_hold(self, body: str) -> None:
        document = Document("en", "T", clauses=(Clause("k", 1, body=body),))
        source = to_markdown(document)
        assert 'html="' in source
        assert from_markdown(source) == document

    def test_keeps_a_heading_that_markdown_cannot_hold(self) -> None:
        document = Document("en", "T", clauses=(Clause("k", 1, heading=" a\nb "),))
        assert from_markdown(to_markdown(document)) == document

    def test_reads_an_edit_by_hand(self) -> None:
        source = to_markdown(Document("en", "T", clauses=(Clause("k", 1, "Old", "<p>x</p>"),)))
        edited = source.replace("Old", "New *name*").replace(
            "\nx\n", "\n# y\nz\nz\n\n- a\n\n  b\n\n      code\n\n<div>raw</div>\n\n![alt](/i)\n"
        )
        (clause,) = from_markdown(edited.replace("\n", "\r\n")).clauses
        assert clause.heading == "New name"
        assert clause.body == (
            "<p>y</p><p>z z</p><ul><li>a<br>b<br><code>code</code></li></ul><p>&lt;div&gt;raw&lt;/div&gt;</p><p>alt</p>"
        )

    @given(strategies.documents())
    def test_gives_the_document_back(self, document: Document) -> None:
        assert from_markdown(to_markdown(document, METADATA)) == document

    @given(strategies.bodies)
    def test_leads_back_to_most_bodies_without_help(self, body: str) -> None:
        assert markdown_to_body(body_to_markdown(body)) == body

    def test_gives_the_metadata_back(self) -> None:
        document = Document("en", "T", "S")
        assert metadata_from_markdown(to_markdown(document, METADATA)) == METADATA
        assert metadata_from_markdown(to_markdown(document)) is None

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("", "front matter"),
            ("# Title", "front matter"),
            ('---\nformat: "other"\n---', "format"),
            ('---\nformat: "avow-policy/1"\n---', "language"),
            (
                '---\nformat: "avow-policy/1"\nlanguage: "en"\ntitle: "T"\nsummary: ""\n---\n<!-- clause depth="1" -->',
                "key",
            ),
        ],
    )
    def test_refuses_anything_else(self, source: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            from_markdown(source)
