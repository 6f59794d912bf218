import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.plain import plain_text
from policies.text.sanitize import safe_href, sanitize_body, sanitize_line

TAGS = [
    "p",
    "ul",
    "ol",
    "li",
    "b",
    "i",
    "em",
    "strong",
    "a",
    "code",
    "br",
    "div",
    "h1",
    "table",
    "tr",
    "td",
    "span",
    "script",
]
pieces = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            '<a href="https://gov.tw/a?b=1&amp;c=2">',
            '<a href="javascript:alert(1)">',
            "<a href='/en/'>",
            "&nbsp;",
        ]
    ),
    st.sampled_from([" ", "\n", "\u3000", "&lt;", "&amp;", "個人資料", "word", "e\u0301", "<br>", "<!-- x -->"]),
    st.text(max_size=8),
)
markup = st.lists(pieces, max_size=25).map("".join)


class TestSanitizeBody:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("plain words", "<p>plain words</p>"),
            ("<p>a</p>\n<p>b</p>", "<p>a</p><p>b</p>"),
            ("<p>a<br><br>b</p>", "<p>a</p><p>b</p>"),
            ("<p>a <br> b<br></p>", "<p>a<br>b</p>"),
            ("<b>bold</b> and <i>slanted</i>", "<p><strong>bold</strong> and <em>slanted</em></p>"),
            ("<strong>a </strong><strong>b</strong>", "<p><strong>a b</strong></p>"),
            ("<em><strong>x</strong></em>", "<p><strong><em>x</em></strong></p>"),
            ("<p>x<strong> </strong>y</p>", "<p>x y</p>"),
            ("<p> 二、\u3000三\xa0年 </p>", "<p>二、 三 年</p>"),
            ("<div>a<div>b</div></div>", "<p>a</p><p>b</p>"),
            ("<h2>Title</h2>text", "<p>Title</p><p>text</p>"),
            ("<ol><li><p>x</p><p>y</p></li></ol>", "<ol><li>x<br>y</li></ol>"),
            ("<ul><li>a<br><br>b</li></ul>", "<ul><li>a<br>b</li></ul>"),
            ("<ul><li>a</li></ul><ul><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
            ("<ul><li>a</li></ul><ol><li>b</li></ol>", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
            (
                "<ul><li>a<ol><li>b</li></ol>c</li></ul>",
                "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>",
            ),
            ("<ul><li><ul><li>b</li></ul></li></ul>", "<ul><li>b</li></ul>"),
            ("<p></p><ul><li> </li></ul>", ""),
            ("<p class='x' id='y' style='z'>a</p>", "<p>a</p>"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
            ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
            (
                '<a href="/en/?a=1&amp;b=%222%22">x <b>y</b></a>',
                '<p><a href="/en/?a=1&amp;b=%222%22">x <strong>y</strong></a></p>',
            ),
            ("<a href='mailto:a@gov.tw'>write</a>", '<p><a href="mailto:a@gov.tw">write</a></p>'),
            ("<a href='#c-1'>see</a>", '<p><a href="#c-1">see</a></p>'),
            ("<pre>a\n  b</pre>", "<p>a b</p>"),
        ],
    )
    def test_writes_the_canonical_form(self, source: str, expected: str) -> None:
        assert sanitize_body(source) == expected

    @pytest.mark.parametrize(
        "source",
        [
            "<script>alert(1)</script>",
            "<style>p{color:red}</style>",
            "<p onclick='alert(1)' onmouseover=alert(1)>",
            "<a href='javascript:alert(1)'></a>",
            "<iframe src='https://example.org/'></iframe>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
            "<img src=x onerror=alert(1)>",
        ],
    )
    def test_lets_nothing_that_acts_through(self, source: str) -> None:
        assert sanitize_body(f"{source}words") == "<p>words</p>"

    @pytest.mark.parametrize(
        "href",
        [
            "java\tscript:alert(1)",
            "//example.org/",
            "/\\example.org",
            "data:text/html,x",
            "ftp://a/",
            "#top",
            "x",
        ],
    )
    def test_keeps_the_words_of_a_link_it_refuses(self, href: str) -> None:
        assert sanitize_body(f'<p>see <a href="{href}">this</a></p>') == "<p>see this</p>"

    def test_removes_characters_that_deceive(self) -> None:
        assert sanitize_body("<p>ab\u202edc\u200b\ufeff\x07e\u0301</p>") == "<p>abdc\u00e9</p>"

    @given(markup)
    def test_is_idempotent(self, source: str) -> None:
        once = sanitize_body(source)
        assert sanitize_body(once) == once

    @given(markup)
    def test_returns_only_what_a_clause_may_hold(self, source: str) -> None:
        tags = re.findall(r"<[^>]*>", sanitize_body(source))
        allowed = re.compile(
            r'</?(?:p|ul|ol|li|strong|em|code|a)>|<br>|<a href="(?:https://gov\.tw/a\?b=1&amp;c=2|/en/)">'
        )
        assert [tag for tag in tags if not allowed.fullmatch(tag)] == []

    @given(st.text())
    def test_keeps_every_visible_character_of_plain_words(self, text: str) -> None:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        assert plain_text(sanitize_body(escaped)).split() == sanitize_line(text).split()

    @pytest.mark.parametrize("piece", ["<div>", "<ul><li>", "<b><p>", "<table>", "<!--", "<a href='", "&#", "</p>"])
    def test_takes_time_in_proportion_to_the_text(self, piece: str) -> None:
        started = time.process_time()
        sanitize_body(piece * (400_000 // len(piece)))
        # Quadratic parsing of this takes minutes.
        assert time.process_time() - started < 20


class TestSanitizeLine:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("  Privacy \t\n policy ", "Privacy policy"),
            ("隱私權\u3000政策\xa0", "隱私權 政策"),
            ("a\u202eb\u2066c\x00d", "abcd"),
            ("e\u0301", "\u00e9"),
            ("a \u200b b", "a b"),
            ("<b>", "<b>"),
        ],
    )
    def test_collapses_and_cleans(self, source: str, expected: str) -> None:
        assert sanitize_line(source) == expected

    @given(st.text())
    def test_is_idempotent(self, text: str) -> None:
        once = sanitize_line(text)
        assert sanitize_line(once) == once


class TestSafeHref:
    @pytest.mark.parametrize(
        "url",
        [
            "https://gov.tw/",
            "HTTP://gov.tw",
            "tel:+886-2-2348-2999",
            "/zh-hant/policies/",
            "/",
            "#c-12",
        ],
    )
    def test_keeps_known_kinds(self, url: str) -> None:
        assert safe_href(f" {url} ") == url

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "https://",
            "http:///x",
            "//a",
            "/\\a",
            "https://a\\b",
            "javascript:x",
            "vbscript:x",
            "a b",
            "#x",
        ],
    )
    def test_refuses_the_rest(self, url: str) -> None:
        assert safe_href(url) == ""
