from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from policies.models import PolicyPage
from policies.services import withdraw_policy
from search.selectors import MAX_QUERY, find_clauses, mark, normalize_query
from tests.factories.policies import CHINESE, at, clauses, issue, key, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

TODAY = dt.date(2026, 1, 1)


class TestNormalizeQuery:
    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("  a \n b\t", "a b"),
            ("cafe\u0301", "café"),
            ("個人\u3000資料", "個人 資料"),
            ("a\x00b\u202ec", "a b c"),
            ("x" * 10_000, "x" * MAX_QUERY),
            ("", ""),
        ],
    )
    def test_cleans(self, text: str, query: str) -> None:
        assert normalize_query(text) == query

    @given(st.text(max_size=500))
    def test_is_idempotent_and_bounded(self, text: str) -> None:
        query = normalize_query(text)
        assert normalize_query(query) == query
        assert len(query) <= MAX_QUERY


class TestMark:
    @pytest.mark.parametrize(
        ("text", "words", "marked"),
        [
            ("個人資料", ["個人"], "<mark>個人</mark>資料"),
            ("Data and DATA", ["data"], "<mark>Data</mark> and <mark>DATA</mark>"),
            ("aaa", ["aa"], "<mark>aaa</mark>"),
            ("<b>&", ["b"], "&lt;<mark>b</mark>&gt;&amp;"),
            ("Straße", ["straße"], "<mark>Straße</mark>"),
            ("\u0130x", ["x"], "\u0130<mark>x</mark>"),
            ("", ["x"], ""),
        ],
    )
    def test_marks_every_occurrence(self, text: str, words: list[str], marked: str) -> None:
        assert mark(text, words) == marked

    @given(st.text(st.characters(exclude_categories=["C"]), min_size=1), st.text(min_size=1, max_size=3))
    def test_loses_nothing(self, text: str, word: str) -> None:
        read = html.fromstring(f"<p>{mark(text, [word])}</p>").text_content()
        assert read.replace("\xa0", " ") == text.replace("\xa0", " ")


@pytest.mark.django_db
class TestFindClauses:
    def test_finds_what_is_in_force_and_not_what_was(self) -> None:
        make_bilingual_policy()
        assert [hit.key for hit in find_clauses(query="五年", language="zh-hant", on=TODAY)] == [key("1")]
        assert find_clauses(query="三年", language="zh-hant", on=TODAY) == []
        assert len(find_clauses(query="三年", language="zh-hant", on=dt.date(2024, 6, 1))) == 1

    def test_needs_every_word_and_knows_no_case(self) -> None:
        make_bilingual_policy()
        assert len(find_clauses(query="LOGS deleted", language="en", on=TODAY)) == 1
        assert find_clauses(query="logs elephants", language="en", on=TODAY) == []

    def test_finds_headings_and_short_words(self) -> None:
        make_bilingual_policy()
        (hit,) = find_clauses(query="範", language="zh-hant", on=TODAY)
        assert hit.heading == "適用<mark>範</mark>圍"

    def test_takes_a_percent_sign_as_it_is(self) -> None:
        make_bilingual_policy()
        assert find_clauses(query="%", language="en", on=TODAY) == []

    def test_finds_the_newest_text_of_a_language_that_lags(self) -> None:
        make_bilingual_policy()
        source = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="zh-hant")
        issue(source, on="2025-06-01", content=clauses(*CHINESE[:2]))
        assert len(find_clauses(query="five years", language="en", on=TODAY)) == 1

    def test_leaves_out_what_was_withdrawn(self) -> None:
        policy = make_bilingual_policy()
        withdraw_policy(
            policy=policy,
            notices={"en": "The law says it now.", "zh-hant": "法律已有規定。"},
            effective_from=dt.date(2025, 9, 1),
            issued_at=at("2025-08-01"),
            issued_by="林書瑜",
        )
        assert find_clauses(query="五年", language="zh-hant", on=TODAY) == []
        assert find_clauses(query="五年", language="zh-hant", on=dt.date(2025, 8, 31))

    def test_asks_one_query(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        make_bilingual_policy()
        with django_assert_num_queries(1):
            find_clauses(query="years", language="en", on=TODAY)


@pytest.mark.django_db
class TestSearch:
    def test_links_to_the_clause(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get("/en/search/", {"q": "five years"})
        page = Page(response)
        assert f"/en/policies/privacy/#c-{key('1')}" in page.links
        assert page.words("//mark[1]") == "five"
        assert "1 clause found" in page.text
        assert response["Cache-Control"] == "private, no-store"

    def test_says_what_to_do_when_nothing_is_found_or_asked(self, client: Client) -> None:
        assert "Nothing found" in Page(client.get("/en/search/", {"q": "<script>"})).text
        page = Page(client.get("/en/search/"))
        assert "Write a word or part of one" in page.text
        assert page.all("//form[@method='get']//input[@id='q']")

    def test_bounds_what_it_looks_for_and_what_it_shows(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        page = Page(client.get("/en/search/", {"q": "x" * 300}))
        assert "Only the first 200 characters were looked for." in page.text
        monkeypatch.setattr("search.selectors.MAX_HITS", 2)
        monkeypatch.setattr("search.views.MAX_HITS", 2)
        issue(make_page())
        page = Page(client.get("/zh-hant/search/", {"q": "本"}))
        assert len(page.all("//ol[@class='hits']/li")) == 2

    def test_switches_language_with_the_words_kept(self, client: Client) -> None:
        links = Page(client.get("/en/search/", {"q": "個人 資料"})).all("//nav[@class='languages']//a/@href")
        assert links[1] == "/zh-hant/search/?q=%E5%80%8B%E4%BA%BA+%E8%B3%87%E6%96%99"
