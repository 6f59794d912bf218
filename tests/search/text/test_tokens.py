from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.folding import fold
from search.text.tokens import bigrams, normal_form, tokenize


class TestTokenize:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("The agency’s e-mail don't", ["the", "agency", "e", "mail", "dont"]),
            ("使用Cookie 政策，第3點", ["使用", "cookie", "政策", "第", "3", "点"]),
            ("民國一〇九年々ー", ["民国一〇九年々ー"]),
            ("カタカナ・ひらがな 한국어 ㄅㄆ", ["カタカナ", "ひらがな", "한국어", "ㄅㄆ"]),
            ("𠮷野家", ["𠮷野家"]),
            ("_a_b C++ a.b@c.tw", ["a", "b", "c", "a", "b", "c", "tw"]),
            ("😀 & | ! : * ()", []),
        ],
    )
    def test_cuts_runs_and_words(self, text: str, tokens: list[str]) -> None:
        assert [token.text for token in tokenize(fold(text))] == tokens

    def test_cuts_words_of_unreasonable_length(self) -> None:
        (token,) = tokenize("x" * 10_000)
        assert (len(token.text), token.end) == (120, 10_000)

    @given(st.text())
    def test_tells_where_tokens_stand(self, text: str) -> None:
        folded = fold(text)
        tokens = tokenize(folded)
        assert all(token.text and folded[token.start : token.end] for token in tokens)
        assert all(a.end <= b.start for a, b in pairwise(tokens))
        assert all(token.text == folded[token.start : token.end] for token in tokens if token.is_run)


def test_the_normal_form_knows_no_spacing_nor_punctuation() -> None:
    assert normal_form("使用cookie，之 目的") == normal_form("使用 Cookie 之、目的") == " 使用 cookie 之 目的 "
    assert normal_form("…") == " "


def test_bigrams_end_with_the_last_character() -> None:
    assert bigrams("個人資料") == ["個人", "人資", "資料", "料"]
    assert bigrams("個") == ["個"]
