from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policies.comparisons import get_comparison
from policies.models import EditionText, PolicyPage, TextComparison
from tests.factories.policies import CHINESE, clauses, issue, key, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

ADDRESS = "/zh-hant/policies/privacy/compare/1.0...2.0/"
ENGLISH_ADDRESS = "/en/policies/privacy/compare/1.0...2.0/"


class TestComparison:
    def test_marks_one_character(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(ADDRESS))
        clause = f"//section[@id='c-{key('1')}']"
        assert "五" in page.words(f"{clause}//ins")
        assert "三" in page.words(f"{clause}//del")
        assert len(page.all("//div[contains(@class, 'text--redline')]//ins")) == 1

    def test_summarizes_the_changes_with_links(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(ENGLISH_ADDRESS))
        summary = "//section[@aria-labelledby='summary']"
        assert "1 clause reworded" in page.words(summary)
        assert f"#c-{key('1')}" in page.links

    def test_names_what_changed_outside_the_clauses(self, client: Client) -> None:
        make_bilingual_policy()
        source = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="zh-hant")
        issue(source, on="2025-05-01", title="隱私權保護政策", content=clauses(*CHINESE[:2]))
        text = Page(client.get("/zh-hant/policies/privacy/compare/2.0...3.0/")).words("//section//dl")
        assert "隱私權保護政策" in text

    def test_says_that_an_edition_is_the_same_as_itself(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get("/en/policies/privacy/compare/2.0...2.0/")
        assert "An edition never changes, so there is no difference." in Page(response).text

    def test_says_that_two_editions_are_the_same(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-02-15", content=clauses(*CHINESE[:2]))
        issue(source, on="2024-03-15", content=clauses(*CHINESE))
        page = Page(client.get("/zh-hant/policies/privacy/compare/1.0...3.0/"))
        assert not page.all("//main//ins")
        assert not page.all("//nav[contains(@class, 'tools')]")

    def test_sends_a_reversed_pair_to_the_right_order(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get("/en/policies/privacy/compare/2.0...1.0/", {"view": "table"})
        assert (response.status_code, response["Location"]) == (301, f"{ENGLISH_ADDRESS}?view=table")
        assert client.get("/en/policies/privacy/compare/2.0...1.0/")["Location"] == ENGLISH_ADDRESS

    @pytest.mark.parametrize("pair", ["9.9...1.0", "1.0...9.9", "01.0...2.0"])
    def test_answers_404_to_an_edition_that_is_not_there(self, client: Client, pair: str) -> None:
        make_bilingual_policy()
        response = client.get(f"/en/policies/privacy/compare/{pair}/")
        assert response.status_code == 404
        assert "This policy has no edition" in Page(response).text
        assert client.get(f"/en/policies/nothing/compare/{pair}/").status_code == 404

    def test_links_to_the_language_that_has_both(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-02-15", content=clauses(*CHINESE[:2]))
        response = client.get(ENGLISH_ADDRESS)
        assert response.status_code == 404
        assert "Neither edition has been published in this language." in Page(response).text
        assert ADDRESS in Page(response).links
        issue(make_page(language="en"), on="2024-03-01", content=clauses(("Scope", "<p>This applies here.</p>")))
        page = Page(client.get(ENGLISH_ADDRESS))
        assert "Edition 1.0 has not been published in this language." in page.text
        assert "/en/policies/privacy/editions/2.0/" in page.links

    @pytest.mark.parametrize("query", [{"view": "columns"}, {"format": "xml"}, {"view": ""}])
    def test_lists_the_forms_when_asked_for_another(self, client: Client, query: dict[str, str]) -> None:
        make_bilingual_policy()
        response = client.get(ADDRESS, query)
        assert response.status_code == 400
        assert f"{ADDRESS}?view=table" in Page(response).links

    def test_gives_json(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get(ADDRESS, {"format": "json"})
        data = json.loads(response.content)
        assert response["Content-Type"] == "application/json"
        assert data["counts"]["reworded"] == 1
        assert data["old"]["edition"] == "1.0"

    def test_asks_few_queries(self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        make_bilingual_policy()
        client.get(ADDRESS)
        with django_assert_max_num_queries(7):
            client.get(ADDRESS, {"view": "table"})


class TestTable:
    def test_has_three_columns_with_the_reason_or_a_line_of_ours(self, client: Client) -> None:
        source = make_page()
        names = ["scope", "logs", "contact"]
        issue(source, on="2024-01-15", content=clauses(*CHINESE, names=names))
        kept, changed, dropped = clauses(*CHINESE, names=names)
        changed = type(changed)(
            changed.key, 1, changed.heading, "<p>伺服器紀錄保存五年，期滿刪除。</p>", True, "配合檔案法。"
        )
        new = clauses(("兒童", "<p>不向兒童蒐集個人資料。</p>"), names=["children"])
        issue(source, on="2024-02-15", content=[*new, kept, changed])
        page = Page(client.get("/zh-hant/policies/privacy/compare/1.0...2.0/?view=table"))
        assert len(page.all("//table//thead//th")) == 3
        cells = {row.get("id"): row[2].text_content() for row in page.all("//table//tbody/tr")}
        assert cells[f"c-{key('logs')}"] == "配合檔案法。"
        assert set(cells) == {f"c-{key(name)}" for name in ("children", "scope", "logs", "contact")}
        assert all(cells.values())
        assert dropped.heading in page.one(f"//tr[@id='c-{key('contact')}']")[1].text_content()

    def test_calls_a_clause_by_the_number_that_readers_quote(self, client: Client) -> None:
        source = make_page()
        top, under = clauses(*CHINESE[:2], names=["scope", "logs"])
        under = replace(under, depth=2)
        issue(source, on="2024-01-15", content=[top, under])
        longer = replace(under, body="<p>伺服器紀錄保存五年，期滿刪除。</p>")
        first = clauses(CHINESE[2], names=["contact"])
        issue(source, on="2024-02-15", content=[*first, top, longer])
        table = Page(client.get("/zh-hant/policies/privacy/compare/1.0...2.0/?view=table"))
        new, old, _why = table.all(f"//tr[@id='c-{key('logs')}']/td")
        assert "二、（一）" in new.text_content()
        assert "一、（一）" in old.text_content()

    def test_calls_the_older_text_current_only_while_it_is(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-02-15", content=clauses(*CHINESE[:2]))
        issue(source, on="2024-03-15", content=clauses(*CHINESE[:1]), effective_from="2099-01-01")
        heads = {}
        for pair in ("1.0...2.0", "2.0...3.0"):
            page = Page(client.get(f"/zh-hant/policies/privacy/compare/{pair}/?view=table"))
            heads[pair] = page.words("//thead//th[2]")
            assert {cell.get("data-head") for cell in page.all("//tbody//td[2]")} == {heads[pair].split()[0]}
        assert heads == {"1.0...2.0": "修正前條文 第1.0版", "2.0...3.0": "現行條文 第2.0版"}


class TestGetComparison:
    def texts(self) -> list[EditionText]:
        make_bilingual_policy()
        return list(EditionText.objects.filter(locale="en").order_by("pk"))

    def test_keeps_what_it_is_told_to_and_reads_it_again(self) -> None:
        old, new = self.texts()
        first = get_comparison(old=old, new=new, keep=True)
        assert TextComparison.objects.count() == 1
        assert get_comparison(old=old, new=new, keep=True) == first
        assert TextComparison.objects.count() == 1

    def test_keeps_nothing_else(self) -> None:
        old, new = self.texts()
        get_comparison(old=old, new=new, keep=False)
        assert not TextComparison.objects.exists()

    def test_compares_again_when_what_was_kept_cannot_be_read(self) -> None:
        old, new = self.texts()
        first = get_comparison(old=old, new=new, keep=True)
        TextComparison.objects.update(data={"format": 0})
        assert get_comparison(old=old, new=new, keep=True) == first
