"""What is found, in which order, and what is shown of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.languages import language_codes
from policies.models import PolicyPage
from policies.services import StandingOrder, withdraw_policy
from policies.text.clauses import Clause
from search import matching, selectors
from search.matching import Scope, Slice, count, find
from search.models import SynonymSet
from search.suggestions import suggest
from search.text.query import parse_query
from tests.factories.policies import CHINESE, at, clauses, issue, key, make_bilingual_policy, make_page
from tests.factories.search import index

if TYPE_CHECKING:
    from search.selectors import Results

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 1, 1)


def search(text: str, language: str = "zh-hant", *, on: dt.date = TODAY, past: bool = False, **more: object) -> Results:
    return selectors.search(
        text=text,
        scope=Scope(language, on, with_past=past),
        languages=language_codes(),
        **more,  # type: ignore[arg-type]
    )


def headings(results: Results) -> list[str]:
    return ["".join(piece.text for piece in hit.heading) for hit in results.hits]


def marks(results: Results) -> list[list[str]]:
    return [[piece.text for piece in [*hit.heading, *hit.snippet] if piece.is_marked] for hit in results.hits]


@pytest.fixture
def bilingual() -> None:
    make_bilingual_policy()
    index()


@pytest.fixture
def texts() -> None:
    """A policy whose clauses say the same in different ways."""
    content = clauses(
        ("甲", "<p>本署保存個人資料三年，期滿刪除。</p>"),
        ("個人資料之保存", "<p>依法辦理。</p>"),
        ("乙", "<p>資料由個人提供，個人得查詢其資料。保存之期間依法。</p>"),
        ("隱私", "<p>臺灣裡的Cookie政策，見第三點。</p>"),
    )
    issue(make_page(content=content))
    index()


@pytest.mark.usefixtures("bilingual")
class TestWhatIsFound:
    def test_what_is_in_force_and_not_what_was(self) -> None:
        assert headings(search("五年")) == ["保存期限"]
        assert search("三年").hits == []
        assert search("三年").past == 1
        assert headings(search("三年", on=dt.date(2024, 6, 1))) == ["保存期限"]

    def test_changes_with_the_day_alone(self) -> None:
        # Nothing runs at midnight: the same index answers both days.
        assert headings(search("三年", on=dt.date(2025, 2, 28))) == ["保存期限"]
        assert search("三年", on=dt.date(2025, 3, 1)).hits == []

    def test_past_editions_with_their_days_when_asked_for(self) -> None:
        new, old = search("年", past=True).hits
        assert (new.is_in_force, new.address) == (True, f"/zh-hant/policies/privacy/#c-{key('1')}")
        assert (old.is_in_force, old.edition) == (False, "1.0")
        assert (old.first_day, old.last_day) == (dt.date(2024, 1, 15), dt.date(2025, 2, 28))
        assert old.address == f"/zh-hant/policies/privacy/editions/1.0/#c-{key('1')}"

    def test_both_languages_are_told_apart(self) -> None:
        results = search("policy", "zh-hant")
        assert (results.hits, results.elsewhere) == ([], {"en": 4})

    def test_whole_english_words_by_their_stems(self) -> None:
        assert headings(search("LOG delete", "en")) == ["Retention"]
        assert search("lo", "en").hits == []

    def test_every_word_is_needed(self) -> None:
        assert search("logs elephants", "en").hits == []

    def test_what_was_withdrawn_is_not(self) -> None:
        page = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="en")
        withdraw_policy(
            StandingOrder(
                policy=page.policy,
                notices={"en": "The law says it now.", "zh-hant": "法律已有規定。"},
                effective_from=dt.date(2025, 9, 1),
                issued_at=at("2025-08-01"),
                issued_by="林書瑜",
            )
        )
        index()
        assert search("五年").hits == []
        assert search("五年", on=dt.date(2025, 8, 31)).hits

    def test_numbers_of_clauses_as_they_are_typed(self) -> None:
        for typed, language in (("第二點", "zh-hant"), ("二、", "zh-hant"), ("clause 2", "en"), ("2.", "en")):
            assert headings(search(typed, language))[0] in {"保存期限", "Retention"}
        assert headings(search("隱私權政策第二點"))[0] == "保存期限"
        assert headings(search("privacy clause 2", "en")) == ["Retention"]

    def test_a_word_of_the_title_finds_the_policy_and_helps_to_find_its_clauses(self) -> None:
        assert [hit.kind for hit in search("privacy", "en").hits] == ["policy"]
        assert headings(search("privacy logs", "en")) == ["Retention"]

    def test_a_typing_error_is_noticed(self) -> None:
        assert search("retenton", "en").meant == "retention"
        assert search("個資 lgos", "en").meant == ""
        assert search("xqzw", "en").meant == ""
        assert search("Server retenton", "en").meant == "Server retention"
        assert search("Server delted", "en").meant == "Server deleted"

    def test_what_asks_is_not_looked_for(self) -> None:
        page = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="zh-hant")
        asking = ("問答", "<p>如何？請問是否？</p>")
        issue(page, on="2025-06-01", content=clauses(*CHINESE, asking))
        index()
        assert search("伺服器紀錄如何刪除呢").parts == ("伺服器紀錄", "刪除")
        assert headings(search("如何")) == ["問答"]

    def test_a_sentence_without_spaces_is_looked_for_in_parts(self) -> None:
        results = search("伺服器紀錄如何刪除")
        assert headings(results) == ["保存期限"]
        assert results.parts == ("伺服器紀錄", "刪除")
        assert search("「伺服器紀錄如何刪除」").hits == []


@pytest.mark.usefixtures("texts")
class TestChinese:
    @pytest.mark.parametrize(
        "typed", ["个人资料", "個人資料", "保存個人資料", "期滿刪除", "台灣", "臺灣", "台湾", "裏的", "cookie政策"]
    )
    def test_is_found_in_either_script_by_any_part(self, typed: str) -> None:
        assert search(typed).hits

    def test_marks_the_characters_that_were_written(self) -> None:
        assert marks(search("台湾")) == [["臺灣"]]
        assert marks(search("裏的COOKIE")) == [["裡的Cookie"]] or marks(search("裏的 COOKIE")) == [["裡的", "Cookie"]]

    @pytest.mark.parametrize("typed", ["期滿刪", "人料", "三年期滿", "資料個人"])
    def test_a_run_is_a_phrase(self, typed: str) -> None:
        found = find(parse_query(typed), Scope("zh-hant", TODAY), Slice(length=20))
        assert bool(found) == (typed == "期滿刪")

    def test_one_character_is_found_wherever_it_stands(self) -> None:
        assert len(search("除").hits) == 1
        assert len(search("存").hits) == 3

    def test_synonyms_are_found_and_marked(self) -> None:
        assert len(search("個資").hits) == 2
        assert marks(search("餅乾")) == [["Cookie"]]
        SynonymSet.objects.create(words="刪除, 銷毀")
        assert len(search("銷毀").hits) == 1
        assert search('"個資"').hits == []

    def test_headings_then_the_phrase_then_the_rest(self) -> None:
        assert headings(search("個人 資料")) == ["個人資料之保存", "甲", "乙"]
        assert headings(search("「個人資料」")) == ["個人資料之保存", "甲"]

    def test_a_clause_that_names_a_number_is_found_by_it_too(self) -> None:
        assert headings(search("第三點")) == ["乙", "隱私"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    @given(data=st.data())
    def test_every_part_of_a_run_is_found(self, data: st.DataObject) -> None:
        run = data.draw(
            st.sampled_from(["本署保存個人資料三年", "資料由個人提供", "個人得查詢其資料", "保存之期間依法"])
        )
        start = data.draw(st.integers(0, len(run) - 2))
        end = data.draw(st.integers(start + 2, len(run)))
        found = find(parse_query(run[start:end]), Scope("zh-hant", TODAY), Slice(length=20))
        assert found


class TestManyMatches:
    @pytest.fixture(autouse=True)
    def _many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = [Clause(key(str(n)), 1, "標題", f"<p>資料第{n}項</p>") for n in range(30)]
        content.append(Clause(key("last"), 1, "資料", "<p>文</p>"))
        issue(make_page(content=content, title="資料政策"))
        index()
        monkeypatch.setattr(matching, "MOST", 10)

    def test_are_counted_to_a_bound_and_headings_still_come_first(self) -> None:
        results = search("資料")
        assert results.is_capped
        assert headings(results)[:2] == ["資料政策", "資料"]
        assert count(parse_query("資料"), Scope("zh-hant", TODAY), most=10) == 11
        assert count(parse_query("資料"), Scope("zh-hant", TODAY), most=99) == 32

    def test_keep_their_order(self) -> None:
        assert headings(search("資料")) == headings(search("資料"))

    def test_come_in_pages_of_a_bounded_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(matching, "MOST", 1_000)
        first, second = search("資料"), search("資料", page=2)
        assert (first.total, first.pages, len(first.hits), len(second.hits)) == (32, 2, 20, 12)
        assert search("資料", page=99).page == 2
        assert not {hit.address for hit in first.hits} & {hit.address for hit in second.hits}

    def test_are_told_apart_by_kind(self) -> None:
        assert [hit.kind for hit in search("資料", kind="policy").hits] == ["policy"]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000, "個" * 10_000, "個人資料" * 2_500, "…，。！", "& | ! : * <-> ()", "a & !b | c:*", "\x00\x00個資\x00",
        "😀👩\u200d💻🇹🇼", "隱私 privacy プライバシー 개인정보 конфиденциальность", "'; DROP TABLE search_searchentry; --",
        "%' OR 1=1 --", "<script>alert(1)</script>", "\\'\\\"\\", "\ud800", "'" * 200, "^隱私 @en #3", "{{ 7*7 }}",
        "第三點" * 50, "3(2)" * 50,
    ],
)  # fmt: skip
@pytest.mark.usefixtures("bilingual")
def test_bad_input_has_an_ordinary_answer(text: str) -> None:
    assert search(text, past=True).total >= 0
    assert isinstance(suggest(text=text, scope=Scope("zh-hant", TODAY)), list)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(text=st.text(max_size=80) | st.text("個人資料第三點()'\"\\:*&|!<> 3.a-", max_size=40))
@pytest.mark.usefixtures("bilingual")
def test_any_input_has_an_ordinary_answer(text: str) -> None:
    assert search(text).total >= 0
    assert isinstance(suggest(text=text, scope=Scope("en", TODAY)), list)


class TestSuggest:
    @pytest.mark.usefixtures("bilingual")
    @pytest.mark.parametrize(
        ("typed", "language", "found"),
        [
            ("保", "zh-hant", "保存期限"),
            ("期限", "zh-hant", "保存期限"),
            ("保存期", "zh-hant", "保存期限"),
            ("ret", "en", "Retention"),
            ("retentio", "en", "Retention"),
            ("privacy pol", "en", "Privacy policy"),
            ("个资", "zh-hant", "個資"),
        ],
    )
    def test_goes_on_with_what_is_typed(self, typed: str, language: str, found: str) -> None:
        assert found in suggest(text=typed, scope=Scope(language, TODAY))

    @pytest.mark.usefixtures("bilingual")
    def test_knows_nothing_of_what_is_not_in_force(self) -> None:
        assert suggest(text="保存", scope=Scope("zh-hant", dt.date(2020, 1, 1))) == []
        assert suggest(text="…", scope=Scope("zh-hant", TODAY)) == []
