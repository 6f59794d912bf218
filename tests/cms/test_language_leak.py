from __future__ import annotations

import pytest
from django.utils.translation import get_language

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/zh-hant/", "/zh-hant/policies/", "/zh-hant/policies/nothing/"])
def test_the_language_of_a_request_does_not_stay_with_its_thread(client, path):
    before = get_language()
    client.get(path)
    assert get_language() == before
