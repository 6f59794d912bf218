from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.text.importing import ImportCode
from policies.text.importing.plaintext import read_plain_text
from tests.policies.text.importing_helpers import codes, kept, outline, read, visible

ENGLISH = """\
Privacy Policy

In order to ensure your security when accessing the services of this
website, please read the following articles aimed at protecting your
interests.

1. Scope
This policy applies to data gathered by this website. It does not apply
to the websites that it links to.
(1) Linked websites have their own policies.
(2) Offices may add rules:
(a) for their own services;
(b) for local law.
i. In Europe, the GDPR.
ii. In Britain, the Data Protection Act 2018.
2. Collection
(1) We collect no data when you browse.(2) We log addresses for thirty
days.
(3) 2014 was a year of change; see (a) and (b) above.
"""

CHINESE = """\
隱私權保護政策

歡迎使用本署網站，請詳細閱讀下列說明。

一、適用範圍
　　本政策適用於本網站蒐集、處理及利用個人資料之作業。
二、資料之蒐集
（一）本署於受理線上申辦時，蒐集下列資料：
1.姓名及聯絡電話。
2.電子郵件信箱。
(1)僅供回復之用。
(2)保存一年。
（二）伺服器自行產生之紀錄，不與個人資料連結。
三、附則
本政策得隨時修正；修正後公布於本網站。
"""

CHINESE_OUTLINE = [
    "- / 歡迎使用本署網站，請詳細閱讀下列說明。",
    "一、 / 適用範圍 / 本政策適用於本網站蒐集、處理及利用個人資料之作業。",
    "二、 / 資料之蒐集",
    "（一） / 本署於受理線上申辦時，蒐集下列資料：",
    "1. / 姓名及聯絡電話。",
    "2. / 電子郵件信箱。",
    "(1) / 僅供回復之用。",
    "(2) / 保存一年。",
    "（二） / 伺服器自行產生之紀錄，不與個人資料連結。",
    "三、 / 附則 / 本政策得隨時修正；修正後公布於本網站。",
]


class TestWholeTexts:
    def test_english(self) -> None:
        imported = read(ENGLISH)
        assert imported.document.title == "Privacy Policy"
        assert outline(imported) == [
            "- / In order to ensure your security when accessing the services of this website, please read the"
            " following articles aimed at protecting your interests.",
            "1. / Scope / This policy applies to data gathered by this website. It does not apply to the websites"
            " that it links to.",
            "(1) / Linked websites have their own policies.",
            "(2) / Offices may add rules:",
            "(a) / for their own services;",
            "(b) / for local law.",
            "i. / In Europe, the GDPR.",
            "ii. / In Britain, the Data Protection Act 2018.",
            "2. / Collection",
            "(1) / We collect no data when you browse.",
            "(2) / We log addresses for thirty days.",
            "(3) / 2014 was a year of change; see (a) and (b) above.",
        ]
        assert codes(imported) == [(ImportCode.LINE_SPLIT, 17)]
        assert imported.warnings[0].params == {"number": "(2)", "text": "We log addresses for thirty days."}

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (CHINESE.encode(), []),
            (b"\xef\xbb\xbf" + CHINESE.encode(), []),
            (CHINESE.replace("\n", "\r\n").encode(), []),
            (CHINESE.encode("utf-16"), []),
            (b"\xfe\xff" + CHINESE.encode("utf-16-be"), []),
            (CHINESE.encode("cp950"), [(ImportCode.BIG5, None)]),
            (CHINESE.replace("一、", "一、\u3000").replace("）", "）\xa0").encode(), []),
            (CHINESE.replace("\n", "\n\n").encode(), []),
            (CHINESE.translate(str.maketrans("12（）", "１２()")).encode(), []),
        ],
    )
    def test_chinese_in_every_encoding(self, data: bytes, expected: list[tuple[ImportCode, int]]) -> None:
        imported = read(data, language="zh-hant")
        assert imported.document.title == "隱私權保護政策"
        assert outline(imported) == CHINESE_OUTLINE
        assert codes(imported) == expected

    def test_keys_come_from_the_factory_and_are_fresh_without_one(self) -> None:
        assert [clause.key[-2:] for clause in read(CHINESE, language="zh-hant").document.clauses][:3] == [
            "01",
            "02",
            "03",
        ]


class TestLines:
    def test_joins_chinese_lines_without_a_space(self) -> None:
        text = "隱私權政策\n\n本署蒐集個人資料時，將依個人資料保護法第八條規定，明確告知當事人下列事\n項，並尊重其意願；未經同意，不作其他目的之利用。本署對於個人資料之保護，\n依有關法令辦理。\n"
        assert outline(read(text, language="zh-hant")) == [
            "- / 本署蒐集個人資料時，將依個人資料保護法第八條規定，明確告知當事人下列事項，並尊重其意願；未經同意，"
            "不作其他目的之利用。本署對於個人資料之保護，依有關法令辦理。"
        ]

    def test_joins_a_hyphenated_word(self) -> None:
        lines = ["Policy", "", "We keep the records of everyone who applied in a self-", "service centre near them."]
        paragraphs = read_plain_text("\n".join([*lines, *lines[2:]])).paragraphs
        assert paragraphs[1].text.startswith("We keep the records of everyone who applied in a self-service centre")

    def test_keeps_whole_paragraphs_apart(self) -> None:
        text = (
            "Policy\n"
            + "We keep what the law asks us to keep, and nothing that it does not ask us to keep. " * 3
            + "\nWe tell you.\n"
        )
        assert len(read_plain_text(text).paragraphs) == 3

    def test_keeps_short_lines_apart(self) -> None:
        assert [one.text for one in read_plain_text("Ministry\nTaipei\nTel. 2348").paragraphs] == [
            "Ministry",
            "Taipei",
            "Tel. 2348",
        ]

    def test_reads_bullets(self) -> None:
        imported = read("Policy\n\nWe hold:\n- your name\n• your address\n")
        assert imported.document.clauses[0].body == "<p>We hold:</p><ul><li>your name</li><li>your address</li></ul>"
        assert imported.removed == ("-", "•")

    def test_takes_a_number_alone_on_its_line_with_the_next(self) -> None:
        assert outline(read("Policy\n\n1.\nWe keep little.\n2.\nWe tell you.\n")) == [
            "1. / We keep little.",
            "2. / We tell you.",
        ]

    def test_takes_a_wrapped_number_for_text(self) -> None:
        text = (
            "Policy\n\n1. We keep the records of all those who applied under article 7, paragraph\n"
            "45. The rest is deleted at the end of the year by the office that received the\nforms.\n2. We tell you.\n"
        )
        assert len(outline(read(text))) == 2


class TestStructure:
    def test_a_second_heading_starts_the_numbers_again(self) -> None:
        text = "Privacy Policy\n\n1. We keep little.\n2. We tell you.\n\nSecurity Policy\n\n1. We use a firewall.\n2. We make backups.\n"
        assert outline(read(text)) == [
            "1. / We keep little.",
            "2. / We tell you.",
            "- / Security Policy",
            "(1) / We use a firewall.",
            "(2) / We make backups.",
        ]

    def test_every_section_is_a_parent_where_there_are_several(self) -> None:
        text = "Policies\n\nIntroduction for all readers.\n\nPrivacy\n\n1. We keep little.\n\nSecurity\n\n1. We use a firewall.\n"
        assert outline(read(text))[1:] == [
            "- / Privacy",
            "(1) / We keep little.",
            "- / Security",
            "(1) / We use a firewall.",
        ]

    def test_a_heading_inside_a_clause_does_not_end_the_list(self) -> None:
        text = "Policy\n\n1. We keep little.\n\nPlease note\n\nThis may change whenever the law changes, and we tell you when it does.\n\n2. We tell you.\n"
        assert outline(read(text)) == [
            "1. / We keep little.",
            "- / Please note / This may change whenever the law changes, and we tell you when it does.",
            "2. / We tell you.",
        ]

    def test_a_heading_after_the_last_clause_stands_beside_it(self) -> None:
        text = "Policy\n\n1. We keep little.\n\nContact\n\nWrite to the office that you applied to, or to the address at the end of this page.\n"
        assert [clause.depth for clause in read(text).document.clauses] == [1, 1]

    def test_headings_are_the_clauses_of_a_text_without_numbers(self) -> None:
        text = "隱私權政策\n\n歡迎使用本署網站，請詳細閱讀下列說明。\n\n適用範圍\n\n本政策適用於本網站。\n\n聯絡方式\n\n請洽本署服務專線。\n"
        assert outline(read(text, language="zh-hant")) == [
            "- / 歡迎使用本署網站，請詳細閱讀下列說明。",
            "一、 / 適用範圍 / 本政策適用於本網站。",
            "二、 / 聯絡方式 / 請洽本署服務專線。",
        ]

    def test_a_list_of_short_lines_is_no_heading(self) -> None:
        text = "隱私權政策\n\n本署蒐集：\n姓名\n電話\n未經同意，不作其他目的之利用。\n"
        assert [clause.heading for clause in read(text, language="zh-hant").document.clauses] == [""]

    @pytest.mark.parametrize(
        ("text", "depths"),
        [
            ("壹、總則\n一、目的\n（一）甲項。\n1.乙項。\n貳、附則\n一、施行。", [1, 2, 3, 4, 1, 2]),
            (
                "第一章 總則\n第一條 本辦法依法訂定。\n第二條 本署為主管機關。\n第二章 附則\n第三條 本辦法自發布日施行。",
                [1, 2, 2, 1, 2],
            ),
            ("甲、總則\n(甲) 目的。\n(乙) 範圍。\n乙、附則", [1, 2, 2, 1]),
            ("1、目的\n1.1 範圍。\n1.2 定義。\n2、附則\n2.1 施行。", [1, 2, 2, 1, 2]),
            ("㈠目的\n①範圍。\n②定義。\n㈡附則", [1, 2, 2, 1]),
        ],
    )
    def test_tells_depth_from_the_sequence_of_styles(self, text: str, depths: list[int]) -> None:
        imported = read(f"資料保護政策\n\n{text}\n", language="zh-hant")
        assert [clause.depth for clause in imported.document.clauses][: len(depths)] == depths

    def test_tells_a_letter_from_a_roman_numeral_by_what_came_before(self) -> None:
        items = "\n".join(f"({letter}) Item {letter} is kept." for letter in "abcdefghij")
        imported = read(f"Policy\n\n1. We keep:\n{items}\n(i) Nested.\n")
        assert [clause.depth for clause in imported.document.clauses] == [1, *[2] * 10, 3]

    def test_keeps_a_fifth_level_in_the_text_of_the_fourth(self) -> None:
        imported = read("政策\n\n壹、總則\n一、目的\n（一）甲項。\n1.乙項。\n(1)丙項。\n", language="zh-hant")
        assert outline(imported)[-1] == "(1) / 乙項。\n(1)丙項。"
        assert codes(imported) == [(ImportCode.LEVEL_TOO_DEEP, 7)]

    def test_warns_of_a_number_out_of_order(self) -> None:
        imported = read("政策\n\n一、目的。\n三、附則。\n", language="zh-hant")
        assert outline(imported) == ["一、 / 目的。", "二、 / 附則。"]
        assert codes(imported) == [(ImportCode.NUMBER_OUT_OF_ORDER, 4)]

    def test_warns_of_a_first_number_that_is_not_one(self) -> None:
        assert codes(read("Policy\n\n5. We keep little.\n")) == [(ImportCode.NUMBER_OUT_OF_ORDER, 3)]

    @pytest.mark.parametrize(
        ("text", "language", "depths"),
        [
            ("政策\n\n第一條 總則\n（一）目的。\n二、範圍。\n三、權責。\n", "zh-hant", [1, 2, 2, 2]),
            ("政策\n\n一、總則\n1. 目的。\n（二）範圍。\n3. 權責。\n", "zh-hant", [1, 2, 2, 3]),
            ("Policy\n\n1. Scope\n(a) We keep it.\n(2) We show it.\n(b) We end it.\n", "en", [1, 2, 2, 3]),
        ],
    )
    def test_a_list_that_begins_in_the_middle_stands_where_custom_has_it(
        self, text: str, language: str, depths: list[int]
    ) -> None:
        imported = read(text, language=language)
        assert [clause.depth for clause in imported.document.clauses] == depths
        assert ImportCode.NUMBER_OUT_OF_ORDER in {code for code, _ in codes(imported)}

    def test_takes_a_list_in_the_style_of_its_parent_for_a_level(self) -> None:
        imported = read("Policy\n\n1. We keep little.\n2. We tell you:\n1. when it changes;\n2. why it changes.\n")
        assert [clause.depth for clause in imported.document.clauses] == [1, 1, 2, 2]
        assert codes(imported) == [(ImportCode.LEVEL_UNCLEAR, 5)]

    def test_leaves_a_weak_number_that_follows_nothing(self) -> None:
        imported = read("Policy\n\n1. We keep little.\n\nC. Elegans lives in soil.\n")
        assert outline(imported) == ["1. / We keep little.\nC. Elegans lives in soil."]
        assert codes(imported) == [(ImportCode.NUMBER_LEFT, 5)]

    def test_splits_numbers_in_front_of_one_text(self) -> None:
        assert outline(read("政策\n\n一、（一）目的。\n（二）範圍。\n", language="zh-hant")) == [
            "一、",
            "（一） / 目的。",
            "（二） / 範圍。",
        ]

    @pytest.mark.parametrize(
        "text",
        ["1. See s. 2. The rest follows.", "1. It grew by 2.(7) That is all.", "1. We hold: (1) names; (2) numbers."],
    )
    def test_does_not_split_what_does_not_follow(self, text: str) -> None:
        assert len(read(f"Policy\n\n{text}\n").document.clauses) == 1

    def test_splits_chinese_clauses_on_one_line(self) -> None:
        imported = read("政策\n\n（一）蒐集姓名。（二）蒐集電話。（三）其他。\n", language="zh-hant")
        assert outline(imported) == ["一、 / 蒐集姓名。", "二、 / 蒐集電話。", "三、 / 其他。"]
        assert codes(imported) == [(ImportCode.LINE_SPLIT, 3)] * 2


class TestTitle:
    def test_leaves_out_a_heading_that_repeats_it(self) -> None:
        imported = read("Privacy Policy\n\nPRIVACY POLICY\n\n1. We keep little.\n")
        assert outline(imported) == ["1. / We keep little."]
        assert codes(imported) == [(ImportCode.TITLE_REPEATED, 3)]
        assert "PRIVACY POLICY" in imported.removed

    def test_is_the_name_of_the_file_where_there_is_none(self) -> None:
        imported = read("1. We keep little.\n", name="folder/privacy_policy.txt")
        assert imported.document.title == "privacy policy"
        assert codes(imported) == [(ImportCode.TITLE_MISSING, None)]

    def test_is_no_sentence(self) -> None:
        assert read("We keep little.\n\nWe tell you.\n", name="a.txt").document.title == "a"

    def test_of_a_text_of_one_line_is_not_that_line(self) -> None:
        assert outline(read("We keep little", name="a.txt")) == ["- / We keep little"]


NUMBERS = [
    "1. ",
    "2. ",
    "(1) ",
    "(2)",
    "（一）",
    "（二）",
    "一、",
    "二、",
    "(a) ",
    "(i) ",
    "I. ",
    "1.1 ",
    "第一條 ",
    "- ",
    "甲、",
    "",
]
WORDS = [
    "We keep it.",
    "資料保存三年。",
    "Scope",
    "目的",
    "see (a) and (b) above",
    "2014 was a year",
    "end.(2) Next",
    "\u3000",
    "\xa0x",
    "e\u0301",
    "…",
    "</p>",
    "&amp;",
    "<b>",
]
texts = st.lists(
    st.lists(st.sampled_from(NUMBERS + WORDS), min_size=1, max_size=4).map("".join), min_size=1, max_size=12
)


class TestNothingIsLost:
    @settings(max_examples=200, deadline=None)
    @given(lines=texts, gap=st.sampled_from(["\n", "\n\n", "\r\n"]))
    def test_every_character_is_kept_or_listed(self, lines: list[str], gap: str) -> None:
        text = (
            "Policy title here\n\n"
            + gap.join(lines)
            + "\n\n"
            + "We keep what the law asks us to keep and tell everyone. " * 3
        )
        imported = read(text)
        assert kept(imported) == visible(text.replace("e\u0301", "\u00e9"))

    @given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "P", "N", "Z", "S"]), max_size=60))
    def test_arbitrary_characters_survive(self, text: str) -> None:
        source = (
            "Policy title here\n\nWe keep what the law asks us to keep and tell everyone about that every year.\n" * 2
            + text
        )
        imported = read(source, name="x.txt")
        assert kept(imported) == visible(normalize("NFC", source).replace("\u200b", ""))
