"""Wagtail's own search, in the admin and in code, finds Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import And, Boost, Fuzzy, Not, Or, Phrase, PlainText

from members.models import User
from policies.models import PolicyPage
from search.backend import SearchBackend
from tests.accounts import sign_in_staff
from tests.factories.policies import make_page
from tests.pages import Page as Read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages() -> None:
    for slug, language, title in (
        ("privacy", "zh-hant", "臺灣隱私權政策"),
        ("security", "zh-hant", "資訊安全政策"),
        ("cookies", "en", "Policies on retained Cookies"),
    ):
        page = make_page(slug, language=language, title=title)
        page.save()  # the draft's words go to the page's row


def found(query: object, **options: object) -> set[str]:
    return {page.slug for page in get_search_backend().search(query, PolicyPage.objects.all(), **options)}


def completed(query: str, **options: object) -> set[str]:
    return {page.slug for page in Page.objects.type(PolicyPage).autocomplete(query, **options)}


def test_is_the_backend_of_the_site() -> None:
    assert isinstance(get_search_backend(), SearchBackend)


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("隱私", {"privacy"}),
        ("隐私权政策", {"privacy"}),
        ("台灣", {"privacy"}),
        ("私政", set()),
        ("隱", {"privacy"}),
        ("保存三年", {"privacy", "security"}),
        ("policy retain", {"cookies"}),
        ("policy elephant", set()),
        ("…", set()),
        ("'; DROP & | ! :*", set()),
        ("", set()),
        (Phrase("retained cookies"), {"cookies"}),
        (Phrase("cookies retained"), set()),
        (PlainText("隱私 cookie", operator="or"), {"privacy", "cookies"}),
        (And([PlainText("政策"), Not(PlainText("隱私"))]), {"security"}),
        (Or([PlainText("隱私"), Boost(PlainText("資訊"), 2)]), {"privacy", "security"}),
    ],
)
def test_finds(query: object, slugs: set[str]) -> None:
    assert found(query) == slugs


def test_finds_in_single_fields() -> None:
    assert found("保存三年", fields=["title"]) == set()
    assert found("隱私", fields=["title", "summary"]) == {"privacy"}


def test_refuses_what_it_does_not_know() -> None:
    with pytest.raises(NotImplementedError, match="int"):
        found(And([7, 8]))
    assert issubclass(Fuzzy, object)


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [("隱", {"privacy"}), ("資訊安", {"security"}), ("Cook", {"cookies"}), ("retained coo", {"cookies"}), ("…", set())],
)
def test_completes_what_is_typed(typed: str, slugs: set[str]) -> None:
    assert completed(typed) == slugs
    assert completed(typed, fields=["title"]) == slugs


def test_ranks_titles_first() -> None:
    make_page("about-retention", language="zh-hant", title="保存三年").save()
    best = get_search_backend().search("保存三年", PolicyPage.objects.all())[0]
    assert best.slug == "about-retention"


def test_an_index_is_there_for_title_and_body_together() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_wagtail_title_body'")
        assert "(title || body)" in cursor.fetchone()[0]


def test_editors_find_pages_in_the_admin(client: Client) -> None:
    sign_in_staff(User.objects.create_superuser(email="root@example.org", password=None), client)
    page = Read(client.get("/admin/pages/search/", {"q": "伺服器纪录"}))
    assert "臺灣隱私權政策" in page.text
    assert "資訊安全政策" in page.text
