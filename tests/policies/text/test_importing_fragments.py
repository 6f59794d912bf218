import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.text.importing import Fragment, ImportCode, ImportRefused, Surroundings, import_fragment
from policies.text.importing.fragments import MAX_CHARACTERS, one_clause_each
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text
from tests.clipboards import PROGRAMS, SAMPLES
from tests.policies.text.importing_helpers import body_words, visible
from tests.policies.text.test_importing_webpage import elements


def paste(
    markup: str = "",
    text: str = "",
    *,
    language: str = "zh-hant",
    beside: int = 1,
    shallowest: int = 1,
    deepest: int = 2,
) -> Fragment:
    return import_fragment(
        markup=markup, text=text, language=language, surroundings=Surroundings(beside, shallowest, deepest)
    )


def depths(fragment: Fragment) -> list[int]:
    return [clause.depth for clause in fragment.clauses]


def written(fragment: Fragment) -> list[str]:
    return [f"{clause.depth} {clause.heading or plain_text(clause.body)}" for clause in fragment.clauses]


def codes(fragment: Fragment) -> list[ImportCode]:
    return [notice.code for notice in fragment.warnings]


def item(level: int, label: str, words: str, *, name: str = "l0", tag: str = "p") -> str:
    return (
        f"<{tag} class=MsoListParagraph style='mso-list:{name} level{level} lfo1'><![if !supportLists]>"
        f"<span lang=EN-US><span style='mso-list:Ignore'>{label}<span>&nbsp;</span></span></span><![endif]>{words}</{tag}>"
    )


class TestPrograms:
    @pytest.mark.parametrize("language", SAMPLES)
    @pytest.mark.parametrize("program", PROGRAMS)
    def test_clauses_stand_at_their_levels_without_their_numbers(self, program: str, language: str) -> None:
        sample = SAMPLES[language]
        fragment = paste(PROGRAMS[program](sample), sample.plain, language=language)
        numbers = number_clauses(fragment.clauses, language)
        found = [
            f"{clause.depth} {number} {clause.heading or clause.body}"
            for clause, number in zip(fragment.clauses, numbers, strict=True)
        ]
        assert tuple(found) == sample.outline
        assert fragment.warnings == ()

    @pytest.mark.parametrize("language", SAMPLES)
    def test_plain_text_tells_as_much(self, language: str) -> None:
        sample = SAMPLES[language]
        words = [line.split(" ", 2)[2] for line in sample.outline]
        fragment = paste(text=sample.plain.replace("<b>", "").replace("</b>", ""), language=language)
        assert depths(fragment) == [int(line[0]) for line in sample.outline]
        assert [clause.heading or clause.body for clause in fragment.clauses] == [
            each.replace("<strong>", "").replace("</strong>", "") for each in words
        ]


class TestWord:
    def test_numbers_in_headings(self) -> None:
        fragment = paste(
            item(1, "一、", "目的", tag="h1") + "<p class=MsoNormal>訂定本政策。</p>" + item(2, "（一）", "甲。")
        )
        assert written(fragment) == ["1 目的", "2 甲。"]
        assert fragment.clauses[0].body == "<p>訂定本政策。</p>"

    def test_decimal_numbers(self) -> None:
        fragment = paste(
            item(1, "1.", "Scope") + item(2, "1.1", "This site.") + item(2, "1.2", "No other."), language="en"
        )
        assert written(fragment) == ["1 Scope", "2 This site.", "2 No other."]

    def test_bullets_belong_to_the_clause_before_them(self) -> None:
        fragment = paste(
            item(1, "一、", "本署蒐集：") + item(1, "·", "姓名", name="l3") + item(1, "·", "電話", name="l3")
        )
        assert [clause.body for clause in fragment.clauses] == ["<p>本署蒐集：</p><ul><li>姓名</li><li>電話</li></ul>"]

    def test_smart_tags_and_empty_office_paragraphs_leave_their_words(self) -> None:
        fragment = paste(
            item(1, "一、", '<st1:PersonName w:st="on">本署</st1:PersonName>負責。<o:p></o:p>')
            + "<p><o:p>&nbsp;</o:p></p>"
        )
        assert written(fragment) == ["1 本署負責。"]

    def test_deleted_words_stay_out_and_inserted_ones_come_in(self) -> None:
        change = "author:a datetime='2026-03-14T10:00'"
        fragment = paste(item(1, "一、", f"保存<del cite={change}>三</del><ins cite={change}>五</ins>年。"))
        assert written(fragment) == ["1 保存五年。"]
        assert "三" in fragment.removed
        assert codes(fragment) == [ImportCode.TRACKED_CHANGES]

    def test_comments_and_hidden_text_stay_out(self) -> None:
        comment = (
            "<span class=MsoCommentReference><![if !supportAnnotations]><a class=msocomanchor href='#_msocom_1'>[A1]</a>"
            "<![endif]><span style='mso-special-character:comment'>&nbsp;</span></span>"
        )
        balloon = "<div style='mso-element:comment-list'><div style='mso-element:comment'><p>請確認。</p></div></div>"
        fragment = paste(item(1, "一、", f"保存五年。{comment}<span style='mso-hide:all'>密</span>") + balloon)
        assert written(fragment) == ["1 保存五年。"]
        assert fragment.warnings == ()

    def test_a_table_of_contents_stays_out(self) -> None:
        fragment = paste("<p class=MsoToc1>一、目的 1</p>" + item(1, "一、", "目的。"))
        assert written(fragment) == ["1 目的。"]

    def test_a_list_paragraph_without_a_label_is_text(self) -> None:
        fragment = paste(item(1, "一、", "目的。") + "<p style='mso-list:l0 level1 lfo1'>續。</p>")
        assert [clause.body for clause in fragment.clauses] == ["<p>目的。</p><p>續。</p>"]


class TestWordOnline:
    def test_bullets_stay_bullets(self) -> None:
        bullet = '<ul><li data-leveltext="·" data-listid="2" data-aria-level="{}"><p>{}</p></li></ul>'
        fragment = paste("<p>本署蒐集：</p>" + bullet.format(1, "姓名") + bullet.format(2, "本名"))
        assert fragment.clauses[0].body == "<p>本署蒐集：</p><ul><li>姓名<ul><li>本名</li></ul></li></ul>"

    @pytest.mark.parametrize(
        ("style", "pattern", "hint"),
        [
            ("lower-roman", "%4.", 4),
            ("i", "%4.", 4),
            ("lower-latin", "(%4)", 3),
            ("upper-alpha", "%4.", 1),
            ("decimal", "%1.%4", 1),
            ("decimal", "", 1),
        ],
    )
    def test_the_pattern_tells_the_style(self, style: str, pattern: str, hint: int) -> None:
        source = (
            '<ol start="2" style="list-style-type: {0}"><li data-leveltext="{1}" data-listid="2" data-aria-level="1"><p>A.</p></li></ol>'
            '<ol start="3" style="list-style-type: {0}"><li data-leveltext="{1}" data-listid="2" data-aria-level="1"><p>B.</p></li></ol>'
        ).format(style, pattern.replace("%4", "%1") if pattern != "%1.%4" else "%2.%1")
        assert set(depths(paste(source, language="en", deepest=4))) == {hint}

    def test_stems(self) -> None:
        source = (
            '<ol start="2" style="list-style-type: cjk-heavenly-stem"><li data-leveltext="%1、" data-listid="2" '
            'data-aria-level="1"><p>乙。</p></li></ol>'
        )
        assert written(paste(source + source)) == ["1 乙。", "1 乙。"]


class TestWhereItGoes:
    """The depth of the first clause, and with it of all others."""

    def test_the_numbers_of_the_house_tell_it(self) -> None:
        assert depths(paste(text="（一）甲。\n（二）乙。", beside=1)) == [2, 2]
        assert depths(paste(text="(a) one;\n(b) two.", language="en", beside=2, deepest=3)) == [3, 3]

    def test_never_deeper_than_one_under_the_clause(self) -> None:
        assert depths(paste(text="1. 甲。\n2. 乙。", beside=1, deepest=2)) == [1, 1]

    def test_never_above_the_clauses_that_follow(self) -> None:
        assert depths(paste(text="一、甲。\n二、乙。", beside=2, shallowest=2, deepest=3)) == [2, 2]
        assert depths(paste(text="一、甲。\n二、乙。", beside=2, shallowest=1, deepest=3)) == [1, 1]

    def test_a_level_of_word_tells_it_where_the_number_does_not(self) -> None:
        assert depths(paste(item(3, "A)", "甲。") + item(3, "B)", "乙。"), beside=1, deepest=2)) == [2, 2]

    def test_what_is_introduced_stands_under_its_introduction(self) -> None:
        fragment = paste(text="本署蒐集：\n1) 姓名。\n2) 電話。", beside=1, deepest=2)
        assert written(fragment) == ["1 本署蒐集：", "2 姓名。", "2 電話。"]
        assert fragment.begins_with_text
        assert not fragment.is_text

    @pytest.mark.parametrize(
        "source",
        [
            "（三）丙。\n（四）丁。\n三、附則\n（一）戊。",
            item(2, "（三）", "丙。") + item(2, "（四）", "丁。") + item(1, "三、", "附則") + item(2, "（一）", "戊。"),
        ],
    )
    def test_a_piece_from_the_middle_keeps_its_shape(self, source: str) -> None:
        fragment = paste(source if "<" in source else "", source)
        assert written(fragment) == ["2 丙。", "2 丁。", "1 附則", "2 戊。"]
        assert fragment.warnings == ()

    def test_a_piece_may_skip_a_level_of_the_house(self) -> None:
        fragment = paste(text="1. 甲。\n2. 乙。\n二、丙。", beside=3, deepest=4)
        assert depths(fragment) == [3, 3, 1]

    def test_weak_numbers_count_only_in_a_row(self) -> None:
        assert depths(paste(text="b. second\nc. third", language="en")) == [1, 1]
        assert paste(text="b. second\nand no more", language="en").is_text

    def test_a_heading_is_not_placed_by_the_numbers_under_it(self) -> None:
        fragment = paste("<h2>蒐集</h2><p>（一）姓名。</p><p>（二）電話。</p>", beside=1)
        assert written(fragment) == ["1 蒐集", "2 姓名。", "2 電話。"]

    def test_a_fifth_level_stays_in_the_text(self) -> None:
        fragment = paste(text="(1) 甲：\n1) 乙。\n2) 丙。", beside=4, shallowest=4, deepest=4)
        assert depths(fragment) == [4]
        assert codes(fragment) == [ImportCode.LEVEL_TOO_DEEP] * 2


class TestText:
    def test_paragraphs_without_structure_are_text(self) -> None:
        fragment = paste("<p>First of a letter.</p><p>Second of it.</p>", language="en", beside=3)
        assert fragment.is_text
        assert fragment.clauses[0].body == "<p>First of a letter.</p><p>Second of it.</p>"

    def test_each_paragraph_may_be_a_clause(self) -> None:
        fragment = paste("<p>First of a <b>letter</b>.</p><ul><li>An item.</li></ul>", language="en", beside=3)
        clauses = one_clause_each(fragment)
        assert [(clause.depth, clause.body, clause.numbered) for clause in clauses] == [
            (3, "<p>First of a <strong>letter</strong>.</p>", True),
            (3, "<p>An item.</p>", True),
        ]

    def test_navigation_and_links_are_kept(self) -> None:
        links = "".join(f'<li><a href="https://example.org/{n}">Act {n}</a></li>' for n in range(6))
        assert "Act 5" in paste(f"<p>See:</p><ul class=nav>{links}</ul>", language="en").clauses[0].body

    def test_no_script_gets_through(self) -> None:
        fragment = paste('<p onclick="a()">One.</p><script>alert(1)</script><p><a href="javascript:b()">Two.</a></p>')
        assert fragment.clauses[0].body == "<p>One.</p><p>Two.</p>"


class TestRefusals:
    @pytest.mark.parametrize("source", ["", " \n ", "<p>&nbsp;</p>", "<p><script>a()</script></p>"])
    def test_nothing(self, source: str) -> None:
        with pytest.raises(ImportRefused) as refused:
            paste(source, "")
        assert refused.value.code is ImportCode.EMPTY

    def test_too_much(self) -> None:
        with pytest.raises(ImportRefused) as refused:
            paste(text="甲" * (MAX_CHARACTERS + 1))
        assert refused.value.code is ImportCode.TOO_LARGE
        with pytest.raises(ImportRefused) as refused:
            paste(text="甲。\n\n" * 30_001)
        assert refused.value.code is ImportCode.TOO_COMPLEX


class TestNothingIsLost:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(elements, max_size=6))
    def test_every_visible_character_is_kept_or_listed(self, parts: list[str]) -> None:
        source = f"<p>We keep what the law asks.</p>{''.join(parts)}"
        fragment = paste(source, language="en")
        pieces = [*fragment.removed]
        for clause in fragment.clauses:
            pieces += [clause.heading, body_words(clause.body)]
        want = visible(plain_source(source))
        lost = want - visible("".join(pieces))
        assert not lost, lost


def plain_source(source: str) -> str:
    """Return the text of a source as `elements` writes it."""
    return re.sub(r"<[^>]*>", "", source).replace("&amp;", "&")
