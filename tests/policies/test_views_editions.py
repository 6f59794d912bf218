from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from policies.models import PolicyPage
from policies.services import StandingOrder, withdraw_policy
from policies.text.exporting import from_json, from_markdown
from tests.factories.policies import CHINESE, ENGLISH, at, clauses, issue, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

FIRST = "/en/policies/privacy/editions/1.0/"
SECOND = "/en/policies/privacy/editions/2.0/"


class TestEdition:
    def test_says_that_it_is_superseded_and_from_when_to_when(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(FIRST))
        notice = page.words("//section[@aria-labelledby='standing']")
        assert "Edition 1.0 was in force from 15 January 2024 to 28 February 2025." in notice
        assert "three years" in page.text
        assert page.one("//meta[@name='robots']").get("content") == "noindex"
        assert page.one("//link[@rel='canonical']").get("href").endswith(FIRST)

    def test_has_no_banner_while_it_is_in_force(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get(SECOND))
        assert not page.all("//section[@aria-labelledby='standing']")
        assert not page.all("//meta[@name='robots']")
        assert page.one("//link[@rel='canonical']").get("href").endswith("/en/policies/privacy/")

    def test_says_that_it_is_announced_and_what_will_change(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        issue(source, on="2024-05-01", content=clauses(*CHINESE[:2]), effective_from="2999-01-01")
        issue(make_page(language="en"), on="2024-05-01", content=clauses(*ENGLISH[:2]), of_edition="2.0")
        page = Page(client.get(SECOND))
        assert "Edition 2.0 applies from 1 January 2999." in page.text
        assert "/en/policies/privacy/compare/1.0...2.0/" in page.links

    def test_says_that_its_date_is_to_be_announced(self, client: Client) -> None:
        issue(make_page(), to_be_announced=True)
        issue(make_page(language="en"), on="2024-01-16")
        assert "The day from which edition 1.0 applies is to be announced." in Page(client.get(FIRST)).text

    def test_says_that_the_policy_was_withdrawn(self, client: Client) -> None:
        policy = make_bilingual_policy()
        withdraw_policy(
            StandingOrder(
                policy=policy,
                notices={"en": "The law says it now.", "zh-hant": "法律已有規定。"},
                effective_from=dt.date(2025, 9, 1),
                issued_at=at("2025-08-01"),
                issued_by="林書瑜",
            )
        )
        assert "This policy has not applied since 1 September 2025." in (
            Page(client.get("/en/policies/privacy/editions/3.0/")).text
        )
        assert Page(client.get(SECOND)).words("//h2[@id='standing']") == "Withdrawn"

    def test_keeps_earlier_texts_of_a_translation(self, client: Client) -> None:
        make_bilingual_policy()
        english = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="en")
        improved = [
            *ENGLISH[:1],
            ("Retention", "<p>We keep server logs for five years, then delete them.</p>"),
            ENGLISH[2],
        ]
        issue(english, on="2025-04-01", content=clauses(*improved), note="Better wording.")
        newest, earlier = Page(client.get(SECOND)), Page(client.get(SECOND, {"sequence": "1"}))
        assert "We keep server logs" in newest.text
        assert "We keep server logs" not in earlier.text
        assert "This is an earlier text of the translation." in earlier.text
        assert SECOND in earlier.links

    @pytest.mark.parametrize("sequence", ["2", "0", "-1", "x", "９", "99999999999999999999", ""])
    def test_answers_404_to_a_text_that_is_not_there(self, client: Client, sequence: str) -> None:
        make_bilingual_policy()
        response = client.get(FIRST, {"sequence": sequence})
        assert response.status_code == 404
        assert FIRST in Page(response).links

    @pytest.mark.parametrize("number", ["9.9", "1.1", "01.0", "999999.0"])
    def test_answers_404_to_a_number_that_is_not_there(self, client: Client, number: str) -> None:
        make_bilingual_policy()
        response = client.get(f"/en/policies/privacy/editions/{number}/")
        assert response.status_code == 404
        assert f"no edition {number}" in Page(response).text

    @pytest.mark.parametrize("number", ["1", "1.0.0", "1.0000000", "a.b", "１.０", "..%2F..%2Fetc%2Fpasswd"])
    def test_answers_404_to_what_is_no_number(self, client: Client, number: str) -> None:
        make_bilingual_policy()
        assert client.get(f"/en/policies/privacy/editions/{number}/").status_code == 404

    def test_links_to_the_language_that_has_the_text(self, client: Client) -> None:
        issue(make_page())
        response = client.get(FIRST)
        assert response.status_code == 404
        assert "/zh-hant/policies/privacy/editions/1.0/" in Page(response).links
        assert client.get("/en/policies/nothing/editions/1.0/").status_code == 404

    def test_asks_few_queries(self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        make_bilingual_policy()
        client.get("/en/")  # the process learns that there is a privacy policy, and never asks again
        with django_assert_max_num_queries(4):
            client.get(FIRST)


class TestFormats:
    def test_gives_json_that_reads_back(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get(FIRST, {"format": "json"})
        assert response["Content-Type"] == "application/json"
        assert response["Content-Disposition"] == 'inline; filename="privacy-1.0-en.json"'
        assert [clause.heading for clause in from_json(response.content).clauses] == [head for head, _body in ENGLISH]
        assert "digest" in json.dumps(json.loads(response.content))

    def test_gives_markdown_that_reads_back(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get("/zh-hant/policies/privacy/editions/2.0/", {"format": "md"})
        assert response["Content-Type"] == "text/markdown; charset=utf-8"
        assert "五年" in from_markdown(response.content.decode()).clauses[1].body

    def test_gives_akoma_ntoso(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get(FIRST, {"format": "akn"})
        assert response["Content-Type"].startswith("application/akn+xml")
        assert etree.fromstring(response.content).tag.endswith("}akomaNtoso")

    def test_gives_plain_text(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get(FIRST, {"format": "txt"})
        assert response["Content-Type"].startswith("text/plain")
        assert "1. Scope" in response.content.decode()

    def test_carries_the_digest_in_every_format(self, client: Client) -> None:
        policy = make_bilingual_policy()
        digest = policy.editions.get(major=1).digest
        for name in ("json", "md", "akn", "txt"):
            assert digest in client.get(FIRST, {"format": name}).content.decode(), name

    @pytest.mark.parametrize("name", ["pdf", "", "JSON", "x" * 150])
    def test_lists_the_formats_when_asked_for_another(self, client: Client, name: str) -> None:
        make_bilingual_policy()
        response = client.get(FIRST, {"format": name})
        assert response.status_code == 400
        assert f"{FIRST}?format=akn" in Page(response).links


class TestAt:
    def test_shows_the_text_that_applied(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/en/policies/privacy/at/2025-02-28/"))
        assert "Edition 1.0 applied on that day." in page.text
        assert "three years" in page.text
        page = Page(client.get("/en/policies/privacy/at/2025-03-01/"))
        assert "Edition 2.0 applied on that day." in page.text

    def test_says_of_a_day_to_come_that_it_is_as_announced_today(self, client: Client) -> None:
        make_bilingual_policy()
        page = Page(client.get("/en/policies/privacy/at/2999-01-01/"))
        assert "As announced today, edition 2.0 will apply on that day." in page.text

    def test_answers_404_before_the_first_and_says_when_that_was(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get("/en/policies/privacy/at/1890-01-01/")
        assert response.status_code == 404
        assert "Its first edition applies from 15 January 2024." in Page(response).text

    def test_answers_404_while_the_first_has_no_date(self, client: Client) -> None:
        issue(make_page(), to_be_announced=True)
        response = client.get("/en/policies/privacy/at/2024-06-01/")
        assert response.status_code == 404
        assert "to be announced" in Page(response).text

    @pytest.mark.parametrize(
        "day", ["2026-02-30", "2026-13-01", "today", "20260101", "2026-1-1", "２０２６-01-01", "0000-00-00"]
    )
    def test_answers_404_to_what_is_no_day(self, client: Client, day: str) -> None:
        make_bilingual_policy()
        response = client.get(f"/en/policies/privacy/at/{day}/")
        assert response.status_code == 404
        assert "There is no such day." in Page(response).text

    def test_says_when_the_edition_has_no_text_in_the_language(self, client: Client) -> None:
        source = make_page()
        issue(source, on="2024-01-15")
        response = client.get("/en/policies/privacy/at/2024-02-01/")
        assert response.status_code == 404
        assert "/zh-hant/policies/privacy/at/2024-02-01/" in Page(response).links
        issue(make_page(language="en"), on="2024-03-01")
        issue(source, on="2024-04-01", content=clauses(*CHINESE[:2]))
        page = Page(client.get("/en/policies/privacy/at/2024-05-01/"))
        assert "Edition 2.0 has no text in this language; what follows is the text of edition 1.0." in page.text

    def test_answers_404_for_an_unknown_policy(self, client: Client) -> None:
        assert client.get("/en/policies/nothing/at/2024-01-01/").status_code == 404
        assert client.get("/en/policies/nothing/at/2024-02-30/").status_code == 404
