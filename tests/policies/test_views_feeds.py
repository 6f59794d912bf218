from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from core.models import Agency
from policies.models import EditionText
from policies.services import StandingOrder, announce_effective_date, correct_note, reinstate_policy, withdraw_policy
from tests.factories.policies import at, issue, make_bilingual_policy, make_page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

ADDRESS = "/en/policies/privacy/history/feed.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
# RFC 4151 §2.1
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d{2}-\d{2}:[A-Za-z0-9/._-]+")


def read(client: Client, address: str = ADDRESS) -> Any:
    return etree.fromstring(client.get(address).content)


def text(tree: Any, path: str) -> list[str]:
    return [element.text for element in tree.findall(path, ATOM)]


class TestFeed:
    def test_holds_what_rfc_4287_asks_for(self, client: Client) -> None:
        make_bilingual_policy()
        Agency.objects.create(language="en", name="Overseas Agency")
        feed = read(client)
        for path in ("a:id", "a:title", "a:updated", "a:author/a:name"):
            assert len(text(feed, path)) == 1, path
        assert feed.find("a:link[@rel='self']", ATOM).get("href").endswith(ADDRESS)
        for entry in feed.findall("a:entry", ATOM):
            assert all(len(text(entry, path)) == 1 for path in ("a:id", "a:title", "a:updated", "a:content"))
            assert entry.find("a:link[@rel='alternate']", ATOM) is not None
        assert text(feed, "a:entry/a:title") == ["Privacy policy, edition 2.0", "Privacy policy, edition 1.0"]
        assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"

    def test_has_permanent_identifiers_of_its_own_in_each_language(
        self, client: Client, settings: SettingsWrapper
    ) -> None:
        make_bilingual_policy()
        english = text(read(client), ".//a:id")
        chinese = text(read(client, "/zh-hant/policies/privacy/history/feed.atom"), ".//a:id")
        assert all(TAG.fullmatch(identifier) for identifier in english + chinese)
        assert len({*english, *chinese}) == len(english) + len(chinese)
        settings.AVOW_TAG_AUTHORITY = "127.0.0.1"
        settings.WAGTAILADMIN_BASE_URL = "https://new.example"
        settings.AVOW_PAGE_CACHE = False
        assert text(read(client), ".//a:id") == english

    def test_moves_an_entry_when_its_note_is_corrected_and_keeps_its_identifier(self, client: Client) -> None:
        make_bilingual_policy()
        before = text(read(client), "a:entry/a:id")
        found = EditionText.objects.get(edition__major=2, locale="en")
        correct_note(text=found, note="Logs are kept <longer>.", issued_at=at("2026-01-02"), issued_by="Lin")
        feed = read(client)
        assert text(feed, "a:entry/a:id") == before
        assert text(feed, "a:updated")[0].startswith("2026-01-02")
        assert "&lt;longer&gt;" in text(feed, "a:entry/a:content")[0]

    def test_moves_an_entry_when_its_date_is_announced(self, client: Client) -> None:
        edition = issue(make_page(), on="2024-01-15", to_be_announced=True).edition
        day = dt.date(2024, 7, 1)
        announce_effective_date(edition=edition, effective_from=day, issued_at=at("2024-06-01"), issued_by="林書瑜")
        feed = read(client, "/zh-hant/policies/privacy/history/feed.atom")
        assert text(feed, "a:updated") == text(feed, "a:entry/a:updated")
        assert text(feed, "a:updated")[0].startswith("2024-06-01")
        assert 'datetime="2024-06-01"' in client.get("/en/policies/privacy/history/").content.decode()

    def test_answers_conditional_requests(self, client: Client) -> None:
        make_bilingual_policy()
        response = client.get(ADDRESS)
        assert response["Content-Type"].startswith("application/atom+xml")
        assert response["Last-Modified"]
        assert client.get(ADDRESS, headers={"If-None-Match": response["ETag"]}).status_code == 304
        since = {"If-Modified-Since": response["Last-Modified"]}
        assert client.get(ADDRESS, headers=since).status_code == 304
        assert client.get(ADDRESS, headers={**since, "If-None-Match": '"another"'}).status_code == 200
        for older in ("Mon, 01 Jan 2024 00:00:00 GMT", "yesterday"):
            assert client.get(ADDRESS, headers={"If-Modified-Since": older}).status_code == 200
        since = {"If-Modified-Since": "Mon, 01 Jan 2999 00:00:00 GMT"}
        assert client.get("/en/policies/privacy/", headers=since).status_code == 200

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
        titles = text(read(client), "a:entry/a:title")
        assert titles[:2] == ["Privacy policy, edition 4.0: reinstated", "Privacy policy, edition 3.0: withdrawn"]

    def test_is_empty_but_valid_in_a_language_without_texts(self, client: Client) -> None:
        issue(make_page())
        feed = read(client)
        assert not feed.findall("a:entry", ATOM)
        assert text(feed, "a:updated")
        assert client.get("/en/policies/nothing/history/feed.atom").status_code == 404

    def test_carries_no_character_that_xml_cannot(self, client: Client) -> None:
        issue(make_page(), note="修正\x0b條文。")
        assert "修正條文。" in text(read(client, "/zh-hant/policies/privacy/history/feed.atom"), ".//a:content")[0]

    def test_asks_few_queries(self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        make_bilingual_policy()
        with django_assert_max_num_queries(6):
            client.get(ADDRESS)
