"""What readers see while the edition in force was corrected, or what was announced will never apply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from policies.models import PolicyPage
from tests.factories.policies import CHINESE, ENGLISH, clauses, issue, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

    from policies.models import Policy

pytestmark = pytest.mark.django_db

POLICY = "/zh-hant/policies/privacy/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def chinese(years: str, contact: str = CHINESE[2][1]):
    return clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", years)), (CHINESE[2][0], contact))


def page_of(policy: Policy, language: str = "zh-hant") -> PolicyPage:
    return PolicyPage.objects.get(policy=policy, locale__language_code=language)


@pytest.fixture
def corrected() -> Policy:
    """2.0 (五年); 3.0 (七年) announced for 2999; then 2.1, a correction with a telephone number, in Chinese only."""
    policy = make_bilingual_policy()
    issue(page_of(policy), on="2025-06-01", content=chinese("七年"), effective_from="2999-01-01", note="延長。")
    phone = chinese("五年", "<p>請洽本署，電話02-3333-4444。</p>")
    issue(page_of(policy), on="2025-07-01", content=phone, update_type="editorial", of_edition="2.0")
    return policy


@pytest.fixture
def replaced() -> Policy:
    """2.0 (五年); 3.0 (七年) announced for 2999 in both languages; then 4.0 (九年) at once, in Chinese only."""
    policy = make_bilingual_policy()
    issue(page_of(policy), on="2025-06-01", content=chinese("七年"), effective_from="2999-01-01", note="延長。")
    seven = clauses(ENGLISH[0], (ENGLISH[1][0], "<p>Server logs are kept for seven years.</p>"), ENGLISH[2])
    issue(page_of(policy, "en"), on="2025-06-01", content=seven, of_edition="3.0")
    issue(page_of(policy), on="2025-07-01", content=chinese("九年"), note="改為九年。", replaces_announced=True)
    return policy


@pytest.mark.usefixtures("corrected")
class TestCorrected:
    def test_the_correction_is_in_force_and_the_next_still_announced(self, client: Client) -> None:
        page = Page(client.get(POLICY))
        assert "02-3333-4444" in page.words("//article")
        notice = page.words("//section[@aria-labelledby='revised']")
        assert "第2.0版，自中華民國114年3月1日" in notice
        assert "第2.1版" in notice
        announced = page.words("//section[@aria-labelledby='announced']")
        assert "第3.0版，自中華民國1088年1月1日（2999年1月1日）生效" in announced

    def test_its_translation_lags_by_the_edition_it_reflects(self, client: Client) -> None:
        notice = Page(client.get("/en/policies/privacy/")).words("//section[@aria-labelledby='lag']")
        assert "reflects edition 2.0. Edition 2.1 is in force" in notice

    @pytest.mark.parametrize(
        ("day", "number"), [("2025-06-30", "2.0"), ("2025-07-01", "2.1"), ("2998-12-31", "2.1"), ("2999-01-01", "3.0")]
    )
    def test_each_day_has_its_text(self, client: Client, day: str, number: str) -> None:
        page = Page(client.get(f"{POLICY}at/{day}/"))
        assert f"/zh-hant/policies/privacy/editions/{number}/" in page.links

    def test_history_shows_periods_and_what_each_changed(self, client: Client) -> None:
        page = Page(client.get("/zh-hant/policies/privacy/history/"))
        assert [row.get("id") for row in page.all("//ol[@class='history']/li")] == ["e-3.0", "e-2.1", "e-2.0", "e-1.0"]
        for number, words in (("3.0", "已公告"), ("2.1", "2998年12月31日"), ("2.0", "2025年6月30日")):
            assert words in page.one(f"//li[@id='e-{number}']").text_content()
        for number, compared in (("3.0", ["2.0...3.0", "2.1...3.0"]), ("2.1", ["2.0...2.1"])):
            links = page.all(f"//li[@id='e-{number}']//a[contains(@href, '/compare/')]/@href")
            assert [str(link).rstrip("/").rpartition("/")[2] for link in links] == compared

    def test_the_announced_edition_is_compared_with_what_is_in_force(self, client: Client) -> None:
        page = Page(client.get(f"{POLICY}editions/3.0/"))
        will_change = page.one("//section[@aria-labelledby='standing']//a[contains(@href, '/compare/')]")
        assert will_change.get("href") == "/zh-hant/policies/privacy/compare/2.1...3.0/"
        changed = page.one("//section[@aria-labelledby='issued']//a[contains(@href, '/compare/')]")
        assert changed.get("href") == "/zh-hant/policies/privacy/compare/2.0...3.0/"
        assert client.get("/zh-hant/policies/privacy/compare/3.0...2.1/").status_code == 301

    def test_feed_has_the_correction_with_its_own_time(self, client: Client) -> None:
        feed = etree.fromstring(client.get(f"{POLICY}history/feed.atom").content)
        titles = [element.text for element in feed.findall("a:entry/a:title", ATOM)]
        assert titles[:2] == ["《隱私權政策》第3.0版", "《隱私權政策》第2.1版"]
        assert feed.find("a:updated", ATOM).text == feed.findall("a:entry/a:updated", ATOM)[1].text

    def test_json_names_what_it_changes(self, client: Client) -> None:
        data = json.loads(client.get(f"{POLICY}editions/2.1/?format=json").content)["metadata"]
        assert (data["number"], data["changes"], data["replaced_by"]) == ("2.1", "2.0", "")
        assert data["effective_from"] == "2025-07-01"

    def test_a_substantive_correction_moves_the_revision_date(self, client: Client, corrected: Policy) -> None:
        text = chinese("六年", "<p>請洽本署，電話02-3333-4444。</p>")
        issue(page_of(corrected), on="2025-08-01", content=text, note="更正為六年。", of_edition="2.1")
        page = Page(client.get(POLICY))
        notice = page.words("//section[@aria-labelledby='revised']")
        assert notice.startswith("中華民國114年8月1日（2025年8月1日）修正")
        assert "更正為六年。" in notice
        assert "/zh-hant/policies/privacy/compare/2.1...2.2/" in page.links
        assert page.all("//time[@datetime='2025-08-01']")
        listed = Page(client.get("/zh-hant/policies/"))
        assert listed.all("//li[contains(@class, 'policies__item')]//time[@datetime='2025-08-01']")

    def test_after_its_day_the_announced_edition_stands_as_it_was_announced(self, client: Client) -> None:
        page = Page(client.get(f"{POLICY}at/2999-01-01/"))
        assert "七年" in page.words("//article")
        assert "02-3333-4444" not in page.words("//article")


@pytest.mark.usefixtures("replaced")
class TestReplaced:
    def test_what_never_applied_says_so_everywhere(self, client: Client) -> None:
        page = Page(client.get(f"{POLICY}editions/3.0/"))
        assert "第3.0版於生效前即由第4.0版取代。" in page.text
        assert page.one("//meta[@name='robots']").get("content") == "noindex"
        row = Page(client.get("/zh-hant/policies/privacy/history/")).one("//li[@id='e-3.0']").text_content()
        assert "生效前即由第4.0版取代" in row
        assert not Page(client.get(POLICY)).all("//section[@aria-labelledby='announced']")

    def test_readers_are_told_what_changed_for_them(self, client: Client) -> None:
        page = Page(client.get(POLICY))
        assert "/zh-hant/policies/privacy/compare/2.0...4.0/" in page.links
        history = Page(client.get("/zh-hant/policies/privacy/history/"))
        links = history.all("//li[@id='e-4.0']//a[contains(@href, '/compare/')]/@href")
        assert links == ["/zh-hant/policies/privacy/compare/2.0...4.0/"]

    @pytest.mark.parametrize("day", ["2025-07-01", "2999-01-01"])
    def test_a_language_without_the_text_in_force_shows_what_applied(self, client: Client, day: str) -> None:
        page = Page(client.get(f"/en/policies/privacy/at/{day}/"))
        assert "five years" in page.words("//article")
        assert "/en/policies/privacy/editions/2.0/" in page.links

    def test_exports_and_feed_say_that_it_never_applied(self, client: Client) -> None:
        address = f"{POLICY}editions/3.0/"
        assert json.loads(client.get(f"{address}?format=json").content)["metadata"]["replaced_by"] == "4.0"
        assert "未生效（生效前即由第4.0版取代）" in client.get(f"{address}?format=txt").content.decode()
        assert b"inForce" not in client.get(f"{address}?format=akn").content
        feed = etree.fromstring(client.get(f"{POLICY}history/feed.atom").content)
        entries = feed.findall("a:entry", ATOM)
        assert "生效前即由第4.0版取代" in entries[1].find("a:content", ATOM).text
        assert entries[1].find("a:updated", ATOM).text == entries[0].find("a:updated", ATOM).text

    def test_the_day_before_the_first_names_the_edition_that_came(self, client: Client) -> None:
        response = client.get(f"{POLICY}at/2020-01-01/")
        assert response.status_code == 404
        assert "2024年1月15日" in Page(response).text


def test_a_first_edition_that_never_applied_is_not_named_as_the_first_to_apply(client: Client) -> None:
    page = make_page()
    issue(page, on="2024-01-15", effective_from="2024-12-01")
    issue(page, on="2024-02-01", content=chinese("五年"), effective_from="2024-06-01", replaces_announced=True)
    reason = Page(client.get(f"{POLICY}at/2024-05-31/")).text
    assert "2024年6月1日" in reason
    assert "2024年12月1日" not in reason
