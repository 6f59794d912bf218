import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.text.clauses import Clause
from policies.text.numbering import NumberStyle, number_clauses, split_number

S = NumberStyle


class TestSplitNumber:
    @pytest.mark.parametrize(
        ("line", "typed", "style", "value", "rest"),
        [
            ("（一）目的", "（一）", S.CHINESE_BRACKETS, 1, "目的"),
            ("(一) 目的", "(一)", S.CHINESE_BRACKETS, 1, "目的"),
            ("（十二）資料之保存", "（十二）", S.CHINESE_BRACKETS, 12, "資料之保存"),
            ("㈠範圍", "㈠", S.CHINESE_BRACKETS, 1, "範圍"),
            ("（壹）總則", "（壹）", S.FORMAL_BRACKETS, 1, "總則"),
            ("壹、總則", "壹、", S.FORMAL_COMMA, 1, "總則"),
            ("拾貳、附則", "拾貳、", S.FORMAL_COMMA, 12, "附則"),
            ("一、目的", "一、", S.CHINESE_COMMA, 1, "目的"),
            ("二十一、資料", "二十一、", S.CHINESE_COMMA, 21, "資料"),
            ("一　目的", "一", S.CHINESE_COMMA, 1, "目的"),
            ("　　一、　目的", "一、", S.CHINESE_COMMA, 1, "目的"),
            ("一、二十日內回復", "一、", S.CHINESE_COMMA, 1, "二十日內回復"),
            ("一、三年以上之紀錄", "一、", S.CHINESE_COMMA, 1, "三年以上之紀錄"),
            ("第三條　目的", "第三條", S.ARTICLE, 3, "目的"),
            ("第 3 條：目的", "第 3 條：", S.ARTICLE, 3, "目的"),
            ("第三條之一 資料", "第三條之一", S.ARTICLE, 3, "資料"),
            ("第三點", "第三點", S.ARTICLE, 3, ""),
            ("第一條本要點依個人資料保護法訂定", "第一條", S.ARTICLE, 1, "本要點依個人資料保護法訂定"),
            ("第二章 權利", "第二章", S.CHAPTER, 2, "權利"),
            ("第二節 救濟", "第二節", S.SECTION, 2, "救濟"),
            ("第二款　電話號碼", "第二款", S.SUBPARAGRAPH, 2, "電話號碼"),
            ("甲、總則", "甲、", S.STEM_COMMA, 1, "總則"),
            ("(甲) 範圍", "(甲)", S.STEM_BRACKETS, 1, "範圍"),
            ("１.目的", "１.", S.ARABIC_DOT, 1, "目的"),
            ("１．目的", "１．", S.ARABIC_DOT, 1, "目的"),
            ("1. Scope", "1.", S.ARABIC_DOT, 1, "Scope"),
            ("2.Scope", "2.", S.ARABIC_DOT, 2, "Scope"),
            ("1.", "1.", S.ARABIC_DOT, 1, ""),
            ("⒈ Scope", "⒈", S.ARABIC_DOT, 1, "Scope"),
            ("１０、附則", "１０、", S.ARABIC_COMMA, 10, "附則"),
            ("1) Scope", "1)", S.ARABIC_CLOSED, 1, "Scope"),
            ("(1)Scope", "(1)", S.ARABIC_BRACKETS, 1, "Scope"),
            ("（1）範圍", "（1）", S.ARABIC_BRACKETS, 1, "範圍"),
            ("⑵ 範圍", "⑵", S.ARABIC_BRACKETS, 2, "範圍"),
            ("①範圍", "①", S.CIRCLED, 1, "範圍"),
            ("1.2.3 Scope", "1.2.3", S.DECIMAL, 3, "Scope"),
            ("1.2. 範圍", "1.2.", S.DECIMAL, 2, "範圍"),
            ("a) your name", "a)", S.LOWER_CLOSED, 1, "your name"),
            ("(a) your name", "(a)", S.LOWER_BRACKETS, 1, "your name"),
            ("(aa) your name", "(aa)", S.LOWER_BRACKETS, 27, "your name"),
            ("a. your name", "a.", S.LOWER_DOT, 1, "your name"),
            ("B. Scope", "B.", S.UPPER_DOT, 2, "Scope"),
            ("iv. your name", "iv.", S.LOWER_ROMAN_DOT, 4, "your name"),
            ("IV. Rights", "IV.", S.UPPER_ROMAN_DOT, 4, "Rights"),
            ("Ⅳ、權利", "Ⅳ、", S.UPPER_ROMAN_DOT, 4, "權利"),
            ("A、權利", "A、", S.UPPER_DOT, 1, "權利"),
            ("(iii) your name", "(iii)", S.LOWER_ROMAN_BRACKETS, 3, "your name"),
            ("Article 3 Scope", "Article 3", S.ENGLISH_WORD, 3, "Scope"),
            ("ARTICLE IV: Scope", "ARTICLE IV:", S.ENGLISH_WORD, 4, "Scope"),
            ("Section 3", "Section 3", S.ENGLISH_WORD, 3, ""),
            ("§ 3 Scope", "§ 3", S.ENGLISH_WORD, 3, "Scope"),
        ],
    )
    def test_recognises(self, line: str, typed: str, style: S, value: int, rest: str) -> None:
        number, found = split_number(line)
        assert number is not None
        assert (number.text, number.style, number.value, found) == (typed, style, value, rest)

    @pytest.mark.parametrize(
        "line",
        [
            "2014 was a year",
            "2014. The next year",
            "2014年修正",
            "2026-03-14",
            "112.05.21 修正",
            "98.5.21 修正",
            "(a) and (b) above",
            "(a), (b) and (c) apply",
            "(a) above applies",
            "(1) and (2) of this article",
            "1)-(3) apply",
            "（一）及（二）所列資料",
            "（一）、（二）及（三）",
            "（一）所列資料",
            "一、二級主管",
            "一、三、五款",
            "二、三年級學生",
            "1、2樓",
            "甲、乙雙方",
            "3.5 million",
            "1.5 倍",
            "3.5 Percent".lower(),
            "1,000",
            "10.0.0.1 is the router",
            "192.168.1.1 is the router",
            "12. March 2014",
            "(2014) was a year",
            "(02) 2348-2999",
            "0. Nothing",
            "01. May",
            "I. Newton was a physicist",
            "I. Newton's laws",
            "J. R. Smith wrote this",
            "e.g. this",
            "i.e. that",
            "a.m. is before noon",
            "p. 5",
            "mix. it",
            "vs. them",
            "(as far as possible) we do",
            "(see above)",
            "第三條規定",
            "第三條、第四條",
            "第三條及第四條",
            "第三條第二項",
            "第三項之規定",
            "第三款電話",
            "第一次修正",
            "Article 3 of the Act",
            "Section 5 applies",
            "Part A",
            "一般規定",
            "一月一日起",
            "十月、十一月",
            "TLS 1.3",
            "No. 5",
            "I am",
            "A、B 二案",
            "",
            "   ",
        ],
    )
    def test_leaves_running_text_alone(self, line: str) -> None:
        assert split_number(line) == (None, line)

    @pytest.mark.parametrize(
        ("line", "readings"),
        [
            ("(i) x", [(S.LOWER_ROMAN_BRACKETS, 1), (S.LOWER_BRACKETS, 9)]),
            ("(c) x", [(S.LOWER_BRACKETS, 3)]),
            ("c. x", [(S.LOWER_DOT, 3)]),
            ("l) x", [(S.LOWER_CLOSED, 12), (S.LOWER_ROMAN_CLOSED, 50)]),
            ("V. X", [(S.UPPER_ROMAN_DOT, 5), (S.UPPER_DOT, 22)]),
        ],
    )
    def test_offers_both_readings_of_a_letter(self, line: str, readings: list[tuple[S, int]]) -> None:
        number, _ = split_number(line)
        assert number is not None
        assert list(number.readings()) == readings

    def test_gives_the_parts_of_a_decimal(self) -> None:
        number, _ = split_number("1.12.3 Scope")
        assert number is not None
        assert number.parts == (1, 12, 3)

    @pytest.mark.parametrize("line", ["I. Introduction", "3.5 Grams", "(an) apple"])
    def test_marks_what_running_text_has_too_as_weak(self, line: str) -> None:
        number, _ = split_number(line)
        assert number is not None
        assert number.is_weak

    @given(
        language=st.sampled_from(["en", "zh-hant"]),
        depth=st.integers(min_value=1, max_value=4),
        count=st.integers(min_value=1, max_value=99),
        text=st.sampled_from(["We keep it.", "本會保存之。"]),
    )
    def test_reads_every_number_that_we_write(self, language: str, depth: int, count: int, text: str) -> None:
        label = number_clauses([Clause(key=str(place), depth=depth) for place in range(count)], language)[-1]
        number, rest = split_number(f"{label} {text}")
        assert number is not None
        assert (number.text, rest) == (label, text)
        assert count in {value for _, value in number.readings()}

    @given(st.text(alphabet="一二十百壹甲第條點()（）.、 　\u00a0123aivxIV①§,及 and", max_size=12))
    @example("第一條之一")
    def test_loses_nothing(self, line: str) -> None:
        number, rest = split_number(line)
        typed = number.text if number else ""
        assert "".join((typed + rest).split()) == "".join(line.split())
