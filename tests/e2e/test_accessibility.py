"""axe finds nothing on any public page, nor on the editors' own screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory
from playwright.sync_api import expect

from cms import views
from policies.models import PolicyPage
from tests.e2e.axe import BY_APPEARANCE, violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

#: What readers can see, below `/<lang>/`, by the name of what it shows.
PUBLIC = {
    "home": "",
    "all policies": "policies/",
    "a policy": "policies/privacy/",
    "a policy with an edition announced": "policies/information-security/",
    "a withdrawn policy": "policies/website-cookies/",
    "a policy whose translation lags": "policies/lagging/",
    "a policy that is only announced": "policies/announced/",
    "history": "policies/privacy/history/",
    "history with a corrected note": "policies/information-security/history/",
    "a superseded edition": "policies/website-cookies/editions/2.0/",
    "an announced edition": "policies/information-security/editions/5.0/",
    "a withdrawal": "policies/website-cookies/editions/3.0/",
    "a day": "policies/website-cookies/at/2020-01-01/",
    "a day to come": "policies/information-security/at/2099-01-01/",
    "a comparison": "policies/privacy/compare/2.1...3.0/",
    "a comparison as a table": "policies/privacy/compare/2.1...3.0/?view=table",
    "an edition with itself": "policies/website-cookies/compare/2.0...2.0/",
    "side by side": "policies/privacy/with/{other}/",
    "sign-up": "bulletins/",
    "a topic of bulletins": "bulletins/topics/policy-news/",
    "the register of personal data": "data-register/",
    "asking for one's data": "account/data/",
    "search": "search/",
    "search with hits": "search/?q={words}",
    "search without hits": "search/?q=zzzz",
    "search in past editions": "search/?q={words}&past=1&page=99",
    "search in bulletins": "search/?q={words}&kind=bulletin",
    "search with a misspelling": "search/?q=securty",
    "search for a sentence": "search/?q=個人資料如何刪除掉呢",
    "search for punctuation": "search/?q=%E2%80%A6",
    "an edition that is missing": "policies/privacy/editions/9.9/",
    "a format that is missing": "policies/privacy/editions/2.0/?format=pdf",
}
LANGUAGES = ("en", "zh-hant")
WORDS = {"en": "personal data", "zh-hant": "個人資料"}
NARROW = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}


def address(path: str, language: str) -> str:
    other = next(code for code in LANGUAGES if code != language)
    return f"/{language}/{path.format(other=other, words=WORDS[language])}"


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"))


def check(page: Page, name: str) -> list[str]:
    """Return what is wrong with the page that is open: wide, then narrow and dark, then narrowest."""
    found = [f"{name}, wide: {line}" for line in violations(page)]
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="dark")
    found += [f"{name}, narrow and dark: {line}" for line in violations(page, rules=BY_APPEARANCE)]
    page.set_viewport_size(NARROWEST)
    if scrolls_sideways(page):
        found.append(f"{name}: scrolls sideways at 320 px")
    return found


@pytest.mark.usefixtures("states")
class TestPublicPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", PUBLIC)
    def test_have_no_violation(self, page: Page, name: str, language: str) -> None:
        page.goto(address(PUBLIC[name], language))
        assert check(page, name) == []

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("view", ["permission_denied", "server_error"])
    @pytest.mark.django_db
    def test_errors_that_no_address_gives_have_none_either(self, page: Page, view: str, language: str) -> None:
        body = getattr(views, view)(RequestFactory().get(f"/{language}/")).content.decode()
        page.route("**/planted/", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
        page.goto(f"/{language}/planted/")
        assert check(page, view) == []


def test_a_planted_fault_is_found(page: Page) -> None:
    page.goto("/en/")
    page.evaluate(
        """() => {
          document.querySelector("h1").insertAdjacentHTML("afterend", '<img src="/favicon.svg"><input>');
          document.querySelector("h1").style.color = "#ddd";
        }"""
    )
    assert {"image-alt", "label", "color-contrast"} <= {line.split(":")[0] for line in violations(page)}


def test_a_planted_width_is_found(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(viewport=NARROWEST).new_page()
    page.goto("/en/")
    assert not scrolls_sideways(page)
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    assert scrolls_sideways(page)


@pytest.fixture(scope="module")
def ids(states: None, in_site_database: Callable[[], AbstractContextManager[None]]) -> dict[str, int]:
    with in_site_database():
        pages = {page.language: page for page in PolicyPage.objects.filter(policy__slug="lagging")}
        page = pages["zh-hant"]
        edition = page.policy.editions.order_by("pk")[0]
        return {
            "page": page.pk,
            "english": pages["en"].pk,
            "index": page.get_parent().pk,
            "home": page.get_parent().get_parent().pk,
            "revision": page.revisions.order_by("pk")[0].pk,
            "policy": page.policy_id,
            "edition": edition.pk,
            "text": edition.texts.order_by("pk")[0].pk,
        }


class TestEditorsScreens:
    """Ours, within Wagtail's own frame: Wagtail leaves no violation on these, and neither do we."""

    OURS = {
        "dashboard": "",
        "policy": "pages/{page}/edit/",
        "translation": "pages/{english}/edit/",
        "new policy": "pages/add/policies/policypage/{index}/",
        "history": "pages/{page}/history/",
        "record": "policy-record/{policy}/",
        "withdraw": "policy-record/{policy}/withdraw/",
        "reinstate": "policy-record/{policy}/reinstate/",
        "correct a note": "policy-record/notes/{text}/",
        "announce a date": "policy-record/dates/{edition}/",
        "import": "policy-record/pages/{page}/import/",
        "draft against the edition in force": "policy-record/pages/{page}/compare/{revision}/",
        "two revisions": "pages/{page}/revisions/compare/{revision}...latest/",
        "all policies": "policy_settings/",
        "topics": "mail_topics/",
        "settings of a policy": "policy_settings/edit/{policy}/",
    }

    def test_have_no_violation(self, page: Page, ids: dict[str, int], sign_in: Callable[[Page, str], None]) -> None:
        sign_in(page, "wu.poyi")
        found = {}
        for name, path in self.OURS.items():
            page.goto(f"/admin/{path.format(**ids)}")
            if name in {"policy", "translation"}:
                expect(page.locator("[data-clause-depth]")).to_have_count(3)
            found[name] = violations(page)
            if name == "policy":
                page.get_by_role("tab", name="Publication").click()
                found["publication"] = violations(page)
        assert {name: lines for name, lines in found.items() if lines} == {}
