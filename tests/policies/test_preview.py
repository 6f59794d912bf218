from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory
from django.urls import reverse

from policies.middleware import page_store
from tests.factories.policies import issue, key, make_page
from tests.policies import admin_desk as desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def _keeps_pages(settings: SettingsWrapper) -> Iterator[None]:
    settings.AVOW_PAGE_CACHE = True
    page_store.clear()
    yield
    page_store.clear()


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


@pytest.mark.usefixtures("_keeps_pages")
def test_a_preview_neither_takes_nor_leaves_a_page_in_memory() -> None:
    client = desk.sign_in(desk.make_author())
    page = make_page()
    issue(page)
    page.title = "還沒有公布的名稱"
    page.save_revision()
    public, draft = "/zh-hant/policies/privacy/", reverse("wagtailadmin_pages:view_draft", args=[page.pk])

    before = client.get(public).content.decode()
    shown = client.get(draft).content.decode()
    after = client.get(public).content.decode()

    assert "還沒有公布的名稱" in shown
    assert before == after
    assert "還沒有公布的名稱" not in after


@pytest.mark.usefixtures("_keeps_pages")
def test_a_preview_of_a_published_page_is_not_kept_for_the_public() -> None:
    client = desk.sign_in(desk.make_author())
    page = make_page()
    issue(page)
    page.title = "還沒有公布的名稱"
    page.save_revision()

    client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))

    assert "還沒有公布的名稱" not in client.get("/zh-hant/policies/privacy/").content.decode()
