from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.folding import fold, fold_with_places

#: Everything that may come in, with much of what folding changes.
texts = st.text() | st.text(
    "aÁe\u0301c\u0304ﬁ①㈠İßＡ１隱私隐臺台裏裡里着著乾\u200d\ufe0f\U000e0100\u00ad\u3000“’‐", max_size=30
)


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("隱私权", "隐私权"),
            ("臺台", "台台"),
            ("裏裡里", "里里里"),
            ("沿着沿著", "沿著沿著"),
            ("乾燥乾坤乾", "干燥干坤干"),
            ("蒐集", "搜集"),
            ("Ｃｏｏｋｉｅ１２", "cookie12"),
            ("Café cafe\u0301 c\u0304", "cafe cafe c"),
            ("Straße İ ﬁ", "strasse i fi"),
            ("㈠①", "(一)1"),
            ("agency’s", "agency's"),
            ("e‐mail", "e-mail"),
            ("a\u00adb\u200b隱\U000e0100私", "ab隐私"),
            ("a\x00b\ud800c\u2028d", "a b c d"),
            ("й", "й"),
        ],
    )
    def test_makes_alike_what_means_the_same(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(texts)
    def test_changes_nothing_a_second_time(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    def test_changes_no_character_a_second_time(self) -> None:
        every = [chr(place) for place in range(sys.maxunicode + 1)]
        assert [character for character in every if fold(fold(character)) != fold(character)] == []

    @given(texts, texts)
    def test_looks_at_characters_alone(self, first: str, second: str) -> None:
        # The bar keeps a mark at the beginning of the second from going to the first.
        assert fold(f"{first}|{second}") == fold(first) + fold(f"|{second}")


class TestFoldWithPlaces:
    @given(texts)
    def test_gives_the_same_and_places_in_order(self, text: str) -> None:
        folded = fold_with_places(text)
        assert folded.text == fold(text)
        assert len(folded.starts) == len(folded.ends) == len(folded.text)
        assert list(folded.starts) == sorted(folded.starts)
        assert list(folded.ends) == sorted(folded.ends)
        assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))

    def test_leads_back_to_what_was_written(self) -> None:
        text = "ﬁ㈠e\u0301臺\ufe0f"
        folded = fold_with_places(text)
        made = [text[a:b] for a, b in zip(folded.starts, folded.ends, strict=True)]
        assert (folded.text, made) == ("fi(一)e台", ["ﬁ", "ﬁ", "㈠", "㈠", "㈠", "e\u0301", "臺\ufe0f"])
