import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.text.importing import ImportCode, ImportRefused
from tests.policies.text.importing_helpers import codes, kept, outline, read, visible

TEXT = """\
# Privacy policy

Intro words that
wrap.

## Scope
We do *this* and **that** with `code`, [a link](https://gov.tw) and [a bad one](javascript:x).

1. One
   1. Inner
   2. Inner two
2. Two

## Data

- names
- numbers
  - old

  and new

After the list.<br>Next line. <script>alert(1)</script> <b>x</b>

| A | B |
|---|---|
| 1 | 2 |

<div onclick="x">html <i>block</i></div>

![Seal](seal.png)

```
fenced
lines
```
"""


def read_markdown(text: str, language: str = "en") -> list[str]:
    return outline(read(f"# 政策 policy\n\n{text}", "policy.md", language))


class TestMarkdown:
    def test_reads_everything_into_clauses(self) -> None:
        imported = read(TEXT, "policy.md")
        assert imported.document.title == "Privacy policy"
        assert outline(imported)[:6] == [
            "- / Intro words that wrap.",
            "1. / Scope / We do this and that with code, a link and a bad one.",
            "(1) / One",
            "(a) / Inner",
            "(b) / Inner two",
            "(2) / Two",
        ]
        assert imported.document.clauses[-1].body == (
            "<ul><li>names</li><li>numbers<ul><li>old</li></ul></li><li>and new</li></ul>"
            "<p>After the list.<br>Next line. x</p><p>A | B</p><p>1 | 2</p><p>html <em>block</em></p><p>Seal</p>"
            "<p><code>fenced</code><br><code>lines</code></p>"
        )
        assert codes(imported) == [
            (ImportCode.LINK_DROPPED, 7),
            (ImportCode.TABLE_AS_TEXT, 24),
            (ImportCode.IMAGE_DROPPED, 30),
        ]

    def test_keeps_marks(self) -> None:
        body = read(TEXT, "policy.md").document.clauses[1].body
        assert body == (
            "<p>We do <em>this</em> and <strong>that</strong> with <code>code</code>, "
            '<a href="https://gov.tw">a link</a> and a bad one.</p>'
        )

    def test_reads_typed_numbers_line_by_line(self) -> None:
        text = "一、目的\n本署為保護個人資料，特訂定\n本政策。\n（一）範圍如下：\n二、附則\n"
        assert read_markdown(text, "zh-hant") == [
            "一、 / 目的 / 本署為保護個人資料，特訂定本政策。",
            "（一） / 範圍如下：",
            "二、 / 附則",
        ]

    def test_reads_indented_text_as_text(self) -> None:
        assert read_markdown("一、目的。\n\n    （一）範圍。\n", "zh-hant") == ["一、 / 目的。", "（一） / 範圍。"]

    def test_numbered_headings(self) -> None:
        assert read_markdown("## 一、目的\n\n甲。\n\n### （一）範圍\n\n乙。\n", "zh-hant") == [
            "一、 / 目的 / 甲。",
            "（一） / 範圍 / 乙。",
        ]

    def test_a_list_inside_a_bullet_stays_in_the_body(self) -> None:
        imported = read("# Policy\n\nText here.\n\n- a\n  1. b\n", "policy.md")
        assert imported.document.clauses[0].body == "<p>Text here.</p><ul><li>a<ol><li>b</li></ol></li></ul>"

    def test_lists_may_be_empty_closed_with_brackets_or_start_late(self) -> None:
        assert read_markdown("3) Three.\n4) Four.\n") == ["1. / Three.", "2. / Four."]
        assert read_markdown("1. 1. Inner.\n2. Two.\n") == ["1.", "(1) / Inner.", "2. / Two."]

    def test_several_headings_of_one_level_are_clauses(self) -> None:
        imported = read("# Scope\n\nThis site.\n\n# Data\n\nNone.\n", "my_policy.md")
        assert imported.document.title == "my policy"
        assert outline(imported) == ["1. / Scope / This site.", "2. / Data / None."]

    @pytest.mark.parametrize("text", ["*a" * 20_000, "word " * 300_000])
    def test_refuses_blocks_that_would_take_for_ever(self, text: str) -> None:
        with pytest.raises(ImportRefused) as refusal:
            read(text, "policy.md")
        assert refusal.value.code is ImportCode.TOO_COMPLEX


plain = st.sampled_from(
    [
        "We keep it.",
        "資料保存三年。",
        "Scope",
        "see (a) and (b) above",
        "2014 was a year",
        "end.(2) Next",
        "a",
        "（一）目的",
        "一、目的",
    ]
)
lines = st.builds(lambda prefix, text: prefix + text, st.sampled_from(["", "", "## ", "- ", "1. ", "   ", "> "]), plain)


class TestNothingIsLost:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(lines, max_size=10), st.sampled_from(["\n", "\n\n"]))
    def test_every_letter_is_kept_or_listed(self, found: list[str], gap: str) -> None:
        source = (
            "# Privacy policy\n\n"
            + "We keep what the law asks us to keep and tell all. " * 4
            + "\n\n"
            + gap.join(found)
        )
        imported = read(source, "policy.md")
        expected, actual = visible(source), kept(imported)
        for mark in "#->1.":
            # Marks of the format, and numbers that it counts itself.
            expected.pop(mark, None)
            actual.pop(mark, None)
        assert actual == expected
