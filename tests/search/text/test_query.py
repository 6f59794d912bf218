from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.query import MAX_LENGTH, MAX_TERMS, Query, clean, parse_query
from search.text.synonyms import SynonymTable

Shown = list[list[list[str]]]


def shown(query: Query) -> Shown:
    """Return a query's terms as literals, exact ones in quotation marks, numbers with a number sign."""

    def show(needle):
        if needle.path:
            return "#" + ".".join(map(str, needle.path))
        return f'"{needle.literal}"' if needle.is_exact else needle.literal

    return [[[show(needle) for needle in way] for way in term.alternatives] for term in query.terms]


class TestClean:
    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("  a \n b\t", "a b"),
            ("個人\u3000資料", "個人 資料"),
            ("a\x00b\u202ec", "a b c"),
            ("x" * 10_000, "x" * MAX_LENGTH),
            ("", ""),
        ],
    )
    def test_cleans(self, text: str, cleaned: str) -> None:
        assert clean(text) == cleaned

    @given(st.text(max_size=500))
    def test_is_idempotent_and_bounded(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)
        assert len(clean(text)) <= MAX_LENGTH


class TestParseQuery:
    @pytest.mark.parametrize(
        ("text", "terms"),
        [
            ("隐私", [[["隐私"]]]),
            ("個人 資料", [[["个人"]], [["资料"]]]),
            ("個人、資料", [[["个人"]], [["资料"]]]),
            ("Server LOGS", [[[" server "]], [[" logs "]]]),
            ("the retention of logs", [[[" retention "]], [[" logs "]]]),
            ("of the", [[[" of "]], [[" the "]]]),
            ('"of the logs" 「保存 三年」', [[['" of the logs "']], [['"保存 三年"']]]),
            ('"unfinished quote', [[[" unfinished "]], [[" quote "]]]),
            ('""', []),
            ("e-mail moi.gov.tw", [[[" e mail "]], [[" moi gov tw "]]]),
            ("使用cookie政策", [[["使用"]], [[" cookie "]], [["政策"]]]),
            ("A級 第3類", [[[" a 级"]], [["第 3 类"]]]),
            ("第三點", [[["第三点"], ["#3"]]]),
            ("第三點 第二款", [[["第三点 第二款"], ["#3.2"]]]),
            ("clause 3(2) cookies", [[[" clause 3 2 "], ["#3.2"]], [[" cookies "]]]),
            ("section logs", [[[" section "]], [[" logs "]]]),
            ("隱私第三點", [[["隐私第三点"], ["隐私", "#3"]]]),
            ("a a A", [[[" a "]]]),
            ("a & b | !c:*", [[[" b "]], [[" c "]]]),
            ("';DROP TABLE x--", [[[" drop "]], [[" table "]], [[" x "]]]),
            ("<b>隱私</b>", [[[" b "]], [["隐私"]]]),
            ("…，。！", []),
            ("😀", []),
            ("", []),
        ],
    )
    def test_reads_what_is_typed(self, text: str, terms: Shown) -> None:
        assert shown(parse_query(text)) == terms

    def test_says_what_was_left_out(self) -> None:
        assert not parse_query("x" * MAX_LENGTH).is_shortened
        assert parse_query("x" * MAX_LENGTH + "y").is_shortened
        many = parse_query(" ".join(f"word{place}" for place in range(20)))
        assert (len(many.terms), many.is_shortened) == (MAX_TERMS, True)

    @given(st.text(max_size=300))
    def test_takes_any_text(self, text: str) -> None:
        query = parse_query(text)
        assert bool(query) == bool(query.terms)
        assert all(needle.tokens or needle.path for needle in query.needles)

    @pytest.mark.parametrize("piece", ['"', "第三點", "3(2)", "(", "«", "𠮷", "\x00", "a.", ". ", "é"])
    def test_takes_long_texts_quickly(self, piece: str) -> None:
        begun = time.process_time()
        parse_query(piece * 10_000)
        assert time.process_time() - begun < 1

    def test_prefers_all_that_was_typed(self) -> None:
        whole = parse_query("the personal data").whole
        assert whole is not None
        assert whole.literal == " the personal data "
        assert parse_query("data").whole is None


class TestSynonyms:
    TABLE = SynonymTable(
        [["隱私", "私隱"], ["個資", "個人資料", "personal data"], ["cookie", "餅乾"], ["e-mail", "email"], ["alone"]]
    )

    @pytest.mark.parametrize(
        ("text", "terms"),
        [
            ("私隐", [[["私隐"], ["隐私"]]]),
            ("Cookie", [[[" cookie "], ["饼干"]]]),
            ("個資保護", [[["个资保护"], ["个人资料保护"], [" personal data 保护"]]]),
            ("personal data kept", [[[" personal ", " data "], ["个资"], ["个人资料"]], [[" kept "]]]),
            ("e-mail", [[[" e mail "], [" email "]]]),
            ('"cookie" 「個資」', [[['" cookie "']], [['"个资"']]]),
            ("cookie 第三點", [[[" cookie "], ["饼干"]], [["第三点"], ["#3"]]]),
            ("alone other", [[[" alone "]], [[" other "]]]),
        ],
    )
    def test_are_found_too(self, text: str, terms: Shown) -> None:
        assert shown(parse_query(text, self.TABLE)) == terms

    def test_are_bounded(self) -> None:
        table = SynonymTable([[f"word{place}" for place in range(50)]])
        (term,) = parse_query("word1", table).terms
        assert len(term.alternatives) == 8

    @given(st.text("個資人料保護cookie ", max_size=40))
    def test_keep_what_was_typed_first(self, text: str) -> None:
        plain, wide = parse_query(text), parse_query(text, self.TABLE)
        typed = [needle for term in wide.terms for needle in term.alternatives[0]]
        assert set(typed) == set(plain.needles)
