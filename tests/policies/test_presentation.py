from __future__ import annotations

import pytest
from django.utils.translation import override

from policies.models import EditionText
from policies.payloads import clauses_to_data
from policies.presentation import (
    explain,
    kind_words,
    list_changed_clauses,
    list_changes,
    list_contents,
    summarize_counts,
)
from policies.text.clauses import Clause
from policies.text.compare import ClauseChange, Kind, compare
from tests.factories.policies import key

TREE = (
    Clause(key("intro"), 1, "", "<p>前言。</p>", numbered=False),
    Clause(key("one"), 1, "蒐集", "<p>甲。</p>"),
    Clause(
        key("sub"), 2, "", "<p>本署僅於必要範圍內蒐集個人資料，並於特定目的消失後主動刪除之，不另行通知當事人。</p>"
    ),
    Clause(key("deep"), 3, "細目", "<p>乙。</p>"),
    Clause(key("two"), 1, "", "<p>丙。</p>"),
)


class TestListContents:
    def test_names_the_first_two_levels(self) -> None:
        found = [(item.number, item.label) for item in list_contents(TREE, "zh-hant")]
        assert found == [("一、", "蒐集"), ("二、", "丙。")]


NEW_PATHS = {"one": "一、", "sub": "一、（一）"}


class TestListChangedClauses:
    def text(self, *changes: tuple[str, str]) -> EditionText:
        text = EditionText(pk=1, locale="zh-hant", clauses=clauses_to_data(TREE))
        text.changes = [
            {"key": key(name), "kinds": [kind], "old_path": "九、", "new_path": NEW_PATHS.get(name, ""), "heading": ""}
            for name, kind in changes
        ]
        return text

    def test_gives_the_whole_number_and_a_name(self) -> None:
        (found,) = list_changed_clauses(self.text(("sub", "reworded")))
        assert (found.number, found.is_present) == ("一、（一）", True)
        assert found.label.startswith("本署僅於必要範圍內")
        assert found.label.endswith("…")

    def test_links_nowhere_when_the_clause_is_gone(self) -> None:
        (found,) = list_changed_clauses(self.text(("gone", "removed")))
        assert (found.number, found.is_present, found.label) == ("九、", False, "")

    def test_links_into_the_text_that_is_shown(self) -> None:
        shown = EditionText(pk=2, locale="zh-hant", clauses=clauses_to_data(TREE[:2]))
        found = list_changed_clauses(self.text(("one", "reworded"), ("sub", "reworded")), shown=shown)
        assert [item.is_present for item in found] == [True, False]


class TestListChanges:
    def test_gives_a_removed_clause_the_whole_number_it_had(self) -> None:
        found = list_changes(compare(TREE, (*TREE[:2], *TREE[3:]), language="zh-hant"))
        assert [item.number for item in found if item.words == ("刪除",) or item.words == ("removed",)] == [
            "一、（一）"
        ]

    def test_gives_the_whole_number(self) -> None:
        new = (*TREE[:2], Clause(key("sub"), 2, "標題", "<p>丁。</p>"), *TREE[3:])
        (found,) = list_changes(compare(TREE, new, language="zh-hant"))
        assert (found.number, found.label) == ("一、（一）", "標題")


class TestKindWords:
    def test_leaves_out_a_new_number_where_more_changed(self) -> None:
        assert kind_words([Kind.RENUMBERED, Kind.REWORDED]) == ("reworded",)
        assert kind_words([Kind.RENUMBERED]) == ("renumbered",)


class TestExplain:
    @pytest.mark.parametrize(
        ("kinds", "old", "new", "line"),
        [
            ([Kind.ADDED], "", "一、", "本條新增。"),
            ([Kind.REMOVED], "一、", "", "本條刪除。"),
            ([Kind.RENUMBERED], "一、", "二、", "條次由「一、」變更為「二、」，內容未修正。"),
            ([Kind.MOVED, Kind.RENUMBERED], "一、", "二、", "條次由「一、」變更為「二、」，內容未修正。"),
            ([Kind.MOVED], "", "", "移列，內容未修正。"),
            ([Kind.REFORMATTED, Kind.RENUMBERED], "一、", "二、", "版面變更，文字未變更。"),
            ([Kind.LINK_CHANGED], "一、", "一、", "連結變更，文字未變更。"),
            ([Kind.REWORDED, Kind.RENUMBERED], "一、", "二、", "文字修正。"),
        ],
    )
    def test_makes_a_line_of_what_changed(self, kinds: list[Kind], old: str, new: str, line: str) -> None:
        with override("zh-hant"):
            assert explain(kinds, reason="", old_number=old, new_number=new) == line

    def test_prefers_the_reason_given(self) -> None:
        assert explain([Kind.ADDED], reason="配合修法。", old_number="", new_number="一、") == "配合修法。"


def test_counts_are_phrases_in_number_and_say_what_the_list_says() -> None:
    changes = [
        ClauseChange(key("one"), (Kind.ADDED,), None, TREE[1]),
        ClauseChange(key("sub"), (Kind.RENUMBERED, Kind.REWORDED), TREE[2], TREE[2]),
        ClauseChange(key("two"), (Kind.REWORDED,), TREE[4], TREE[4]),
    ]
    with override("en"):
        assert summarize_counts(changes) == ["1 clause added", "2 clauses reworded"]
