"""The results page, JSON, suggestions, and what browsers are told."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from lxml import etree

from search import views
from search.matching import TooBroadError
from tests.factories.policies import key, make_bilingual_policy
from tests.factories.search import index
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.fixture
def bilingual() -> None:
    make_bilingual_policy()
    index()


@pytest.mark.usefixtures("bilingual")
class TestSearch:
    def test_links_to_the_clause_and_marks_the_words(self, client: Client) -> None:
        response = client.get("/en/search/", {"q": "five years"})
        page = Page(response)
        assert f"/en/policies/privacy/#c-{key('1')}" in page.links
        assert [mark.text for mark in page.all("//mark")] == ["five", "years"]
        assert "1 result" in page.text
        assert page.one("//input[@id='q']").get("value") == "five years"

    def test_is_kept_by_nobody(self, client: Client) -> None:
        response = client.get("/en/search/", {"q": "five"})
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert not response.cookies

    def test_shows_past_editions_with_their_days(self, client: Client) -> None:
        page = Page(client.get("/en/search/", {"q": "three years"}))
        assert "Found in past or announced editions: 1" in page.text
        page = Page(client.get("/en/search/", {"q": "three years", "past": "1"}))
        assert "Not in force: from edition 1.0, 15 January 2024 to 28 February 2025" in page.text
        assert page.one("//input[@name='past']").get("checked") is not None

    def test_leads_to_the_other_language_with_the_words_kept(self, client: Client) -> None:
        page = Page(client.get("/en/search/", {"q": "期限"}))
        assert "/zh-hant/search/?q=%E6%9C%9F%E9%99%90" in page.links
        assert "Also found in 正體中文: 1" in page.text

    def test_counts_each_kind(self, client: Client) -> None:
        page = Page(client.get("/en/search/", {"q": "policy"}))
        assert [link.text for link in page.all("//nav[@aria-label='Kinds of results']//a")] == [
            "All (4)",
            "Policies (1)",
            "Clauses (2)",
            "Pages (1)",
        ]
        page = Page(client.get("/en/search/", {"q": "policy", "kind": "policy"}))
        assert len(page.all("//ol[@class='hits']/li")) == 1

    def test_helps_when_nothing_is_found_or_asked(self, client: Client) -> None:
        assert "Nothing found" in Page(client.get("/en/search/", {"q": "<script>elephant"})).text
        assert "punctuation and pictures alone" in Page(client.get("/en/search/", {"q": "…😀"})).text
        page = Page(client.get("/en/search/"))
        assert "Everything in force is searched" in page.text
        assert page.all("//form[@method='get']//input[@id='q']")
        page = Page(client.get("/en/search/", {"q": "retenton"}))
        assert page.words("//p[@class='search__meant']") == "Did you mean retention?"

    def test_bounds_what_is_looked_for(self, client: Client) -> None:
        assert "up to 200 characters" in Page(client.get("/en/search/", {"q": "x" * 300})).text
        for page in ("0", "-1", "9" * 30, "٣", "x"):
            assert client.get("/en/search/", {"q": "years", "page": page}).status_code == 200

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("x" * 10_000, "nothing"), ("個" * 10_000, "nothing"), ("…，。！?", "empty"), ("& | ! : * <-> ()", "empty"),
            ("years & | ! : *", "found"), ("\x00years\x00", "found"), ("😀👩‍💻", "empty"),
            ("years 隱私 プライバシー конфиденциальность", "nothing"), ("'; DROP TABLE search_searchentry; --", "nothing"),
            ("%' OR 1=1 --", "nothing"), ("<script>alert(1)</script>", "nothing"), ("\\'\\\"\\", "empty"),
            ("   \t ", "none"),
        ],
    )  # fmt: skip
    def test_answers_whatever_is_typed_in_clear_words(
        self, client: Client, text: str, title: str, language: str
    ) -> None:
        response = client.get(f"/{language}/search/", {"q": text, "kind": text, "past": text, "page": text})
        assert response.status_code == 200
        page = Page(response)
        titles = [element.text_content() for element in page.all("//main//h2")]
        with override(language):
            wanted = {
                "nothing": [_("Nothing found")],
                "empty": [_("Nothing to look for")],
                "found": [ngettext("%(counter)s result", "%(counter)s results", 1) % {"counter": 1}],
                "none": [],
            }
        assert titles == (wanted[title] if language == "en" or title != "found" else wanted["nothing"])
        assert not page.all("//main//script")
        answer = client.get(f"/{language}/search/", {"q": text, "format": "json"})
        assert (answer.status_code, answer.json()["problem"]) == (200, None)
        assert client.get(f"/{language}/search/suggest/", {"q": text}).status_code == 200

    def test_bytes_that_are_no_text_are_no_fault(self, client: Client) -> None:
        assert client.get("/en/search/?q=%ff%fe%ed%a0%80").status_code == 200
        assert client.get("/en/search/?q=years&q=%00").status_code == 200

    def test_comes_in_pages(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("search.selectors.PAGE_SIZE", 1)
        page = Page(client.get("/en/search/", {"q": "policy", "page": "2"}))
        assert "Page 2 of 4" in page.text
        assert "/en/search/?q=policy&page=3" in page.links

    def test_is_json_for_programs(self, client: Client) -> None:
        response = client.get("/zh-hant/search/", {"q": "五年", "format": "json"})
        data = json.loads(response.content)
        (hit,) = data["hits"]
        assert (data["total"], hit["number"], hit["is_in_force"], hit["first_day"]) == (1, "二、", True, "2025-03-01")
        assert ["五年", True] in hit["snippet"]
        assert hit["url"].endswith(f"/zh-hant/policies/privacy/#c-{key('1')}")

    def test_says_so_when_it_takes_too_long(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_options: object) -> None:
            raise TooBroadError

        monkeypatch.setattr(views, "find_results", fail)
        assert "That search took too long" in Page(client.get("/en/search/", {"q": "a"})).text

    def test_asks_few_queries(self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        client.get("/en/search/", {"q": "years"})
        with django_assert_max_num_queries(8):
            client.get("/en/search/", {"q": "years"})

    def test_only_reads(self, client: Client) -> None:
        assert client.post("/en/search/", {"q": "years"}).status_code in {403, 405}


@pytest.mark.usefixtures("bilingual")
class TestLimits:
    def test_refuses_who_searches_too_often_and_nobody_else(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        monkeypatch.setattr(views, "SEARCHES", views.Limit("search", 2, views.SEARCHES.period))
        monkeypatch.setattr(views, "SUGGESTIONS", views.Limit("search-suggest", 1, views.SUGGESTIONS.period))
        answers = [client.get("/en/search/", {"q": "years"}, REMOTE_ADDR="192.0.2.7") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "Too many searches" in Page(answers[-1]).text
        assert client.get("/en/search/", {"q": "years"}, REMOTE_ADDR="198.51.100.7").status_code == 200
        assert client.get("/en/search/", REMOTE_ADDR="192.0.2.7").status_code == 200
        suggested = [client.get("/en/search/suggest/", {"q": "r"}, REMOTE_ADDR="192.0.2.7") for _ in range(2)]
        assert [answer.status_code for answer in suggested] == [200, 429]
        # What was looked for is in no log, and who looked for it neither.
        logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
        assert "years" not in logged
        assert "192.0.2" not in logged


@pytest.mark.usefixtures("bilingual")
class TestSuggest:
    def test_answers_as_opensearch_has_it(self, client: Client) -> None:
        response = client.get("/en/search/suggest/", {"q": "ret"})
        assert json.loads(response.content) == ["ret", ["Retention"]]
        assert response["Content-Type"] == "application/x-suggestions+json"
        assert response["Cache-Control"] == "private, no-store"

    def test_has_nothing_for_nothing(self, client: Client) -> None:
        assert json.loads(client.get("/en/search/suggest/").content) == ["", []]


def test_browsers_are_told_how_to_ask(client: Client) -> None:
    response = client.get("/zh-hant/search/opensearch.xml")
    tree = etree.fromstring(response.content)
    names = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    templates = tree.xpath("//o:Url/@template", namespaces=names)
    assert [template.split("/", 3)[3] for template in templates] == [
        "zh-hant/search/?q={searchTerms}",
        "zh-hant/search/suggest/?q={searchTerms}",
    ]
    assert tree.xpath("string(//o:Language)", namespaces=names) == "zh-Hant"
    assert response.content.startswith(b"<?xml")
