from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.query import parse_query
from search.text.snippets import Passage, excerpt, mark

LETTERS = "隱私权臺裏着ab é’s-.，。 \n<>&\"'①ﬁ𠮷e\u0301\ufe0f\U000e0100👩\u200d💻🇹🇼👍🏽"


class Stems(dict[str, str]):
    """Stems as English has them, near enough: without an s."""

    def __missing__(self, word: str) -> str:
        return word.rstrip("s")

    def get(self, word: str, default: str | None = None) -> str:  # type: ignore[override]
        return self[word]


def marked(text: str, typed: str) -> str:
    spans = Passage(text).spans(parse_query(typed).needles, Stems())
    return "".join(f"[{piece.text}]" if piece.is_marked else piece.text for piece in mark(text, spans))


class TestSpans:
    @pytest.mark.parametrize(
        ("text", "typed", "shown"),
        [
            ("個人資料之蒐集", "个人资料", "[個人資料]之蒐集"),
            ("個人資料", "資", "個人[資]料"),
            ("臺灣與台灣", "台灣", "[臺灣]與[台灣]"),
            ("Our Cookies; the cookie’s", "cookie", "Our [Cookies]; the [cookie’s]"),
            ("Datum and date", "d", "[Datum] and [date]"),
            ("personal  data, personal", '"personal data"', "[personal  data], personal"),
            ("保存三年，期滿刪除", "「三年期滿」", "保存三年，期滿刪除"),
            ("保存三年，期滿刪除", "「三年，期滿」", "保存[三年，期滿]刪除"),
            ("哈哈哈", "哈哈", "[哈哈哈]"),
            ("㈠ ﬁle ①", "file", "㈠ [ﬁle] ①"),
            ("cafe\u0301s and 隱\U000e0100私", "café 隱", "[cafe\u0301s] and [隱\U000e0100]私"),
            ("<b>&", "b", "<[b]>&"),
            ("三、第三點", "第三點", "三、[第三點]"),
            ("nothing", "something", "nothing"),
            ("", "x", ""),
        ],
    )
    def test_stand_on_what_readers_see(self, text: str, typed: str, shown: str) -> None:
        assert marked(text, typed) == shown

    @given(st.text(LETTERS, max_size=60), st.text(LETTERS, min_size=1, max_size=4))
    def test_lose_nothing_and_part_no_character(self, text: str, typed: str) -> None:
        spans = Passage(text).spans(parse_query(typed).needles, Stems())
        pieces = mark(text, spans)
        assert "".join(piece.text for piece in pieces) == text
        assert all(piece.text for piece in pieces)
        assert not any(unicodedata.combining(text[end]) for _start, end in spans if end < len(text))

    @given(st.text("隱私權個人資料", min_size=2, max_size=20), st.data())
    def test_hold_every_part_of_a_run(self, run: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(run) - 2))
        end = data.draw(st.integers(start + 2, len(run)))
        spans = Passage(f"（{run}）").spans(parse_query(run[start:end]).needles, Stems())
        assert any(a <= start + 1 and end + 1 <= b for a, b in spans)


class TestExcerpt:
    @given(st.text(LETTERS, max_size=120), st.text(LETTERS, min_size=1, max_size=3), st.integers(20, 60))
    def test_is_a_part_of_the_text_that_parts_no_character(self, text: str, typed: str, length: int) -> None:
        spans = Passage(text).spans(parse_query(typed).needles, Stems())
        whole = "".join(piece.text for piece in excerpt(text, spans, length=length))
        if len(text) <= length:
            assert whole == text
            return
        inside = whole.removeprefix("…").removesuffix("…")
        assert inside in text
        assert len(inside) <= length
        assert not unicodedata.combining(whole.removeprefix("…")[0])
        for joined in ("👩\u200d💻", "👍🏽", "e\u0301"):
            assert inside.count(joined) == inside.count(joined[0])

    def test_shows_where_most_marks_are(self) -> None:
        text = "甲" * 300 + "，保存個資。保存個資。" + "乙" * 300 + "保存" + "丙" * 300
        spans = Passage(text).spans(parse_query("保存 個資").needles, Stems())
        shown = "".join(piece.text for piece in excerpt(text, spans))
        assert "保存個資。保存個資" in shown
        assert shown.startswith("…")
        assert shown.endswith("…")

    def test_begins_at_the_beginning_when_nothing_is_marked(self) -> None:
        assert excerpt("甲" * 300, [])[0].text.startswith("甲")
