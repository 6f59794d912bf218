from dataclasses import replace

from hypothesis import given

from policies.text.align import carry_keys
from policies.text.clauses import Clause
from policies.text.compare import Kind, compare
from tests.policies.text import strategies
from tests.policies.text.strategies import key_of

Texts = tuple[tuple[Clause, ...], tuple[Clause, ...]]

BODIES = (
    "We collect your name, address and telephone number when you register for a service.",
    "Logs of visits are kept for ninety days on servers in Taiwan and then erased.",
    "You may ask to see, correct or delete what we hold about you, free of charge.",
    "Cookies are set only after you agree, except those that keep you signed in.",
    "Write to the data protection officer, who answers within fifteen working days.",
    "Children under thirteen need the consent of a parent before they register.",
)


def text(*bodies: str, start: int = 0, depth: int = 1) -> tuple[Clause, ...]:
    return tuple(
        Clause(key_of(start + index), depth, body=f"<p>{body}</p>" if body else "") for index, body in enumerate(bodies)
    )


def places(old: tuple[Clause, ...], new: tuple[Clause, ...]) -> list[int | None]:
    """Where in the old text each new clause comes from."""
    order = {clause.key: place for place, clause in enumerate(old)}
    return [order.get(clause.key) for clause in carry_keys(old, new)]


OLD = text(*BODIES)


class TestCarryKeys:
    def test_gives_the_same_text_the_same_keys(self) -> None:
        assert carry_keys(OLD, text(*BODIES, start=100)) == OLD

    def test_finds_clauses_that_moved(self) -> None:
        assert places(OLD, text(*reversed(BODIES), start=100)) == [5, 4, 3, 2, 1, 0]

    def test_finds_a_clause_that_was_reworded_and_moved(self) -> None:
        reworded = BODIES[1].replace("ninety", "thirty").replace("erased", "deleted for good")
        new = text(*BODIES[2:], reworded, BODIES[0], start=100)
        assert places(OLD, new) == [2, 3, 4, 5, 1, 0]

    def test_gives_a_new_clause_a_key_of_its_own(self) -> None:
        new = text(BODIES[0], "Surveys are anonymous.", *BODIES[1:], start=100)
        assert places(OLD, new) == [0, None, 1, 2, 3, 4, 5]
        assert carry_keys(OLD, new)[1] == new[1]

    def test_finds_chinese(self) -> None:
        old = text("本機關蒐集個人資料，保存三年後刪除。", "當事人得請求查詢或閱覽其個人資料。")
        new = text("當事人得向本機關請求查詢、閱覽其個人資料。", "本機關蒐集之個人資料，保存五年後刪除。", start=9)
        assert places(old, new) == [1, 0]

    def test_keeps_keys_that_are_known(self) -> None:
        new = (replace(OLD[0], body="<p>Wholly other words.</p>"), *text(BODIES[0], start=100))
        assert places(OLD, new) == [0, None]

    def test_gives_a_key_once_though_two_clauses_bear_it(self) -> None:
        new = (OLD[0], replace(OLD[0], key=key_of(100)))
        assert places(OLD, new) == [0, None]

    def test_tells_equal_clauses_apart_by_their_place(self) -> None:
        old = text("Reserved.", *BODIES[:3], "Reserved.", *BODIES[3:])
        new = text(*BODIES[:3], "Reserved.", *BODIES[3:], start=100)
        assert places(old, new) == [1, 2, 3, 4, 5, 6, 7]

    def test_gives_no_more_equal_clauses_than_there_were(self) -> None:
        new = text("Reserved.", "Reserved.", "Reserved.", start=100)
        assert places(text("Reserved.", "Reserved."), new) == [0, 1, None]

    def test_matches_equal_clauses_in_order(self) -> None:
        assert places(text("Same.", "Same."), text("Same.", "Same.", start=9)) == [0, 1]

    def test_trusts_a_heading_of_its_own(self) -> None:
        old = (Clause(key_of(50), 1, "Contact", "<p>Ring the office on weekdays.</p>"), *OLD)
        new = (*text(*BODIES, start=100), Clause(key_of(99), 1, "Contact", "<p>By e-mail only.</p>"))
        assert places(old, new)[-1] == 0

    def test_does_not_trust_a_heading_that_others_share(self) -> None:
        old = (Clause(key_of(50), 1, "Purpose", "<p>Ring the office.</p>"), *OLD)
        old = (Clause(key_of(51), 1, "Purpose", "<p>Statistics.</p>"), *old)
        new = (*text(*BODIES, start=100), Clause(key_of(99), 1, "Purpose", "<p>By e-mail only.</p>"))
        assert places(old, new)[-1] is None

    def test_matches_what_is_alone_between_its_neighbours(self) -> None:
        rewritten = "Visits are written to logs, which we keep on servers in Taiwan for a month."
        new = text(BODIES[0], rewritten, *BODIES[2:], start=100)
        assert places(OLD, new) == [0, 1, 2, 3, 4, 5]
        new = text(*BODIES[2:], rewritten, BODIES[0], start=100)
        assert places(OLD, new)[-2] is None

    def test_prefers_the_nearer_of_two_that_are_alike(self) -> None:
        old = text("Office A is open on weekdays.", *BODIES, "Office B is open on weekdays.")
        new = text(*BODIES, "Office C is open on weekdays.", start=100)
        assert places(old, new)[-1] == 7

    def test_copes_with_clauses_without_words(self) -> None:
        assert places(text("", "…"), text("", "！", start=9)) == [None, None]
        assert carry_keys((), OLD) == OLD
        assert carry_keys(OLD, ()) == ()

    def test_leaves_everything_but_keys_alone(self) -> None:
        new = tuple(replace(clause, key=key_of(100 + i), depth=2, reason="r") for i, clause in enumerate(OLD))
        assert carry_keys(OLD, new) == tuple(replace(clause, depth=2, reason="r") for clause in OLD)

    def test_lets_a_comparison_show_a_move(self) -> None:
        new = carry_keys(OLD, text(*BODIES[1:], BODIES[0], start=100))
        comparison = compare(OLD, new, language="en")
        assert comparison.counts[Kind.MOVED] == 1
        assert comparison.counts[Kind.ADDED] == 0

    @given(strategies.revised())
    def test_uses_each_old_key_once(self, texts: Texts) -> None:
        old, new = texts
        fresh = tuple(replace(clause, key=key_of(index)) for index, clause in enumerate(new))
        carried = carry_keys(old, fresh)
        assert len({clause.key for clause in carried}) == len(fresh)
        assert [replace(clause, key="") for clause in carried] == [replace(clause, key="") for clause in fresh]
        assert carry_keys(old, fresh) == carried
