import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.clauses import Clause
from policies.text.digest import LARGEST_INTEGER, canonical_json, clause_digest, sha256_hex
from tests.policies.text import strategies

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé\U0001f600\ufb01", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


class TestCanonicalJson:
    def test_sorts_keys_and_leaves_no_space(self) -> None:
        assert canonical_json({"b": [1, True, None], "a": "資料"}) == ('{"a":"資料","b":[1,true,null]}'.encode())

    def test_sorts_keys_by_utf16_units_as_rfc_8785_does(self) -> None:
        # The example of RFC 8785, section 3.2.3, without the keys that are not in NFC.
        keys = ["\u20ac", "\r", "1", "\U0001f600", "\u0080", "\u00f6"]
        assert list(json.loads(canonical_json(dict.fromkeys(keys, 0)))) == [
            "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600",
        ]  # fmt: skip

    def test_puts_the_astral_plane_before_the_private_use_area(self) -> None:
        assert list(json.loads(canonical_json({"\ue000": 0, "\U0001f600": 0}))) == [
            "\U0001f600",
            "\ue000",
        ]

    def test_escapes_only_what_json_must(self) -> None:
        assert canonical_json('\x00\x1f"\\/\n<é') == '"\\u0000\\u001f\\"\\\\/\\n<é"'.encode()

    def test_composes_text(self) -> None:
        assert canonical_json({"e\u0301": "e\u0301"}) == canonical_json({"\u00e9": "\u00e9"})

    def test_takes_tuples_for_lists(self) -> None:
        assert canonical_json(("a", 1)) == canonical_json(["a", 1])

    @pytest.mark.parametrize("value", [1.5, b"x", {1: "x"}, object(), {"a": {2.0}}])
    def test_refuses_other_types(self, value: object) -> None:
        with pytest.raises(TypeError):
            canonical_json(value)

    @pytest.mark.parametrize("value", [LARGEST_INTEGER + 1, "\ud800", {"e\u0301": 1, "\u00e9": 2}])
    def test_refuses_what_has_no_one_form(self, value: object) -> None:
        with pytest.raises(ValueError, match=r"too large|surrogates|equal after"):
            canonical_json(value)

    @given(values)
    def test_is_json_and_a_fixed_point(self, value: object) -> None:
        once = canonical_json(value)
        assert canonical_json(json.loads(once)) == once


class TestClauseDigest:
    clause = Clause("k", 2, "Cookies", "<p>We set none.</p>")

    def test_is_pinned(self) -> None:
        expected = '{"body":"<p>We set none.</p>","depth":2,"heading":"Cookies","numbered":true}'
        assert clause_digest(self.clause) == sha256_hex(expected.encode())
        assert clause_digest(self.clause) == ("7a14e63229991db127ad47cfa8f4ec1aa48f4c7152baa3a73b7153b2cd119166")

    def test_covers_neither_key_nor_reason(self) -> None:
        assert clause_digest(replace(self.clause, key="x", reason="why")) == clause_digest(self.clause)

    @given(strategies.clauses(), strategies.clauses())
    def test_differs_with_what_readers_see(self, one: Clause, other: Clause) -> None:
        def seen(clause: Clause) -> Clause:
            return replace(clause, key="", reason="")

        assert (clause_digest(one) == clause_digest(other)) is (seen(one) == seen(other))
