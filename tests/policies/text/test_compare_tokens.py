import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.compare.tokens import (
    is_tag,
    read_href,
    read_tag,
    tokenize_body,
    tokenize_line,
    visible_length,
)
from tests.policies.text import strategies


class TestTokenizeLine:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("本機關。", ["本", "機", "關", "。"]),
            ("kept 30 days.", ["kept", " ", "30", " ", "days", "."]),
            ("1,000.5, then", ["1,000.5", ",", " ", "then"]),
            ("使用Cookie及１２天", ["使", "用", "Cookie", "及", "１２", "天"]),
            ("the user's e-mail", ["the", " ", "user's", " ", "e", "-", "mail"]),
            ("𠮷葛\U000e0100あ㐀", ["𠮷", "葛\U000e0100", "あ", "㐀"]),
            ("cafe\u0301s x", ["cafe\u0301s", " ", "x"]),
            ("a\u3000 b_<p>", ["a", "\u3000 ", "b", "_", "<", "p", ">"]),
            ("", []),
        ],
    )
    def test_cuts(self, text: str, tokens: list[str]) -> None:
        assert tokenize_line(text) == tokens

    @given(st.text())
    def test_loses_nothing(self, text: str) -> None:
        assert "".join(tokenize_line(text)) == text


class TestTokenizeBody:
    def test_keeps_tags_and_references_whole(self) -> None:
        body = '<p>A&amp;B <a href="/x?a=&quot;>&quot;">三<br>'
        assert tokenize_body(body) == [
            "<p>", "A", "&amp;", "B", " ", '<a href="/x?a=&quot;>&quot;">', "三", "<br>",
        ]  # fmt: skip

    @given(strategies.bodies | st.text())
    def test_loses_nothing(self, body: str) -> None:
        assert "".join(tokenize_body(body)) == body

    def test_measures_what_is_seen(self) -> None:
        assert [visible_length(token) for token in ("<p>", "&amp;", "&", "<", "word")] == [
            0, 1, 1, 1, 4,
        ]  # fmt: skip


class TestTags:
    def test_reads_names(self) -> None:
        assert read_tag("<P class='x'>") == ("p", False)
        assert read_tag("</ul>") == ("ul", True)
        assert read_tag("<") == ("", False)
        assert not is_tag("<")

    @pytest.mark.parametrize(
        ("tag", "href"),
        [
            ('<a href="/a?b=1&amp;c=2">', "/a?b=1&c=2"),
            ("<a href='/a'>", "/a"),
            ("<a title=x HREF=/a>", "/a"),
            ("<a>", ""),
        ],
    )
    def test_reads_addresses(self, tag: str, href: str) -> None:
        assert read_href(tag) == href
