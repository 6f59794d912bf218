from __future__ import annotations

import json

import pytest

from newsletters.articles import (
    Article,
    Change,
    ChangedClause,
    Heading,
    Item,
    Link,
    LinkList,
    Picture,
    Prose,
    body_text,
)

CHANGE = Change(
    title="隱私權政策",
    number="2.0",
    kind="issue",
    is_first=False,
    issued_on="2025-03-01",
    effective_from=None,
    note="保存期限延長為五年。",
    clauses=(
        ChangedClause(label="二、保存期限", words="修正文字", url="https://www.ola.example/e#c-2"),
        ChangedClause(label="三、聯絡方式", words="刪除", url=""),
    ),
    more=0,
    edition_url="https://www.ola.example/e",
    compare_url="https://www.ola.example/c",
    digest="ab" * 32,
    edition=1,
    text=2,
)
ARTICLE = Article(
    language="zh-hant",
    title="電子報",
    summary="本期重點。",
    blocks=(
        Heading(text="政策"),
        Prose(html='<p>請見<a href="https://www.ola.example/a">說明</a>。</p>'),
        CHANGE,
        LinkList(title="連結", links=(Link(url="https://www.ola.example/b", text="辦法"),)),
        Picture(src="https://www.ola.example/media/a.png", alt="地圖", width=600, height=300),
        Item(title="消息", summary="", url="https://www.ola.example/a", language="en"),
    ),
)


class TestArticle:
    def test_json_keeps_all_of_it(self) -> None:
        assert Article.from_data(json.loads(json.dumps(ARTICLE.to_data()))) == ARTICLE

    def test_names_every_link_once_in_reading_order(self) -> None:
        assert [link.removeprefix("https://www.ola.example/") for link in ARTICLE.links] == [
            "a",
            "e",
            "c",
            "e#c-2",
            "b",
        ]


class TestBodyText:
    @pytest.mark.parametrize(
        ("html", "text"),
        [
            ("<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines"),
            ('<p>See <a href="https://a.example/x">the <em>text</em></a>.</p>', "See the text <https://a.example/x>."),
            ('<p><a href="https://a.example/x">https://a.example/x</a></p>', "https://a.example/x"),
            ('<p>Write to <a href="mailto:a@b.example">us</a>.</p>', "Write to us <a@b.example>."),
            ('<p><a href="mailto:a@b.example">a@b.example</a></p>', "a@b.example"),
            ("<p>Bring:</p><ul><li>a pen</li><li>paper</li></ul><p>Thanks</p>", "Bring:\n\n- a pen\n- paper\n\nThanks"),
            ("<ol><li>one<ol><li>half</li></ol></li><li>two</li></ol>", "1. one\n  1. half\n2. two"),
            ("<ol><li>one</li></ol><p>and</p><ol><li>again</li></ol>", "1. one\n\nand\n\n1. again"),
        ],
    )
    def test_writes_blocks_and_the_addresses_of_links(self, html: str, text: str) -> None:
        assert body_text(html) == text
