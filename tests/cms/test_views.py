from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from lxml import etree

from cms import views
from cms.languages import preferred_language
from tests.factories.policies import issue, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


class TestChooseLanguage:
    @pytest.mark.parametrize(
        ("accepted", "language"),
        [
            ("", "en"),
            ("en-GB,en;q=0.9", "en"),
            ("zh-TW,zh;q=0.9,en;q=0.8", "zh-hant"),
            ("zh-CN", "zh-hant"),
            ("zh", "zh-hant"),
            ("fr,zh-Hant;q=0.5,en;q=0.4", "zh-hant"),
            ("fr", "en"),
            ("*", "en"),
            ("fr,*;q=0.5,zh-hant;q=0.1", "en"),
            (";;;,,q=x", "en"),
            ("a" * 10_000, "en"),
        ],
    )
    def test_follows_the_browser(self, client: Client, accepted: str, language: str) -> None:
        response = client.get("/", headers={"Accept-Language": accepted})
        assert (response.status_code, response["Location"]) == (302, f"/{language}/")
        assert "Accept-Language" in response["Vary"]
        assert not response.cookies

    def test_remembers_nothing(self, client: Client) -> None:
        client.cookies["django_language"] = "zh-hant"
        assert client.get("/")["Location"] == "/en/"

    def test_falls_back_to_the_default_for_requests_without_a_wish(self) -> None:
        assert preferred_language(RequestFactory().get("/")) == "en"


class TestHealth:
    def test_is_alive_without_asking_anything(self, client: Client) -> None:
        response = client.get("/healthz")
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert response["Cache-Control"] == "no-store"

    @pytest.mark.django_db
    def test_is_ready_with_a_migrated_database(self, client: Client) -> None:
        assert client.get("/readyz").content == b"ready\n"
        assert client.head("/readyz").status_code == 200

    @pytest.mark.django_db
    def test_is_not_ready_with_migrations_to_do(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views.MigrationExecutor, "migration_plan", lambda *_args: ["one"])
        response = client.get("/readyz")
        assert (response.status_code, response.content) == (503, b"database: migrations are missing\n")

    @pytest.mark.django_db
    def test_is_not_ready_without_a_database(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_args: object) -> None:
            raise OperationalError

        monkeypatch.setattr(views.MigrationExecutor, "migration_plan", refuse)
        response = client.get("/readyz")
        assert (response.status_code, response.content) == (503, b"database: no answer\n")


@pytest.mark.django_db
class TestCrawlers:
    def test_names_the_sitemap_and_not_the_way_in(self, client: Client) -> None:
        text = client.get("/robots.txt").content.decode()
        assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
        assert "admin" not in text

    def test_lists_each_page_with_the_languages_that_have_it(self, client: Client) -> None:
        make_bilingual_policy()
        issue(make_page("security"))
        tree = etree.fromstring(client.get("/sitemap.xml").content)
        found = {
            url.findtext("s:loc", namespaces=SITEMAP).removeprefix("http://127.0.0.1:8000"): [
                link.get("hreflang") for link in url.findall("x:link", SITEMAP)
            ]
            for url in tree.findall("s:url", SITEMAP)
        }
        assert found["/en/policies/privacy/"] == found["/zh-hant/policies/privacy/"] == ["en", "zh-Hant"]
        assert found["/zh-hant/policies/security/"] == ["zh-Hant"]
        assert "/en/policies/security/" not in found
        assert all(client.get(address).status_code == 200 for address in found)


@pytest.mark.django_db
class TestErrors:
    @pytest.mark.parametrize(
        ("path", "lang"),
        [
            ("/en/nothing/", "en"),
            ("/zh-hant/nothing/", "zh-Hant"),
            ("/zh-hant/policies/nothing/", "zh-Hant"),
            ("/nothing/", "en"),
            ("/fr/policies/", "en"),
            ("/zh-hans/policies/", "zh-Hant"),
            ("/en/policies/%2e%2e/%2e%2e/etc/passwd", "en"),
            ("/en/../../etc/passwd", "en"),
            ("/zh-hant/policies/" + "x" * 5000 + "/", "zh-Hant"),
            ("/en/policies/隱私/", "en"),
            ("/static/../manage.py", "en"),
        ],
    )
    def test_answers_404_in_the_language_of_the_address(self, client: Client, path: str, lang: str) -> None:
        response = client.get(path)
        assert response.status_code == 404
        assert Page(response).tree.get("lang") == lang
        assert response["Content-Language"] == lang
        assert not response.cookies

    def test_prefers_the_browsers_language_where_the_address_has_none(self, client: Client) -> None:
        response = client.get("/nothing/", headers={"Accept-Language": "zh-TW"})
        assert Page(response).tree.get("lang") == "zh-Hant"
        assert "Accept-Language" in response["Vary"]

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    @pytest.mark.parametrize(
        ("view", "status"),
        [
            (views.bad_request, 400),
            (views.permission_denied, 403),
            (views.page_not_found, 404),
            (views.server_error, 500),
        ],
    )
    def test_has_a_page_for_every_error(self, view: object, status: int, language: str) -> None:
        response = view(RequestFactory().get(f"/{language}/x/"))  # type: ignore[operator]
        page = Page(response)
        assert response.status_code == status
        assert page.words("//h1")
        assert len(page.all("//main")) == 1

    def test_shows_500_without_a_database(self, django_assert_num_queries: object) -> None:
        with django_assert_num_queries(0):  # type: ignore[operator]
            response = views.server_error(RequestFactory().get("/zh-hant/policies/"))
        assert response["Cache-Control"] == "no-store"

    def test_answers_400_to_a_host_that_is_not_ours(self, client: Client) -> None:
        with override_settings(ALLOWED_HOSTS=["ours.example"]):
            response = client.get("/zh-hant/nothing/", headers={"Host": "theirs.example"})
        assert response.status_code == 400

    @pytest.mark.parametrize("path", ["/en/", "/en/policies/", "/zh-hant/policies/privacy/", "/en/search/"])
    def test_answers_long_queries_as_usual(self, client: Client, path: str) -> None:
        make_bilingual_policy()
        long = "x" * 10_000
        assert client.get(path, {"x": long, "q": long, "view": long}).status_code == 200

    @pytest.mark.parametrize("path", ["/en/", "/en/policies/", "/zh-hant/policies/privacy/history/", "/en/search/"])
    def test_sets_no_cookie_and_keeps_no_session(self, client: Client, path: str) -> None:
        make_bilingual_policy()
        response = client.get(path)
        assert response.status_code == 200
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
