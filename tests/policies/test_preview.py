from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.factories.policies import key, make_page


@pytest.mark.django_db
def test_a_draft_is_shown_as_readers_would_see_it() -> None:
    response = make_page().serve_preview(RequestFactory().get("/zh-hant/"), "")
    page = response.render().content.decode()
    assert '<div lang="zh-Hant">' in page
    assert '<span class="clause__number">一、</span>' in page
    assert f'href="#c-{key("0")}"' in page
    assert "noindex" in page
