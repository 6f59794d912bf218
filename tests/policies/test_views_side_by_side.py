from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from policies.models import EditionText, PolicyPage
from policies.payloads import clauses_to_data
from policies.views.side_by_side import pair_clauses
from tests.factories.policies import CHINESE, ENGLISH, clauses, issue, key, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

ADDRESS = "/en/policies/privacy/with/zh-hant/"


@pytest.mark.django_db
class TestSideBySide:
    def test_puts_each_clause_beside_its_own_in_the_other_language(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(ADDRESS))
        cells = page.all(f"//section[@id='c-{key('1')}']/div")
        assert [cell.get("lang") for cell in cells] == ["en", "zh-Hant"]
        assert "five years" in cells[0].text_content()
        assert "五年" in cells[1].text_content()

    def test_switches_to_the_same_pair_in_the_other_language(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(ADDRESS))
        switch = page.all("//nav[@class='languages']//a/@href")
        assert switch == [ADDRESS, "/zh-hant/policies/privacy/with/en/"]
        assert client.get(switch[1]).status_code == 200

    def test_says_that_the_texts_belong_to_different_editions(self, client: Client) -> None:
        make_bilingual_policy()
        source = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="zh-hant")
        issue(source, on="2025-06-01", content=clauses(*CHINESE, ("兒童", "<p>不向兒童蒐集個人資料。</p>")))
        page = Page(client.get(ADDRESS))
        assert "The two texts belong to different editions." in page.text
        assert "Not in this text" in page.words(f"//section[@id='c-{key('3')}']")

    @pytest.mark.parametrize("other", ["en", "fr", "zh-hans", "x" * 300])
    def test_answers_404_to_what_is_no_pair(self, client: Client, other: str) -> None:
        make_bilingual_policy()
        response = client.get(f"/en/policies/privacy/with/{other}/")
        assert response.status_code == 404
        assert ADDRESS in Page(response).links

    def test_answers_404_when_one_language_has_no_text(self, client: Client) -> None:
        issue(make_page())
        response = client.get(ADDRESS)
        assert response.status_code == 404
        assert "/zh-hant/policies/privacy/" in Page(response).links
        assert client.get("/en/policies/nothing/with/zh-hant/").status_code == 404

    def test_asks_few_queries(self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        make_bilingual_policy()
        client.get("/en/")  # the process learns that there is a privacy policy, and never asks again
        with django_assert_max_num_queries(6):
            client.get(ADDRESS)


class TestPairClauses:
    def test_says_what_is_missing_on_either_side_and_what_is_empty(self) -> None:
        chinese = EditionText(locale="zh-hant")
        chinese.clauses = clauses_to_data(clauses(*CHINESE, names=["a", "b", "c"]))
        english = EditionText(locale="en")
        english.clauses = clauses_to_data(clauses(*ENGLISH[:1], ("", ""), ENGLISH[2], names=["first", "a", "d"]))
        pairs = pair_clauses((english, chinese), prevailing="zh-hant")
        assert [pair.anchor for pair in pairs] == [f"c-{key(name)}" for name in ("first", "a", "d", "b", "c")]
        assert [[cell.is_translated for cell in pair.cells] for pair in pairs] == [
            [True, False],
            [False, True],
            [True, False],
            [False, True],
            [False, True],
        ]
