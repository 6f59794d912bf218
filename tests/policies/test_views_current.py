from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from core.models import Agency
from policies.models import EditionText, PolicyPage
from policies.selectors import find_current
from policies.services import (
    StandingOrder,
    announce_effective_date,
    correct_note,
    reinstate_policy,
    withdraw_policy,
)
from tests.factories.policies import CHINESE, at, clauses, issue, key, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


class TestPolicyList:
    def test_says_when_nothing_is_published(self, client: Client) -> None:
        assert "No policy has been published yet." in Page(client.get("/en/policies/")).text

    def test_shows_number_and_dates(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/en/policies/"))
        assert page.words("//li[contains(@class, 'policies__item')]//h2") == "Privacy policy"
        assert "2.0" in page.text
        assert page.all("//time[@datetime='2025-03-01']")

    def test_says_in_its_own_words_that_a_translation_is_missing(self, client: Client) -> None:
        issue(make_page())
        page = Page(client.get("/en/policies/"))
        assert "Not published in this language yet." in page.text
        assert "隱私權政策" not in page.words("//main")

    def test_asks_as_many_queries_for_many_policies_as_for_one(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for slug in ("privacy", "security", "cookies"):
            issue(make_page(slug))
        client.get("/zh-hant/")  # the process learns that there is a privacy policy, and never asks again
        with django_assert_num_queries(5):
            client.get("/zh-hant/policies/")

    def test_finds_the_revision_of_an_editorial_edition_and_what_is_only_announced(self, client: Client) -> None:
        page = make_page()
        issue(page, on="2024-01-15")
        changed = [*CHINESE[:2], (CHINESE[2][0], "<p>對本政策有疑問，請洽本署！</p>")]
        issue(page, on="2024-05-01", content=clauses(*changed), update_type="editorial", note="標點。")
        issue(make_page("security"), effective_from="2999-01-01")
        page_read = Page(client.get("/en/policies/"))
        assert page_read.all("//time[@datetime='2024-01-15']")
        assert page_read.all("//time[@datetime='2024-05-01']")
        assert "Announced; not in force yet." in page_read.text


class TestCurrent:
    @pytest.mark.parametrize(("is_known", "queries"), [(True, 3), (False, 4)])
    def test_asks_few_queries(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries, *, is_known: bool, queries: int
    ) -> None:
        make_bilingual_policy()
        if is_known:
            Agency.objects.create(language="en", name="Overseas Liaison Administration")
        client.get("/en/")  # the process learns that there is a privacy policy, and never asks again
        with django_assert_num_queries(queries):
            page = Page(client.get("/en/policies/privacy/"))
        assert ("Overseas Liaison Administration" in page.text) is is_known

    def test_notices_a_query_too_many(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_bilingual_policy()

        def ask_too_much() -> None:
            with django_assert_max_num_queries(4):
                client.get("/en/policies/privacy/", {"view": "text"})
                EditionText.objects.count()

        with pytest.raises(pytest.fail.Exception):
            ask_too_much()

    def test_asks_one_query_once_it_is_in_memory(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_bilingual_policy()
        client.get("/en/policies/privacy/")
        with django_assert_num_queries(1):
            client.get("/en/policies/privacy/")

    def test_says_when_and_how_it_was_revised(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/en/policies/privacy/"))
        notice = "//section[@aria-labelledby='revised']"
        assert page.words(f"{notice}/h2") == "Revised on 1 March 2025"
        assert "Edition 2.0, in force from 1 March 2025." in page.words(notice)
        assert "Logs are kept for five years." in page.words(notice)
        assert page.words(f"{notice}//li") == "2. Retention reworded"
        assert page.one(f"{notice}//li/a").get("href") == f"#c-{key('1')}"
        assert "/en/policies/privacy/compare/1.0...2.0/" in page.links

    def test_writes_dates_in_both_calendars_in_chinese(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/zh-hant/policies/privacy/"))
        assert "中華民國114年3月1日（2025年3月1日）" in page.words("//section[@aria-labelledby='revised']/h2")

    def test_says_issued_of_a_first_edition(self, client: Client) -> None:
        issue(make_page(), on="2024-01-15", note="訂定全文。")
        page = Page(client.get("/zh-hant/policies/privacy/"))
        assert not page.all("//section[@aria-labelledby='revised']//li")
        assert not any("/compare/" in link for link in page.links)

    def test_keeps_the_revision_date_through_an_editorial_edition(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        changed = [*CHINESE[:2], (CHINESE[2][0], "<p>對本政策有疑問，請洽本署！</p>")]
        issue(source, on="2024-05-01", content=clauses(*changed), update_type="editorial", note="標點。")
        heading = Page(client.get("/zh-hant/policies/privacy/")).words("//section[@aria-labelledby='revised']/h2")
        assert "2024年1月15日" in heading

    def test_shows_a_corrected_note_and_its_day(self, client: Client) -> None:
        make_bilingual_policy()
        text = EditionText.objects.get(edition__major=2, locale="en")
        correct_note(text=text, note="Logs are kept longer.", issued_at=at("2025-03-09"), issued_by="Lin")
        notice = Page(client.get("/en/policies/privacy/")).words("//section[@aria-labelledby='revised']")
        assert "Logs are kept longer." in notice
        assert "Logs are kept for five years." not in notice
        assert "Note corrected on 9 March 2025." in notice

    def test_links_to_an_announced_edition_with_its_date(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-05-01", content=clauses(*CHINESE[:2]), effective_from="2999-01-01")
        page = Page(client.get("/zh-hant/policies/privacy/"))
        assert page.all("//section[@aria-labelledby='announced']//time[@datetime='2999-01-01']")
        assert "/zh-hant/policies/privacy/editions/2.0/" in page.links

    def test_says_that_a_date_is_to_be_announced_and_then_gives_it(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        text = issue(source, on="2024-05-01", content=clauses(*CHINESE[:2]), to_be_announced=True)
        english = make_page(language="en")
        issue(english, on="2024-05-02", content=clauses(*CHINESE_IN_ENGLISH[:2]), of_edition="2.0")
        url = "/en/policies/privacy/"
        assert "The day from which this policy applies" not in Page(client.get(url)).text
        announce_effective_date(
            edition=text.edition, effective_from=dt.date(2024, 7, 1), issued_at=at("2024-06-01"), issued_by="林書瑜"
        )
        assert "Edition 2.0, in force from 1 July 2024." in Page(client.get(url)).text

    def test_shows_what_is_announced_while_nothing_applies_yet(self, client: Client) -> None:
        issue(make_page(), effective_from="2999-01-01")
        issue(make_page("security"), to_be_announced=True)
        assert Page(client.get("/zh-hant/policies/privacy/")).all("//section[@aria-labelledby='not-yet']//time")
        assert Page(client.get("/zh-hant/policies/security/")).all("//section[@aria-labelledby='not-yet']")

    def test_says_when_a_translation_lags_and_which_language_governs(self, client: Client) -> None:
        make_bilingual_policy()
        source = EditionText.objects.filter(locale="zh-hant").newest_first()[0].source_revision.content_object
        issue(source, on="2025-06-01", content=clauses(*CHINESE[:2]))
        page = Page(client.get("/en/policies/privacy/"))
        notice = page.words("//section[@aria-labelledby='lag']")
        assert "reflects edition 2.0" in notice
        assert "Edition 3.0 is in force" in notice
        assert "the text in 正體中文 governs" in notice
        assert page.one("//section[@aria-labelledby='lag']//li/a").get("href") == "/zh-hant/policies/privacy/"
        assert not Page(client.get("/zh-hant/policies/privacy/")).all("//section[@aria-labelledby='lag']")

    def test_answers_404_in_a_language_without_any_text_and_links_to_the_one_that_has_it(self, client: Client) -> None:
        issue(make_page())
        response = client.get("/en/policies/privacy/")
        page = Page(response)
        assert response.status_code == 404
        assert "has not been published in this language yet" in page.text
        assert "/zh-hant/policies/privacy/" in page.links
        assert "適用範圍" not in page.text

    def test_keeps_a_withdrawn_text_under_a_notice(self, client: Client) -> None:
        policy = make_bilingual_policy()
        withdraw_policy(
            StandingOrder(
                policy=policy,
                notices={"en": "Replaced by the law.", "zh-hant": "業經法律明定。"},
                effective_from=dt.date(2025, 9, 1),
                issued_at=at("2025-08-01"),
                issued_by="林書瑜",
            )
        )
        page = Page(client.get("/en/policies/privacy/"))
        notice = page.words("//section[@aria-labelledby='withdrawn']")
        assert notice.startswith("Withdrawn on 1 September 2025")
        assert "Replaced by the law." in notice
        assert "Server logs are kept" in page.text
        assert "NotInForce" in page.one("//script[@type='application/ld+json']").text

    def test_says_from_when_to_when_a_reinstated_policy_was_withdrawn(self, client: Client) -> None:
        policy = make_bilingual_policy()
        notices = {"en": "See the law.", "zh-hant": "另有法律規定。"}
        acts = ((withdraw_policy, "2025-09-01"), (reinstate_policy, "2025-12-01"))
        for number, (act, day) in enumerate(acts):
            act(
                StandingOrder(
                    policy=policy,
                    notices=notices,
                    effective_from=dt.date.fromisoformat(day),
                    issued_at=at("2025-08-01", 10 + number),
                    issued_by="林書瑜",
                )
            )
        notice = Page(client.get("/en/policies/privacy/")).words("//section[@aria-labelledby='revised']")
        assert "The policy was withdrawn from 1 September 2025 to 30 November 2025." in notice
        source = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
        issue(source, on="2025-12-02", content=clauses(*CHINESE[:2]))
        assert "停止適用" not in Page(client.get("/zh-hant/policies/privacy/")).words(
            "//section[@aria-labelledby='revised']"
        )

    def test_answers_404_for_an_unknown_policy(self, client: Client) -> None:
        assert client.get("/en/policies/nothing/").status_code == 404

    def test_shows_where_it_applies_above_the_text(self, client: Client) -> None:
        make_page(hosts=["www.agency.example"])
        issue(make_page("security", hosts=["www.agency.example", "offices.agency.example"]))
        text = Page(client.get("/zh-hant/policies/security/")).words("//p[@class='scope']")
        assert "offices.agency.example" in text

    def test_describes_itself_to_machines(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/en/policies/privacy/"))
        data = json.loads(page.one("//script[@type='application/ld+json']").text)
        assert data["version"] == "2.0"
        assert data["inLanguage"] == "en"
        assert data["legislationDate"] == "2025-03-01"
        assert data["legislationLegalForce"] == "https://schema.org/InForce"
        assert data["translationOfWork"]["inLanguage"] == "zh-Hant"
        assert page.one("//link[@rel='canonical']").get("href") == "http://127.0.0.1:8000/en/policies/privacy/"
        assert [link.get("hreflang") for link in page.all("//link[@hreflang]")] == ["en", "zh-Hant"]
        assert page.one("//link[@type='application/atom+xml']").get("href") == "/en/policies/privacy/history/feed.atom"

    def test_cannot_be_broken_out_of_by_its_own_data(self, client: Client) -> None:
        issue(make_page(), responsible_unit="</script><script>alert(1)</script>")
        page = Page(client.get("/zh-hant/policies/privacy/"))
        assert len(page.all("//script[@type='application/ld+json']")) == 1
        assert not page.all("//script[not(@src) and not(@type='application/ld+json')]")

    def test_links_only_languages_that_have_the_text(self, client: Client) -> None:
        issue(make_page())
        page = Page(client.get("/zh-hant/policies/privacy/"))
        assert [link.get("hreflang") for link in page.all("//link[@hreflang]")] == ["zh-Hant"]
        assert not any("/with/" in link for link in page.links)

    def test_carries_the_agency_and_the_privacy_policy_in_its_footer(self, client: Client) -> None:
        make_bilingual_policy()
        Agency.objects.create(language="en", name="Overseas Agency", email="privacy@agency.example")
        page = Page(client.get("/en/policies/privacy/"))
        assert "Overseas Agency" in page.words("//footer")
        assert page.all("//footer//a[@href='/en/policies/privacy/']")

    def test_links_to_a_privacy_policy_only_in_the_languages_that_have_one(self, client: Client) -> None:
        link = "//footer//a[contains(@href, '/policies/privacy/')]"
        issue(make_page("security"))
        assert not Page(client.get("/zh-hant/policies/security/")).all(link)
        issue(make_page("privacy"))
        assert Page(client.get("/zh-hant/policies/security/")).all(link)
        assert not Page(client.get("/en/policies/")).all(link)

    def test_answers_only_reading(self, client: Client) -> None:
        make_bilingual_policy()
        assert client.post("/en/policies/privacy/").status_code == 405
        assert client.head("/en/policies/privacy/").status_code == 200


CHINESE_IN_ENGLISH = (
    ("Scope", "<p>This policy applies to the agency’s website.</p>"),
    ("Retention", "<p>Server logs are kept for three years and then deleted.</p>"),
)


def test_an_announced_edition_that_will_never_apply_is_not_announced(client: Client) -> None:
    page = make_page()
    issue(page, on="2024-01-15")
    issue(page, on="2024-06-01", content=clauses(*CHINESE[:2]), effective_from="2099-03-01")
    issue(page, on="2024-06-02", content=clauses(*CHINESE[:1]), update_type="editorial")
    announced = find_current(slug="privacy", language="zh-hant", on=dt.date(2024, 7, 1)).announced
    assert [edition.number for edition in announced] == ["2.1"]
    assert client.get("/zh-hant/policies/privacy/editions/2.0/").status_code == 200
