from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.text.importing import ImportCode, ImportRefused
from tests.policies.text.importing_helpers import codes, kept, outline, read, visible

PAGE = """\
<!DOCTYPE html>
<html lang="zh-Hant"><head><meta charset="utf-8"><title>隱私權政策 | 海外事務署</title>
<script>var secret = 1;</script><style>p { color: red }</style></head>
<body onload="steal()"><form action="/x"><div id="top"><ul class="menu"><li><a href="/">首頁</a></li></ul></div>
<nav>網站導覽</nav>
<div id="content"><h2>隱私權政策</h2><p onclick="steal()">本署重視您的
隱私。<script>alert(1)</script></p>
<p><strong>一、適用範圍</strong><br>本政策適用於本網站。<br>二、資料蒐集<br>本署蒐集：</p>
<ol><li>姓名</li><li>電話 <a href="javascript:alert(1)">號碼</a></li></ol>
<p>三、聯絡方式</p><ul><li>電話：02-2348-2999</li><li>地址<ul><li>臺北市</li></ul><p>請先來電。</p></li></ul>
<table><tr><th>名稱</th><th>期限</th></tr><tr><td>lang</td><td>一年</td></tr></table>
<button>送出</button><!-- 註解 -->
</div><div class="footer">版權所有</div></form></body></html>
"""


def page(content: str) -> str:
    return f"<html><body><main><h1>Privacy policy</h1>{content}</main></body></html>"


def read_page(content: str, language: str = "en") -> list[str]:
    return outline(read(page(content), "page.html", language))


class TestSavedPages:
    def test_finds_the_content_and_its_clauses(self) -> None:
        imported = read(PAGE, "page.html", "zh-hant")
        assert imported.document.title == "隱私權政策"
        assert outline(imported) == [
            "- / 本署重視您的隱私。",
            "一、 / 適用範圍 / 本政策適用於本網站。",
            "二、 / 資料蒐集 / 本署蒐集：",
            "（一） / 姓名",
            "（二） / 電話 號碼",
            "三、 / 聯絡方式 / - 電話：02-2348-2999\n- 地址\n  - 臺北市\n- 請先來電。\n名稱 | 期限\nlang | 一年",
        ]
        assert codes(imported) == [
            (ImportCode.PARTS_DROPPED, None),
            (ImportCode.LINK_DROPPED, 9),
            (ImportCode.TABLE_AS_TEXT, 11),
        ]

    def test_lets_nothing_that_acts_through(self) -> None:
        imported = read(PAGE, "page.html", "zh-hant")
        text = repr(imported.document)
        assert not any(word in text for word in ("script", "alert", "steal", "secret", "onclick", "color"))

    def test_lists_what_it_dropped(self) -> None:
        removed = "".join(read(PAGE, "page.html", "zh-hant").removed)
        assert all(word in removed for word in ("首頁", "網站導覽", "版權所有", "送出"))

    def test_tells_html_by_its_start(self) -> None:
        assert read(PAGE, "page.txt", "zh-hant").document.title == "隱私權政策"

    def test_takes_the_title_of_the_page_where_the_text_has_none(self) -> None:
        source = "<html><head><title>Privacy - Agency</title></head><body><p>1. We keep little.</p></body></html>"
        assert read(source, "page.html").document.title == "Privacy"

    @pytest.mark.parametrize(
        "content",
        [
            "<div role='main'><p>1. We keep little.</p></div>",
            "<article><p>1. We keep little.</p></article>",
            "<div class='x content'><p>1. We keep little.</p></div>",
            "<p>1. We keep little.</p>",
        ],
    )
    def test_drops_what_surrounds_the_content(self, content: str) -> None:
        around = "<header>Agency</header><div class='breadcrumb'>Home</div><aside>News</aside><p hidden>Hidden</p>"
        links = "<div>" + "".join(f"<a href='/{place}'>Page {place}</a> " for place in range(6)) + "</div>"
        source = f"<html><body>{around}{links}{content}<footer>Contact</footer></body></html>"
        imported = read(source, "page.html")
        assert outline(imported) == ["1. / We keep little."]

    def test_drops_a_list_of_links_into_the_page(self) -> None:
        contents = "".join(f'<li><a href="#{place}">Part {place}</a></li>' for place in range(5))
        assert read_page(f"<ul>{contents}</ul><h2>Scope</h2><p>This site.</p>") == ["1. / Scope / This site."]

    @pytest.mark.parametrize(
        "source", ["<html><body><script>alert(1)</script></body></html>", "<html></html>", "<!DOCTYPE html>"]
    )
    def test_refuses_a_page_without_text(self, source: str) -> None:
        with pytest.raises(ImportRefused) as refusal:
            read(source, "page.html")
        assert refusal.value.code is ImportCode.EMPTY

    def test_refuses_a_page_of_too_many_elements(self) -> None:
        with pytest.raises(ImportRefused) as refusal:
            read("<html>" + "<br>" * 250_000, "page.html")
        assert refusal.value.code is ImportCode.TOO_COMPLEX


class TestElements:
    def test_headings_give_depth(self) -> None:
        content = "<h2>A</h2><p>One.</p><h3>B</h3><p>Two.</p><h2>C</h2><h4>D</h4><p>Three.</p>"
        imported = read(page(content), "page.html")
        assert [(clause.depth, clause.heading) for clause in imported.document.clauses] == [
            (1, "A"),
            (2, "B"),
            (1, "C"),
            (2, "D"),
        ]

    def test_typed_numbers_in_headings_are_taken_off(self) -> None:
        content = "<h3>一、目的</h3><p>甲。</p><h3>（一）範圍</h3><p>乙。</p><h3>二、附則</h3><p>丙。</p>"
        assert read_page(content, "zh-hant")[:3] == ["一、 / 目的 / 甲。", "（一） / 範圍 / 乙。", "二、 / 附則 / 丙。"]

    def test_numbered_lists_are_clauses(self) -> None:
        content = "<ol><li>We keep little.<ol type='a'><li>Names.</li></ol></li><li><p>We tell you.</p><p>Always.</p></li></ol>"
        assert read_page(content) == ["1. / We keep little.", "(1) / Names.", "2. / We tell you.\nAlways."]

    def test_an_item_without_words_keeps_its_number(self) -> None:
        assert read_page("<ol><li><ol><li>Names.</li></ol></li><li>Two.</li></ol>") == [
            "1.",
            "(1) / Names.",
            "2. / Two.",
        ]

    def test_a_short_list_inside_a_text_stays_a_list(self) -> None:
        content = "<h2>Data</h2><p>We hold:</p><ol><li>names<ul><li>old</li></ul></li><li>numbers</li></ol><p>We sell none.</p>"
        imported = read(page(content), "page.html")
        assert imported.document.clauses[0].body == (
            "<p>We hold:</p><ol><li>names</li></ol><ul><li>old</li></ul><ol><li>numbers</li></ol><p>We sell none.</p>"
        )

    def test_lists_count_from_their_start(self) -> None:
        content = "<ol><li>One.</li></ol><p>Between.</p><ol start='2'><li>Two.</li><li value='5'>Five.</li></ol>"
        assert read_page(content)[1] == "2. / Two."

    def test_typed_numbers_in_a_list_without_markers(self) -> None:
        content = "<ol style='list-style-type: none'><li>（一）甲。</li><li>（二）乙。</li></ol>"
        assert read_page(content, "zh-hant") == ["一、 / 甲。", "二、 / 乙。"]

    def test_marks_survive(self) -> None:
        content = (
            "<p>A <b>b</b> <i>c</i> <code>d</code> <span style='font-weight:700'>e</span> <b style='font-weight:normal'>f</b> "
            "<span style='font-style:italic'>g</span> <a href='https://gov.tw/'>h</a>.</p>"
        )
        body = read(page(content), "page.html").document.clauses[0].body
        assert body == (
            "<p>A <strong>b</strong> <em>c</em> <code>d</code> <strong>e</strong> f <em>g</em> "
            '<a href="https://gov.tw/">h</a>.</p>'
        )

    def test_breaks_and_preformatted_lines(self) -> None:
        body = (
            read(page("<p>One<br>two.<br><br>Three.</p><pre>First\nSecond.</pre>"), "page.html")
            .document.clauses[0]
            .body
        )
        assert body == "<p>One<br>two.</p><p>Three.</p><p>First<br>Second.</p>"

    def test_keeps_what_an_image_says(self) -> None:
        imported = read(page("<p><img alt='Seal' src='x.png'> of the agency.</p>"), "page.html")
        assert outline(imported) == ["- / Seal of the agency."]
        assert codes(imported) == [(ImportCode.IMAGE_DROPPED, 1)]

    def test_a_table_that_lays_out_a_page_is_no_table(self) -> None:
        content = "<table><tr><td>x</td><td><h2>Scope</h2><p>This site.</p></td></tr></table>"
        assert read_page(content)[-1] == "1. / Scope / This site."

    def test_cells_keep_their_links_and_paragraphs(self) -> None:
        content = "<table><tr><td>A</td><td><p>one</p><p><a href='/x'>two</a></p></td></tr><tr><td></td><td></td></tr></table>"
        assert read(page(content), "page.html").document.clauses[0].body == '<p>A | one <a href="/x">two</a></p>'

    def test_a_link_in_a_heading_is_reported(self) -> None:
        imported = read(page("<h2><a href='/scope'>Scope</a></h2><p>This site.</p>"), "page.html")
        assert codes(imported) == [(ImportCode.LINK_DROPPED, 1)]

    def test_deep_nesting_is_read(self) -> None:
        assert read_page("<div>" * 3000 + "<p>1. We keep little.</p>" + "</div>" * 3000)[-1] == "1. / We keep little."


class TestClipboard:
    def test_word(self) -> None:
        def item(level: int, label: str, text: str, name: str = "l0") -> str:
            ignored = (
                f"<![if !supportLists]><span style='mso-list:Ignore'>{label}<span>&nbsp;&nbsp;</span></span><![endif]>"
            )
            return f"<p class=MsoListParagraph style='mso-list:{name} level{level} lfo1'>{ignored}{text}</p>"

        source = (
            item(1, "一、", "目的")
            + "<p class=MsoNormal>本署為保護個人資料，訂定本政策。</p>"
            + item(2, "（一）", "甲項內容。")
            + item(2, "（二）", "乙項內容。")
            + item(1, "·", "附註", "l1")
            + item(1, "二、", "附則")
        )
        imported = read(source, "clip.html", "zh-hant")
        assert outline(imported) == [
            "一、 / 目的 / 本署為保護個人資料，訂定本政策。",
            "（一） / 甲項內容。",
            "（二） / 乙項內容。\n- 附註",
            "二、 / 附則",
        ]

    def test_google_docs(self) -> None:
        source = (
            '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h1><span>Privacy policy</span></h1>'
            '<ol><li aria-level="1"><p role="presentation"><span style="font-weight:700">Scope</span></p></li>'
            '<ol><li aria-level="2"><p><span>This site.</span></p></li></ol>'
            '<li aria-level="1"><p><span>Contact us.</span></p></li></ol></b>'
        )
        assert outline(read(source, "clip.html")) == ["1. / Scope", "(1) / This site.", "2. / Contact us."]


TAGS = [
    "p",
    "div",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "b",
    "em",
    "table",
    "tr",
    "td",
    "th",
    "nav",
    "form",
    "blockquote",
    "br",
    "pre",
    "span",
]
words = st.sampled_from(
    ["We keep it. ", "Scope", "資料保存三年。", "1. ", "（一）", "(a) and (b)", "end.(2) Next", "a &amp; b", "\n", " "]
)
elements = st.recursive(
    words,
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>" if tag != "br" else "<br>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


cells = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["td", "th"]), elements)
rows = st.builds("<tr>{}</tr>".format, st.lists(st.one_of(cells, words), min_size=2, max_size=4).map("".join))
# Tables of data, with words where only cells may stand.
tables = st.builds("<table>{}</table>".format, st.lists(st.one_of(rows, words, cells), max_size=4).map("".join))


class TestNothingIsLost:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.one_of(elements, tables), max_size=6))
    def test_every_visible_character_is_kept_or_listed(self, parts: list[str]) -> None:
        text = "We keep what the law asks us to keep and tell everyone about that. " * 40
        source = f"<html><body><h1>Privacy policy</h1><p>{escape(text)}</p>{''.join(parts)}</body></html>"
        imported = read(source, "page.html")
        # Bars divide the cells of a table; the parser moves text, but drops none.
        found = kept(imported)
        expected = visible("Privacy policy" + text + _words(parts))
        found.pop("|", None)
        assert found == expected

    @pytest.mark.parametrize(
        "table",
        [
            "Scope<tr><td>a</td><td>b</td></tr>",
            "<tbody>Scope<tr><td>a</td><td>b</td></tr></tbody>",
            "<tr>Scope<td>a</td><td>b</td></tr>",
            "<tr><td>a</td><p>Scope</p><td>b</td></tr>",
            "<tr><td>a</td><td>b</td></tr>Scope",
        ],
    )
    def test_words_between_the_cells_of_a_table_come_before_it(self, table: str) -> None:
        assert read_page(f"<p>First.</p><table>{table}</table>") == ["- / First.\nScope\na | b"]

    def test_each_cell_is_read_once(self) -> None:
        table = "<table><caption>Cookies</caption><tr><td>a<b><td>x</td></b></td><td>b</td></tr><td>y</td></table>"
        words = " ".join(read_page(table)).split()
        assert sorted(word for word in words if word.isalnum()) == ["Cookies", "a", "b", "x", "y"]


def _words(parts: list[str]) -> str:
    out: list[str] = []
    inside = False
    for character in "".join(parts).replace("&amp;", "&"):
        if character == "<":
            inside = True
        elif character == ">":
            inside = False
        elif not inside:
            out.append(character)
    return "".join(out)
