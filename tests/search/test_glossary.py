"""Words that the agency explains: where readers are shown them, and how editors keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from home.bootstrap import APPROVERS
from home.demo.glossary import load_glossary
from members.models import User
from search.models import GlossaryTerm
from tests.accounts import sign_in_staff
from tests.factories.policies import make_bilingual_policy
from tests.factories.search import index
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def make_term(term: str, *, also: str = "", locale: str = "en", meaning: str = "What it is.") -> GlossaryTerm:
    return GlossaryTerm.objects.create(locale=locale, term=term, also=also, meaning=meaning, source="An act")


def explained(client: Client, words: str, language: str = "en", **more: str) -> str:
    """Return the term that the results explain, or nothing."""
    page = Page(client.get(f"/{language}/search/", {"q": words, **more}))
    return "".join(element.text_content() for element in page.all("//section[@class='definition']//dfn"))


class TestDefinition:
    @pytest.mark.parametrize(
        "words",
        ["personal data", "Personal  DATA", "“personal data”", "what is personal data?", "PII", "personal information"],
    )
    def test_is_shown_by_any_name_in_any_case(self, client: Client, words: str) -> None:
        make_term("personal data", also="personal information, PII")
        assert explained(client, words) == "personal data"

    def test_knows_plurals_simplified_characters_and_synonyms(self, client: Client) -> None:
        make_term("cookie")
        make_term("個人資料", locale="zh-hant")
        assert explained(client, "cookies") == "cookie"
        assert explained(client, "个人资料", "zh-hant") == "個人資料"
        assert explained(client, "個資", "zh-hant") == "個人資料"  # by the first synonyms

    def test_is_of_the_whole_query_in_the_language_of_the_page(self, client: Client) -> None:
        make_term("cookie")
        assert explained(client, "cookie jar") == ""
        assert explained(client, "cookie", "zh-hant") == ""

    def test_an_own_name_goes_before_another_one(self, client: Client) -> None:
        make_term("data", also="use")
        make_term("use")
        assert explained(client, "use") == "use"

    def test_comes_on_the_first_page_alone_and_whether_or_not_anything_is_found(self, client: Client) -> None:
        make_bilingual_policy()
        index()
        make_term("retention", meaning="How long <we> keep it.")
        response = client.get("/en/search/", {"q": "retention"})
        page = Page(response)
        assert page.one("//section[@class='definition']/p[1]").text == "How long <we> keep it."
        assert "Source: An act" in page.text
        assert explained(client, "retention", kind="policy") == ""
        make_term("elephant")
        page = Page(client.get("/en/search/", {"q": "elephant"}))
        assert "Nothing found" in page.text
        assert page.one("//dfn").text == "elephant"

    def test_is_in_the_json(self, client: Client) -> None:
        make_term("retention")
        data = client.get("/en/search/", {"q": "retention", "format": "json"}).json()
        assert data["definition"] == {"term": "retention", "meaning": "What it is.", "source": "An act"}
        assert client.get("/en/search/", {"q": "years", "format": "json"}).json()["definition"] is None

    def test_changes_at_once(self, client: Client) -> None:
        term = make_term("cookie")
        assert explained(client, "biscuit") == ""
        term.also = "biscuit"
        term.save()
        assert explained(client, "biscuit") == "cookie"


class TestSuggestions:
    def test_begin_with_the_glossary(self, client: Client) -> None:
        make_bilingual_policy()
        index()
        make_term("retention period")
        make_term("data subject", also="retained person")
        make_term("irretrievable")
        answer = client.get("/en/search/suggest/", {"q": "ret"}).json()
        assert answer == ["ret", ["data subject", "retention period", "Retention"]]
        assert client.get("/zh-hant/search/suggest/", {"q": "ret"}).json() == ["ret", []]


class TestEditing:
    @pytest.fixture
    def approver(self, client: Client) -> Client:
        user = User.objects.create_user(email="approver@example.org", password=None)
        user.groups.add(Group.objects.get(name=APPROVERS))
        sign_in_staff(user, client)
        return client

    def test_is_done_by_authors_and_approvers(self, approver: Client) -> None:
        words = {
            "locale": "zh-hant",
            "term": "當事人",
            "also": "本人、資料主體",
            "meaning": "資料所指的人。",
            "source": "",
        }
        assert approver.post("/admin/glossary/new/", words).status_code == 302
        term = GlossaryTerm.objects.get(term="當事人")
        assert term.also == "本人, 資料主體"
        page = Page(approver.get("/admin/glossary/", {"q": "主體"}))
        assert "當事人" in page.text
        approver.post(f"/admin/glossary/delete/{term.pk}/")
        assert not GlossaryTerm.objects.exists()

    def test_one_word_is_explained_once(self) -> None:
        make_term("Cookie", also="web cookie")
        with pytest.raises(ValidationError, match="under “Cookie”"):
            GlossaryTerm(locale="en", term="biscuit", also="WEB COOKIE", meaning="x").full_clean()
        GlossaryTerm(locale="zh-hant", term="Cookie", meaning="x").full_clean()
        GlossaryTerm.objects.get().full_clean()

    def test_a_term_is_a_word(self) -> None:
        with pytest.raises(ValidationError, match="punctuation"):
            GlossaryTerm(locale="en", term="…", meaning="x").full_clean()


def test_the_demo_explains_each_word_in_both_languages() -> None:
    made = load_glossary()
    assert made == GlossaryTerm.objects.count() > 10
    assert load_glossary() == 0
    locales = list(GlossaryTerm.objects.values_list("locale", flat=True))
    assert locales.count("en") == locales.count("zh-hant")
    for term in GlossaryTerm.objects.all():
        term.full_clean()
