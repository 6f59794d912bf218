from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from policies.models import EditionText
from policies.services import StandingOrder, correct_note, reinstate_policy, withdraw_policy
from tests.factories.policies import CHINESE, at, clauses, issue, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

ADDRESS = "/en/policies/privacy/history/"
history_view = import_module("policies.views.history")  # the package has a view of the same name


def make_editions(count: int) -> None:
    page = make_page()
    for number in range(count):
        day = dt.date(2024, 1, 1) + dt.timedelta(days=number)
        body = "<p>本政策適用於本署網站" + "，並自公布日施行" * number + "。</p>"
        issue(page, on=day.isoformat(), content=clauses(("適用範圍", body), *CHINESE[1:]))


class TestHistory:
    def test_gives_each_edition_its_period_computed_from_its_neighbours(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(ADDRESS))
        first, second = page.one("//li[@id='e-1.0']"), page.one("//li[@id='e-2.0']")
        assert "From 15 January 2024 to 28 February 2025" in first.text_content()
        assert "From 1 March 2025" in second.text_content()

    def test_links_to_read_and_to_compare(self, client: Client) -> None:
        make_bilingual_policy()
        links = Page(client.get(ADDRESS)).links
        assert "/en/policies/privacy/editions/1.0/" in links
        assert "/en/policies/privacy/compare/1.0...2.0/" in links

    def test_shows_a_corrected_note_and_keeps_the_old_one(self, client: Client) -> None:
        make_bilingual_policy()
        text = EditionText.objects.get(edition__major=2, locale="en")
        for day, note in (("2025-03-09", "Logs are kept longer."), ("2025-03-10", "Logs are kept for longer.")):
            correct_note(text=text, note=note, reason="A slip.", issued_at=at(day), issued_by="Lin")
        row = Page(client.get(ADDRESS)).one("//li[@id='e-2.0']").text_content()
        assert "Note corrected on 10 March 2025." in row
        for note in ("Logs are kept for longer.", "Logs are kept longer.", "Logs are kept for five years.", "A slip."):
            assert row.count(note) == 1

    def test_gives_the_reason_for_short_notice_the_document_number_and_translation_dates(self, client: Client) -> None:
        source = make_page(minimum_notice_days=30)
        issue(source, on="2024-01-15", document_no="法字第1號", notice_waiver="首次公布。")
        issue(make_page(language="en"), on="2024-02-20")
        page = Page(client.get("/zh-hant/policies/privacy/history/"))
        assert "法字第1號" in page.text
        assert "首次公布。" in page.text
        assert Page(client.get(ADDRESS)).all("//time[@datetime='2024-02-20']")

    def test_says_what_is_not_published_in_the_language(self, client: Client) -> None:
        issue(make_page())
        page = Page(client.get(ADDRESS))
        assert "Not published in this language." in page.text
        assert "/zh-hant/policies/privacy/editions/1.0/" in page.links

    def test_names_withdrawals_and_reinstatements(self, client: Client) -> None:
        policy = make_bilingual_policy()
        notices = {"en": "The law says it now.", "zh-hant": "法律已有規定。"}
        for act, day in ((withdraw_policy, "2025-09-01"), (reinstate_policy, "2025-10-01")):
            act(
                StandingOrder(
                    policy=policy,
                    notices=notices,
                    effective_from=dt.date.fromisoformat(day),
                    issued_at=at(day),
                    issued_by="林書瑜",
                )
            )
        page = Page(client.get(ADDRESS))
        assert "Withdrawal" in page.one("//li[@id='e-3.0']").text_content()
        assert "From 1 September 2025 to 30 September 2025" in page.one("//li[@id='e-3.0']").text_content()
        assert "Reinstatement" in page.one("//li[@id='e-4.0']").text_content()

    def test_says_when_an_edition_never_applied(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-01-15", content=clauses(*CHINESE[:2]))
        row = Page(client.get(ADDRESS)).one("//li[@id='e-1.0']").text_content()
        assert "Replaced by edition 2.0 before it applied" in row

    def test_pages_by_key_with_every_edition_once(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history_view, "PAGE_SIZE", 2)
        make_editions(5)
        address, seen = "/zh-hant/policies/privacy/history/", []
        while address:
            page = Page(client.get(address))
            seen += [item.get("id") for item in page.all("//ol[@class='history']/li")]
            older = page.all("//a[@rel='next']/@href")
            address = f"/zh-hant/policies/privacy/history/{older[0]}" if older else ""
        assert seen == ["e-5.0", "e-4.0", "e-3.0", "e-2.0", "e-1.0"]

    def test_compares_with_the_edition_in_force_from_a_later_page_too(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_view, "PAGE_SIZE", 2)
        make_editions(5)
        links = Page(client.get("/zh-hant/policies/privacy/history/?before=4.0")).links
        assert "/zh-hant/policies/privacy/compare/3.0...5.0/" in links

    def test_finds_the_edition_in_force_behind_a_page_of_announcements(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_view, "PAGE_SIZE", 1)
        source = make_page()
        issue(source, on="2024-01-15")
        for number, day in enumerate(("2999-01-01", "2999-02-01", "2999-03-01"), start=1):
            body = "<p>本政策適用於本署網站" + "，並自公布日施行" * number + "。</p>"
            issue(source, on="2024-02-01", content=clauses(("適用範圍", body), *CHINESE[1:]), effective_from=day)
        page = Page(client.get("/zh-hant/policies/privacy/history/"))
        assert "/zh-hant/policies/privacy/compare/1.0...4.0/" in page.links

    @pytest.mark.parametrize("before", ["x", "1", "1.0.0", "", "1.0'--", "９.０"])
    def test_answers_404_to_what_is_no_number(self, client: Client, before: str) -> None:
        make_bilingual_policy()
        response = client.get(ADDRESS, {"before": before})
        assert response.status_code == 404
        assert ADDRESS in Page(response).links

    def test_answers_404_before_the_first(self, client: Client) -> None:
        make_bilingual_policy()
        assert "There is no older edition." in Page(client.get(ADDRESS, {"before": "1.0"})).text
        assert client.get("/en/policies/nothing/history/").status_code == 404
        assert client.get("/en/policies/nothing/history/", {"before": "1.0"}).status_code == 404

    def test_asks_as_many_queries_for_many_editions_as_for_few(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_editions(6)
        client.get("/zh-hant/")  # the process learns that there is a privacy policy, and never asks again
        with django_assert_num_queries(4):
            client.get("/zh-hant/policies/privacy/history/")
