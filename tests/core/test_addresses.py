from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from core.addresses import full_address, in_language, same_page


class TestInLanguage:
    @pytest.mark.parametrize(
        ("path", "address"),
        [
            ("/en/policies/privacy/", "/zh-hant/policies/privacy/"),
            ("/zh-hant/", "/zh-hant/"),
            ("/healthz", "/zh-hant/"),
            ("/fr/policies/", "/zh-hant/"),
            ("/", "/zh-hant/"),
        ],
    )
    def test_changes_the_prefix_alone(self, path: str, address: str) -> None:
        assert in_language(path, "zh-hant") == address


class TestSamePage:
    def test_keeps_what_means_the_same_in_every_language(self) -> None:
        request = RequestFactory().get("/en/x/", {"view": "table", "sequence": "2", "utm": "y"})
        assert same_page(request, "zh-hant") == "/zh-hant/x/?view=table"

    def test_drops_values_out_of_all_measure(self) -> None:
        assert same_page(RequestFactory().get("/en/x/", {"q": "x" * 201}), "en") == "/en/x/"


class TestFullAddress:
    @override_settings(WAGTAILADMIN_BASE_URL="https://policies.example/")
    def test_puts_scheme_and_host_before_the_path(self) -> None:
        assert full_address("/en/") == "https://policies.example/en/"
