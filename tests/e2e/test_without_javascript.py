"""Readers whose browsers run no scripts and keep nothing; and nothing that a reader's browser is asked to keep or send."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest
from lxml import html
from playwright.sync_api import expect

from tests.e2e.test_accessibility import LANGUAGES, PUBLIC, address

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement
    from playwright.sync_api import BrowserContext, Page, Response

    from tests.e2e.site import Site

_KEPT = """async () => ({
  cookies: document.cookie,
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((each) => each.name),
  caches: "caches" in window ? await caches.keys() : [],
  workers: "serviceWorker" in navigator ? (await navigator.serviceWorker.getRegistrations()).length : 0,
})"""
NOTHING = {"cookies": "", "local": [], "session": [], "databases": [], "caches": [], "workers": 0}


@pytest.fixture
def plain(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in which no script runs."""
    return new_context(java_script_enabled=False).new_page()


def overhear(page: Page) -> list[Response]:
    """Return the list to which every answer is added that the page gets from now on."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    return answers


@pytest.mark.usefixtures("states")
class TestNothingIsKept:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_no_page_sets_a_cookie_or_asks_another_host(self, plain: Page, site: Site, language: str) -> None:
        answers = overhear(plain)
        for path in PUBLIC.values():
            plain.goto(address(path, language))
            expect(plain.locator("main h1")).to_be_visible()
        assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(site.url).netloc}
        assert [answer.url for answer in answers if answer.headers.get("set-cookie")] == []
        assert plain.context.cookies() == []

    def test_scripts_keep_nothing_either(self, page: Page, site: Site) -> None:
        answers = overhear(page)
        for path in PUBLIC.values():
            page.goto(address(path, "en"))
            assert page.evaluate(_KEPT) == NOTHING
        assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(site.url).netloc}
        assert page.context.cookies() == []

    def test_what_would_be_kept_is_seen(self, page: Page) -> None:
        page.goto("/en/")
        page.evaluate("localStorage.setItem('planted', '1'); document.cookie = 'planted=1'")
        assert page.evaluate(_KEPT) == NOTHING | {"cookies": "planted=1", "local": ["planted"]}


class TestJourney:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_reads_what_changed_and_compares(self, plain: Page, language: str) -> None:
        plain.goto(f"/{language}/")
        plain.locator(".policies a[href$='/policies/privacy/']").first.click()
        revised = plain.locator("section[aria-labelledby=revised]")
        revised.locator("summary").click()
        revised.locator(".changed a").first.click()
        expect(plain.locator(":target")).to_be_in_viewport()
        revised.locator("a[href*=compare]").click()
        expect(plain.locator(".text--redline ins").first).to_be_visible()
        plain.locator(".tools a[href='?view=table']").click()
        expect(plain.locator("table ins").first).to_be_visible()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_goes_back_in_time_and_changes_language(self, plain: Page, language: str) -> None:
        other = next(code for code in LANGUAGES if code != language)
        plain.goto(f"/{language}/policies/privacy/")
        plain.locator(".tools a[href$='/history/']").click()
        plain.locator("#e-2\\.0 h2 a").click()
        expect(plain.locator("section[aria-labelledby=standing]")).to_be_visible()
        plain.locator(".languages a:not([aria-current])").click()
        plain.wait_for_url(f"**/{other}/policies/privacy/editions/2.0/")
        plain.locator("section[aria-labelledby=standing] a").first.click()
        plain.wait_for_url(f"**/{other}/policies/privacy/")
        plain.locator(".tools a[href*='/with/']").click()
        expect(plain.locator(".pair:not(.pair--head)").first).to_be_visible()

    def test_searches(self, plain: Page) -> None:
        plain.goto("/zh-hant/")
        plain.locator(".masthead a[href$='/search/']").click()
        plain.locator("input[name=q]").fill("個人資料")
        plain.locator("form.search button").click()
        plain.locator(".hits a").first.click()
        expect(plain.locator(":target")).to_be_in_viewport()


def test_every_link_on_every_page_leads_somewhere(site: Site) -> None:
    """Follow all links from both home pages; those within a page must find their place.

    Only the language switch may lead to a page that says what is missing.
    """
    pages: dict[str, set[str]] = {}  # the ids on each; none where the address is not a page's
    links: dict[str, tuple[str, bool]] = {}  # where each was found first, and whether it must be there
    waiting = [f"{site.url}/{language}/" for language in LANGUAGES]
    missing = []
    while waiting:
        page = waiting.pop()
        if page in pages:
            continue
        status, tree = read(page)
        pages[page] = set() if tree is None else set(tree.xpath("//@id"))
        if status != 200:
            missing.append(page)
        for link in [] if tree is None else tree.xpath("//a[@href] | //link[@href]"):
            target = urljoin(page, link.get("href"))
            if target.startswith(f"{site.url}/"):
                is_switch = bool(link.xpath("ancestor::nav[@class='languages']"))
                found_on, is_needed = links.get(target, (page, False))
                links[target] = (found_on, is_needed or not is_switch)
                waiting.append(urldefrag(target).url)
    assert {page: links[page] for page in missing if links[page][1]} == {}
    ends = {link: urldefrag(link) for link in links}
    assert {
        link: links[link] for link, end in ends.items() if end.fragment and end.fragment not in pages[end.url]
    } == {}
    assert len(pages) > 200


def read(address: str) -> tuple[int, HtmlElement | None]:
    """Return the status of an address and, when it is a page, its elements."""
    try:
        answer = urlopen(address, timeout=30)  # noqa: S310 -- our own address
    except HTTPError as error:
        answer = error
    with answer:
        is_page = answer.headers.get_content_type() == "text/html"
        return answer.status, html.fromstring(answer.read().decode()) if is_page else None
