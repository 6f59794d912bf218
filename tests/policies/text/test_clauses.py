import uuid

import pytest

from policies.text.clauses import Clause, Document, new_key


class TestClause:
    @pytest.mark.parametrize("depth", [0, 5, -1])
    def test_refuses_a_depth_without_numbering(self, depth: int) -> None:
        with pytest.raises(ValueError, match="depth of 1 to 4"):
            Clause(key=new_key(), depth=depth)

    def test_is_numbered_unless_it_says_otherwise(self) -> None:
        assert Clause(key=new_key(), depth=1).numbered

    def test_cannot_change(self) -> None:
        clause = Clause(key=new_key(), depth=1)
        with pytest.raises(AttributeError):
            clause.depth = 2  # type: ignore[misc]


def test_documents_with_the_same_text_are_equal() -> None:
    clause = Clause(key=new_key(), depth=1, heading="Scope")
    assert Document("en", "Privacy policy", clauses=(clause,)) == Document("en", "Privacy policy", clauses=(clause,))


def test_new_keys_are_random_uuids() -> None:
    key = new_key()
    assert str(uuid.UUID(key)) == key
    assert uuid.UUID(key).version == 4
    assert key != new_key()
