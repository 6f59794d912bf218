from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.wrapping import WIDTH, columns, wrap_text

CHINESE = (
    "本署「隱私權政策」第三點修正公布，伺服器紀錄之保存期限由三年延長為五年，自中華民國115年3月14日生效；"
    "修正理由、逐條對照及歷次全文，均可於本署網站查閱（https://www.ola.example/zh-hant/policies/privacy/）。"
)
ENGLISH = (
    "The privacy policy has been revised. Server logs are now kept for five years instead of three, from 14 March 2026; "
    "the reasons and a comparison are at https://www.ola.example/en/policies/privacy/compare/1.0...2.0/ for everyone."
)
TEXTS = st.text(alphabet=st.sampled_from("政策三年，。「」（） abc-d1.\n"), max_size=300)


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


class TestWrapText:
    @pytest.mark.parametrize("text", [CHINESE, ENGLISH])
    def test_keeps_lines_within_the_width(self, text: str) -> None:
        lines = wrap_text(text).splitlines()

        assert len(lines) > 2
        assert all(columns(line) <= WIDTH for line in lines)
        assert letters("".join(lines)) == letters(text)

    def test_breaks_between_characters_but_not_before_closing_or_after_opening_punctuation(self) -> None:
        for width in range(20, 72):
            lines = wrap_text(CHINESE, width=width).splitlines()

            assert not any(line.startswith(tuple("，。；」）、")) for line in lines)
            assert not any(line.endswith(tuple("「（")) for line in lines)

    @pytest.mark.parametrize("text", [CHINESE, ENGLISH])
    def test_never_breaks_an_address(self, text: str) -> None:
        address = re.search(r"https://[!-~]+/", text)
        assert address is not None

        assert any(address[0] in line for line in wrap_text(text, width=30).splitlines())

    def test_never_breaks_a_word(self) -> None:
        assert set(wrap_text(ENGLISH, width=24).split()) == set(ENGLISH.split())

    def test_items_of_a_list_hang(self) -> None:
        assert wrap_text("- one two three four", width=12) == "- one two\n  three four\n"
        assert wrap_text("1. 保存期限延長", width=11) == "1. 保存期限\n   延長\n"

    def test_blank_lines_are_kept_as_one(self) -> None:
        assert wrap_text("\n\n a \n\n\n\nb\n\n") == " a\n\nb\n"

    def test_what_stands_for_something_long_has_its_own_line(self) -> None:
        assert wrap_text("see MARK now", unbroken=re.compile("MARK")) == "see\nMARK\nnow\n"

    @given(TEXTS)
    def test_loses_and_adds_nothing(self, text: str) -> None:
        assert letters(wrap_text(text, width=20)) == letters(text)

    @given(TEXTS)
    def test_a_wrapped_text_is_not_wrapped_again(self, text: str) -> None:
        once = wrap_text(text, width=20)

        assert wrap_text(once, width=20) == once
