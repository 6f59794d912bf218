"""What editors see of search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from home.bootstrap import AUTHORS
from members.models import User
from search.models import IndexedUnit, SynonymSet, split_words
from tests.accounts import sign_in_staff
from tests.factories.search import index
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client: Client) -> Client:
    user = User.objects.create_user(email="author@example.org", password=None)
    user.groups.add(Group.objects.get(name=AUTHORS))
    sign_in_staff(user, client)
    return client


class TestSynonyms:
    def test_are_changed_by_authors(self, author: Client) -> None:
        assert "個資, 個人資料" in Page(author.get("/admin/synonyms/")).text
        response = author.post("/admin/synonyms/new/", {"words": "網站，網頁、 website "}, follow=True)
        assert response.status_code == 200
        (made,) = SynonymSet.objects.filter(words__contains="網站")
        assert made.members == ["網站", "網頁", "website"]
        author.post(f"/admin/synonyms/delete/{made.pk}/")
        assert not SynonymSet.objects.filter(pk=made.pk).exists()

    @pytest.mark.parametrize("words", ["個資", "個資, 个资", "…, 。", ",", "Cookie; cookie"])
    def test_are_at_least_two(self, words: str) -> None:
        with pytest.raises(ValidationError, match="at least two different words"):
            SynonymSet(words=words).full_clean()

    def test_are_split_at_any_comma(self) -> None:
        assert split_words("a,b，c、d; e\nf  g,,a") == ["a", "b", "c", "d", "e", "f g"]


class TestStaleIndexPanel:
    def test_warns_while_something_is_missing(self, author: Client) -> None:
        index()
        assert "check_search_index" not in Page(author.get("/admin/")).text
        IndexedUnit.objects.all().delete()
        assert "public texts or pages are not in the search index" in Page(author.get("/admin/")).text
