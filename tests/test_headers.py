"""The headers of public pages, graded by the table of Mozilla's HTTP Observatory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from tests.factories.policies import make_bilingual_policy
from tests.observatory import grade, score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

HTTPS = {"X-Forwarded-Proto": "https"}
PAGES = [
    "/en/",
    "/en/policies/",
    "/zh-hant/policies/privacy/",
    "/zh-hant/policies/privacy/history/",
    "/en/policies/privacy/editions/1.0/",
    "/en/policies/privacy/compare/1.0...2.0/",
    "/en/policies/privacy/with/zh-hant/",
    "/en/search/",
    "/zh-hant/nothing/",
]


@pytest.fixture
def _as_in_production() -> Iterator[None]:
    """The settings of `cms.settings.production` that headers depend on."""
    with override_settings(
        SECURE_SSL_REDIRECT=True,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        SECURE_HSTS_SECONDS=63_072_000,
        SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
        SECURE_HSTS_PRELOAD=True,
    ):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_as_in_production")
class TestPublicPages:
    @pytest.mark.parametrize("path", PAGES)
    def test_earn_an_a_plus(self, client: Client, path: str) -> None:
        make_bilingual_policy()
        for _time in ("rendered", "from memory"):
            response = client.get(path, headers=HTTPS)
            scripts = re.findall(r"<script[^>]*\bsrc=\"([^\"]+)\"", response.content.decode())
            points = score(dict(response.items()), cookies=list(response.cookies), scripts=scripts)
            assert points >= 100
            assert grade(points) == "A+"

    def test_send_the_reader_to_https(self, client: Client) -> None:
        response = client.get("/en/policies/")
        assert response.status_code == 301
        assert response["Location"].startswith("https://")

    def test_name_no_software(self, client: Client) -> None:
        response = client.get("/en/policies/", headers=HTTPS)
        assert not {"Server", "X-Powered-By", "X-Generator"} & set(response.headers)


class TestGrade:
    GOOD = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def test_of_good_headers(self) -> None:
        assert grade(score(self.GOOD)) == "A+"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Content-Security-Policy", ""),
            ("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'"),
            ("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-eval'"),
            ("Content-Security-Policy", "script-src https:"),
            ("Strict-Transport-Security", ""),
            ("Strict-Transport-Security", "max-age=3600"),
            ("Strict-Transport-Security", "soon"),
            ("X-Content-Type-Options", ""),
            ("Referrer-Policy", "unsafe-url"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
        ],
    )
    def test_falls_with_a_planted_fault(self, name: str, value: str) -> None:
        assert score({**self.GOOD, name: value}) < score(self.GOOD)

    def test_falls_when_framing_is_open(self) -> None:
        policy = self.GOOD["Content-Security-Policy"].replace("; frame-ancestors 'none'", "")
        headers = {**self.GOOD, "Content-Security-Policy": policy, "X-Frame-Options": ""}
        assert score(headers) < score(self.GOOD)

    def test_falls_with_a_cookie_or_a_script_from_elsewhere(self) -> None:
        assert score(self.GOOD, cookies=["session"]) < score(self.GOOD)
        assert score(self.GOOD, scripts=["https://cdn.example/x.js"]) < score(self.GOOD)

    def test_has_the_bounds_of_the_table(self) -> None:
        assert [grade(points) for points in (135, 100, 95, 90, 85, 70, 50, 30, 25, 0)] == [
            "A+", "A+", "A", "A", "A-", "B", "C", "D", "D-", "F",
        ]  # fmt: skip
