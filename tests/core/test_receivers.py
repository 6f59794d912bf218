from __future__ import annotations

import pytest

from home.models import HomePage

pytestmark = pytest.mark.django_db


def test_a_home_page_shows_what_was_published_with_the_next_request(client):
    home = HomePage.objects.get(locale__language_code="en")
    assert "Welcome to the test" not in client.get("/en/").content.decode()
    home.welcome = "<p>Welcome to the test.</p>"
    home.save_revision().publish()
    assert "Welcome to the test" in client.get("/en/").content.decode()
