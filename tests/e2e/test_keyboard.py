"""Readers and editors who use no mouse: every step by Tab, Enter, arrows and typing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.signing_in import fresh_code
from tests.factories.policies import issue, make_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.site import Site

_FOCUS = """selector => {
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  const box = focused.getBoundingClientRect();
  return {
    found: focused.matches(selector),
    tag: focused.outerHTML.slice(0, 120),
    shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def tab_to(page: Page, selector: str, *, key: str = "Tab", limit: int = 150, must_show: bool = True) -> None:
    """Press `key` until what `selector` matches has the focus; on the way every stop must show that it has it."""
    for _ in range(limit):
        page.keyboard.press(key)
        focus = page.evaluate(_FOCUS, selector)
        if must_show:
            assert focus["shown"], f"no outline: {focus['tag']}"
            assert focus["inside"], f"out of sight: {focus['tag']}"
        if focus["found"]:
            return
    pytest.fail(f"{limit} × {key} did not reach {selector}")


class TestReader:
    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_skips_to_the_text_and_goes_by_its_contents(self, page: Page, language: str) -> None:
        page.goto(f"/{language}/policies/privacy/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.wait_for_url("**/#main")
        tab_to(page, "main a", limit=1)

        tab_to(page, ".contents a")
        page.keyboard.press("Tab")
        entry = page.locator(":focus").get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{entry}")
        expect(page.locator(":target")).to_be_in_viewport()

    def test_takes_the_address_of_a_clause(self, new_context: Callable[..., BrowserContext], site: Site) -> None:
        context = new_context()
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        page = context.new_page()
        page.goto("/en/policies/privacy/")
        tab_to(page, ".contents a")
        page.keyboard.press("Enter")
        tab_to(page, ":target .clause__link", limit=1)
        expect(page.locator(":focus .clause__link-text")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Link copied")
        assert page.evaluate("navigator.clipboard.readText()") == page.url

    def test_switches_languages(self, page: Page) -> None:
        page.goto("/en/policies/privacy/")
        tab_to(page, ".languages a[hreflang=zh-Hant]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/zh-hant/policies/privacy/")
        tab_to(page, ".languages a[hreflang=en]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/policies/privacy/")

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_compares(self, page: Page, language: str) -> None:
        page.goto(f"/{language}/policies/privacy/")
        tab_to(page, "section[aria-labelledby=revised] summary")
        page.keyboard.press("Enter")
        tab_to(page, "section[aria-labelledby=revised] .changed a", limit=1)
        tab_to(page, "section[aria-labelledby=revised] a[href*=compare]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/compare/**")
        tab_to(page, ".tools a[href='?view=table']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?view=table")
        expect(page.locator("table")).to_be_visible()

    def test_searches(self, page: Page) -> None:
        page.goto("/en/search/")
        tab_to(page, "input[name=q]")
        page.keyboard.type("cookie")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=cookie")
        tab_to(page, ".hits a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/policies/**#c-*")
        expect(page.locator(":target")).to_be_in_viewport()


class TestEditor:
    def test_signs_in_revises_and_publishes(
        self, page: Page, site: Site, in_site_database: Callable[[], AbstractContextManager[None]]
    ) -> None:
        slug = f"keys-{secrets.token_hex(4)}"
        with in_site_database():
            draft = make_page(slug, title="鍵盤政策")
            issue(draft, on="2024-01-15", note="訂定全文。")

        page.goto(f"/admin/pages/{draft.pk}/edit/")
        tab_to(page, "[name=login]")
        page.keyboard.type("chen.meihui@ola.example")
        tab_to(page, "[name=password]", limit=2)
        page.keyboard.type(site.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/sign-in/factor/")
        tab_to(page, "[name=code]")
        page.keyboard.type(fresh_code(site, "chen.meihui"))
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/pages/{draft.pk}/edit/")
        expect(page.locator("[data-clause-depth]")).to_have_count(3)

        tab_to(page, "[role=tab][aria-selected=true]", must_show=False)
        for _ in range(2):  # the text of the second clause
            tab_to(page, ".Draftail-Editor [contenteditable=true]", must_show=False)
        expect(page.locator(":focus")).to_contain_text("保存三年")
        page.keyboard.press("Control+Home")
        for _ in "伺服器紀錄保存":
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Delete")
        page.keyboard.insert_text("五")

        tab_to(page, "[role=tab][aria-selected=true]", key="Shift+Tab", must_show=False)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Publication")).to_have_attribute("aria-selected", "true")
        tab_to(page, "[name=update_type]", must_show=False)
        page.keyboard.press("Space")
        expect(page.locator("[name=update_type]:checked")).to_be_focused()
        while page.locator("[name=update_type]:checked").get_attribute("value") != "substantive":
            page.keyboard.press("ArrowDown")
        tab_to(page, "[name=change_note]", must_show=False)
        page.keyboard.insert_text("保存期限延長為五年。")
        tab_to(page, "footer [aria-label='More actions'], footer [data-w-dropdown-target=toggle]", must_show=False)
        page.keyboard.press("Enter")
        tab_to(page, "[name=action-publish]", must_show=False)
        with page.expect_navigation():
            page.keyboard.press("Enter")

        page.goto(f"/zh-hant/policies/{slug}/")
        expect(page.locator("article.text")).to_contain_text("保存五年")
