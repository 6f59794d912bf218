import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given

from policies.text.clauses import Clause, Document
from policies.text.exporting import Metadata, from_json, metadata_from_json, to_json
from tests.policies.text import strategies

METADATA = Metadata(
    policy="privacy",
    number="2.1",
    issued_at=datetime(2026, 3, 14, 2, 0, tzinfo=UTC),
    effective_from=date(2026, 4, 1),
    first_issued_on=date(2019, 1, 1),
    change_note='Why: "law" -- new',
    digest="ab" * 32,
    agency="外交部",
    url="https://example.org/en/policies/privacy/editions/2.1/",
)


class TestJson:
    def test_is_canonical(self) -> None:
        document = Document("en", "T", clauses=(Clause("k", 1),))
        assert to_json(document) == (
            b'{"document":{"clauses":[{"body":"","depth":1,"heading":"","key":"k",'
            b'"numbered":true,"reason":""}],"language":"en","summary":"","title":"T"},'
            b'"format":"avow-policy/1"}'
        )

    @given(strategies.documents())
    def test_gives_the_document_back(self, document: Document) -> None:
        assert from_json(to_json(document, METADATA)) == document

    def test_gives_the_metadata_back(self) -> None:
        source = to_json(Document("en", "T"), METADATA)
        assert metadata_from_json(source) == METADATA
        assert metadata_from_json(source.decode()) == METADATA
        assert metadata_from_json(to_json(Document("en", "T"))) is None

    def test_keeps_a_date_to_be_announced(self) -> None:
        metadata = Metadata("privacy", "1.0", datetime(2026, 1, 1, tzinfo=UTC))
        assert metadata_from_json(to_json(Document("en", "T"), metadata)) == metadata

    @pytest.mark.parametrize(
        "source",
        [
            b"",
            b"[]",
            b'{"format":"other"}',
            b'{"format":"avow-policy/1"}',
            b'{"format":"avow-policy/1","document":{"clauses":[{"no":1}]}}',
            b'{"format":"avow-policy/1","document":{"clauses":[{"key":"k","depth":9}]}}',
        ],
    )
    def test_refuses_anything_else(self, source: bytes) -> None:
        with pytest.raises(ValueError, match=r"Expecting|format|depth"):
            from_json(source)

    def test_refuses_metadata_with_a_hole(self) -> None:
        data = json.loads(to_json(Document("en", "T"), METADATA))
        del data["metadata"]["issued_at"]
        with pytest.raises(ValueError, match="incomplete"):
            metadata_from_json(json.dumps(data))
