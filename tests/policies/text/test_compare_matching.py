from dataclasses import replace

import pytest
from hypothesis import given

from policies.text.clauses import Clause
from policies.text.compare import ClauseChange, Comparison, Kind, apply, compare
from tests.policies.text import strategies
from tests.policies.text.strategies import key_of

Texts = tuple[tuple[Clause, ...], tuple[Clause, ...]]


def text(*keys: str) -> tuple[Clause, ...]:
    """Clauses from words like `a2`: key and depth."""
    return tuple(
        Clause(key=key[0], depth=int(key[1:] or 1), heading=f"H{key[0]}", body=f"<p>{key[0]}</p>") for key in keys
    )


def kinds(comparison: Comparison) -> dict[str, str]:
    return {row.key: " ".join(row.kinds) for row in comparison.changes}


def order(comparison: Comparison) -> str:
    return "".join(row.key for row in comparison.rows)


class TestCompare:
    def test_finds_nothing_in_the_same_text(self) -> None:
        comparison = compare(text("a", "b2"), text("a", "b2"), language="en")
        assert not comparison
        assert comparison.changes == ()
        assert set(comparison.counts.values()) == {0}

    def test_reports_an_added_clause_and_the_numbers_it_shifts(self) -> None:
        comparison = compare(text("a", "b"), text("a", "x", "b"), language="zh-hant")
        assert kinds(comparison) == {"x": "added", "b": "renumbered"}
        row = comparison.row("b")
        assert (row.old_number, row.new_number) == ("二、", "三、")
        assert row.is_renumbered_only
        assert comparison.row("x").old is None

    def test_keeps_a_removed_clause_after_the_one_it_followed(self) -> None:
        comparison = compare(text("a", "b", "c"), text("a", "x", "c"), language="en")
        assert order(comparison) == "abxc"
        assert kinds(comparison) == {"b": "removed", "x": "added"}

    def test_keeps_clauses_removed_from_the_front_in_front(self) -> None:
        assert order(compare(text("a", "b", "c"), text("c"), language="en")) == "abc"

    def test_reports_the_fewest_moves(self) -> None:
        comparison = compare(text(*"abcde"), text(*"eabcd"), language="en")
        assert [row.key for row in comparison.changes if Kind.MOVED in row.kinds] == ["e"]
        assert comparison.row("a").kinds == (Kind.RENUMBERED,)
        assert comparison.row("e").kinds == (Kind.MOVED, Kind.RENUMBERED)

    def test_a_clause_at_another_depth_under_another_parent_has_moved(self) -> None:
        comparison = compare(text("a", "b2", "c3"), text("a", "b2", "c2"), language="en")
        assert Kind.MOVED in comparison.row("c").kinds

    def test_a_clause_at_another_depth_under_the_same_parent_is_renumbered(self) -> None:
        comparison = compare(text("a", "c3"), text("a", "c2"), language="en")
        assert kinds(comparison) == {"c": "renumbered"}

    def test_a_new_parent_alone_is_no_move(self) -> None:
        comparison = compare(text("a", "b2", "c2"), text("a", "b2", "x", "c2"), language="en")
        assert kinds(comparison) == {"x": "added", "c": "renumbered"}

    def test_tells_moves_that_only_follow_the_parent(self) -> None:
        old = text("a", "b2", "c2", "d", "e2", "f2", "g2")
        new = text("d", "e2", "f2", "g2", "a", "b2", "c2")
        comparison = compare(old, new, language="en")
        assert {row.key: row.moved_with_parent for row in comparison.changes if row.kinds[0] == "moved"} == {
            "a": False, "b": True, "c": True,
        }  # fmt: skip
        assert Comparison.from_data(comparison.to_data()) == comparison
        assert comparison.row("a").is_changed

    def test_combines_kinds(self) -> None:
        old = (*text("a", "b"), Clause("c", 1, "Old", '<p><a href="/x">us</a> 30</p>'))
        new = (Clause("c", 1, "New", '<p><a href="/y">us</a> 90</p>'), *text("a", "b"))
        assert compare(old, new, language="en").row("c").kinds == (
            Kind.MOVED, Kind.RENUMBERED, Kind.REWORDED, Kind.LINK_CHANGED,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("<p>a</p>", "<p>b</p>", "reworded"),
            ('<p><a href="/x">a</a></p>', '<p><a href="/y">a</a></p>', "link_changed"),
            ("<p>a</p>", '<p><a href="/y">a</a></p>', "link_changed"),
            ("<p>a b</p>", "<p>a <em>b</em></p>", "reformatted"),
            ("<p>a b</p>", "<ul><li>a b</li></ul>", "reformatted"),
            ("<p>aa</p><p>bb</p>", "<p>aa<br>bb</p>", "reformatted"),
            ("<p>aa bb</p>", "<p>aa</p><p>bb</p>", "reworded reformatted"),
            ("<p>a</p>", "<p>a</p><p></p>", "reformatted"),
            ("<p>a</p>", "\n<p>a</p>", "reformatted"),
            ("", "<p>a</p>", "reworded"),
        ],
    )
    def test_tells_how_a_body_changed(self, old: str, new: str, expected: str) -> None:
        comparison = compare([Clause("k", 1, body=old)], [Clause("k", 1, body=new)], language="en")
        assert kinds(comparison) == {"k": expected}

    def test_ignores_reasons_and_normalisation(self) -> None:
        old = [Clause("k", 1, "Cafe\u0301", "<p>e\u0301</p>", reason="then")]
        new = [Clause("k", 1, "Caf\u00e9", "<p>\u00e9</p>", reason="now")]
        comparison = compare(old, new, language="en")
        assert not comparison
        assert comparison.rows[0].clause.reason == "now"

    def test_refuses_a_key_that_occurs_twice(self) -> None:
        with pytest.raises(ValueError, match="same key"):
            compare(text("a", "a"), text("a"), language="en")

    def test_has_a_row_for_clauses_of_the_texts_alone(self) -> None:
        with pytest.raises(KeyError):
            compare(text("a"), text("a"), language="en").row("z")

    @given(strategies.clause_lists)
    def test_a_text_with_itself_is_empty(self, clauses: tuple[Clause, ...]) -> None:
        assert not compare(clauses, clauses, language="zh-hant")

    @given(strategies.revised())
    def test_applied_to_the_old_text_gives_the_new_one(self, texts: Texts) -> None:
        old, new = texts
        assert apply(compare(old, new, language="en"), old) == new

    @given(strategies.revised())
    def test_is_empty_only_for_texts_that_read_the_same(self, texts: Texts) -> None:
        def seen(clauses: tuple[Clause, ...]) -> list[tuple[object, ...]]:
            return [(c.key, c.heading, c.body, c.numbered) for c in clauses]

        old, new = texts
        if not compare(old, new, language="en"):
            assert seen(old) == seen(new)

    @given(strategies.revised())
    def test_survives_json(self, texts: Texts) -> None:
        comparison = compare(*texts, language="en")
        assert Comparison.from_data(comparison.to_data()) == comparison


class TestApply:
    def test_refuses_another_edition(self) -> None:
        comparison = compare(text("a", "b"), text("a"), language="en")
        with pytest.raises(ValueError, match="other clauses"):
            apply(comparison, text("a"))

    def test_refuses_other_words(self) -> None:
        old, new = text("a"), (replace(text("a")[0], body="<p>x</p>"),)
        comparison = compare(old, new, language="en")
        with pytest.raises(ValueError, match="other words"):
            apply(comparison, new)


class TestComparison:
    def test_refuses_another_format(self) -> None:
        with pytest.raises(ValueError, match="format"):
            Comparison.from_data({"format": 0})

    def test_refuses_a_row_without_clauses(self) -> None:
        with pytest.raises(ValueError, match="no clause"):
            _ = ClauseChange(key_of(1), (), None, None).clause

    def test_names_a_clause_by_heading_or_beginning(self) -> None:
        def title(clause: Clause) -> str:
            return compare([clause], [], language="en").rows[0].title

        assert title(Clause("k", 1, "Heading", "<p>Body</p>")) == "Heading"
        assert title(Clause("k", 1, body="<p>A &amp; B</p><p>C</p>")) == "A & B C"
        assert title(Clause("k", 1, body=f"<p>{'個' * 50}</p>")) == "個" * 39 + "…"

    def test_stores_each_text_once(self) -> None:
        clause = Clause("k", 1, "Heading", "<p>Body</p>")
        data = compare([clause], [replace(clause, body="<p>Body!</p>")], language="en").to_data()
        assert str(data).count("Heading") == 1
        assert str(data).count("Body") == 1

    def test_counts_each_kind(self) -> None:
        counts = compare(text("a", "b"), text("x", "b"), language="en").counts
        assert (counts[Kind.ADDED], counts[Kind.REMOVED], counts[Kind.REWORDED]) == (1, 1, 0)
