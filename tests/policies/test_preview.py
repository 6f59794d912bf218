from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from tests.factories.policies import key, make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db


def test_a_draft_is_shown_as_readers_would_see_it() -> None:
    response = make_page().serve_preview(RequestFactory().get("/zh-hant/"), "")
    page = response.render().content.decode()
    assert '<div lang="zh-Hant">' in page
    assert '<span class="clause__number">一、</span>' in page
    assert f'href="#c-{key("0")}"' in page
    assert "noindex" in page


@pytest.mark.parametrize("address", ["wagtailadmin_pages:view_draft", "wagtailadmin_pages:preview_on_edit"])
def test_the_admin_may_frame_a_preview_and_nobody_else(address: str) -> None:
    client = desk.sign_in(desk.make_author())
    page = make_page()
    where = reverse(address, args=[page.pk])
    if address.endswith("preview_on_edit"):
        assert client.post(where, desk.fields_of(page)).json()["is_valid"]
    response = client.get(where)
    policy = response.headers["Content-Security-Policy"]
    assert response.status_code == 200
    assert "frame-ancestors 'self'" in policy
    assert "'unsafe-inline'" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    public = client.get("/zh-hant/policies/")
    assert "frame-ancestors 'none'" in public.headers["Content-Security-Policy"]
    assert public.headers["X-Frame-Options"] == "DENY"
