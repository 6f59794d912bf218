from dataclasses import replace

from hypothesis import given

from policies.text.clauses import Clause, Document
from policies.text.exporting import to_text
from policies.text.plain import plain_text
from tests.policies.text import strategies
from tests.policies.text.test_exporting_json import METADATA


class TestToText:
    def test_reads_as_the_page_does(self) -> None:
        clauses = (
            Clause("a", 1, "Data", "<p>We keep:</p><ul><li>names</li></ul>"),
            Clause("b", 2, body="<p>One.</p>"),
            Clause("c", 2),
            Clause("d", 1, "Note", numbered=False),
        )
        assert to_text(Document("en", "Privacy", "What we do.", clauses), METADATA) == (
            "Privacy\n\n"
            "Issued by: 外交部\nEdition: 2.1\nIssued on: 14 March 2026\n"
            'In force from: 1 April 2026\nChange note: Why: "law" -- new\n'
            f"Digest: {'ab' * 32}\n"
            "Address: https://example.org/en/policies/privacy/editions/2.1/\n\n"
            "What we do.\n\n"
            "1. Data\n\nWe keep:\n- names\n\n(1) One.\n\n(2)\n\nNote\n"
        )

    def test_speaks_chinese(self) -> None:
        metadata = replace(METADATA, effective_from=None, change_note="", digest="", agency="")
        text = to_text(Document("zh-hant", "隱私權", clauses=(Clause("a", 1, "目的"),)), metadata)
        assert text == (
            "隱私權\n\n版次：2.1\n發布日期：中華民國115年3月14日（2026年3月14日）\n"
            "生效日期：另行公告\n網址：https://example.org/en/policies/privacy/editions/2.1/\n\n"
            "一、目的\n"
        )

    @given(strategies.documents())
    def test_holds_every_word(self, document: Document) -> None:
        text = to_text(document)
        position = 0
        for clause in document.clauses:
            for part in (clause.heading, plain_text(clause.body)):
                position = text.index(part, position) + len(part)
