from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict_client():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("path", ["/en/policies/", "/zh-hant/policies/privacy/", "/en/policies/privacy/history/"])
def test_a_page_that_is_only_read_answers_405_to_a_post(strict_client, path):
    assert strict_client.post(path).status_code == 405


@pytest.mark.parametrize(
    ("path", "words"), [("/en/account/sign-in/", "Load its page again"), ("/zh-hant/", "請重新載入該頁")]
)
def test_a_form_without_its_token_is_refused_in_our_own_words(strict_client, path, words):
    response = strict_client.post(path, headers={"accept-language": "en"})
    page = response.content.decode()
    assert response.status_code in {403, 405}
    if response.status_code == 403:
        assert words in page
        assert "DEBUG" not in page
        assert "<style" not in page
