"""Searching in a real browser: suggestions by keyboard and pointer, both languages, past editions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.test_accessibility import WORDS, check

if TYPE_CHECKING:
    from playwright.sync_api import Page


class TestSuggestions:
    @pytest.mark.parametrize(("language", "typed"), [("zh-hant", "個"), ("en", "co")])
    def test_have_no_violation_while_they_are_open(self, page: Page, language: str, typed: str) -> None:
        page.goto(f"/{language}/search/")
        page.get_by_role("combobox").press_sequentially(typed)
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert check(page, "suggestions") == []
        expect(page.get_by_role("option").first).to_be_visible()

    def test_are_a_combobox_for_the_keyboard(self, page: Page) -> None:
        page.goto("/en/search/")
        box = page.get_by_role("combobox", name="Words, or the number of a clause")
        expect(box).to_have_attribute("aria-expanded", "false")
        box.press_sequentially("cook")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.locator(".search [role=status]")).to_have_text(re.compile(r"Suggestions: \d"))
        assert violations(page) == []
        box.press("ArrowDown")
        first = options.first.inner_text()
        expect(box).to_have_value(first)
        expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
        expect(options.first).to_have_attribute("aria-selected", "true")
        box.press("ArrowUp")
        expect(box).to_have_value("cook")
        box.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        box.press("Escape")
        expect(box).to_have_value("cook")
        expect(box).to_have_attribute("aria-expanded", "false")
        expect(options).to_have_count(0)
        box.press_sequentially("ie")
        expect(options.first).to_be_visible()
        box.press("ArrowDown")
        chosen = box.input_value()
        box.press("Enter")
        page.wait_for_url("**/?q=*")
        assert page.locator("#q").input_value() == chosen
        expect(page.locator(".hits mark").first).to_be_visible()

    def test_are_chosen_with_the_pointer(self, page: Page) -> None:
        page.goto("/zh-hant/search/")
        box = page.get_by_role("combobox")
        box.press_sequentially("安")
        option = page.get_by_role("option").first
        text = option.inner_text()
        assert "安" in text
        option.click()
        page.wait_for_url("**/?q=*")
        expect(page.locator("#q")).to_have_value(text)

    def test_go_away_with_the_focus(self, page: Page) -> None:
        page.goto("/en/search/")
        page.get_by_role("combobox").press_sequentially("sec")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("option")).to_have_count(0)


@pytest.mark.parametrize(("language", "words"), [("zh-hant", "个人资料"), ("en", "cookies")])
def test_readers_are_told_what_a_word_means(page: Page, language: str, words: str) -> None:
    page.goto(f"/{language}/search/")
    page.locator("#q").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".definition dfn")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_readers_find_a_bulletin(page: Page, language: str) -> None:
    page.goto(f"/{language}/search/?q={WORDS[language]}")
    page.locator("a[href*='kind=bulletin']").click()
    page.locator(".hits a[href*='/bulletins/']").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "/bulletins/" in page.url


@pytest.mark.parametrize(("language", "words"), [("zh-hant", "个人资料"), ("en", "cookies")])
def test_readers_find_the_clause(page: Page, language: str, words: str) -> None:
    page.goto(f"/{language}/search/")
    page.locator("#q").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".hits mark").first).to_be_visible()
    assert violations(page) == []
    count = page.locator(".hits > li").count()
    page.locator("input[name=past]").check()
    page.locator(".search button").click()
    page.wait_for_url("**past=1*")
    assert page.locator(".hits > li").count() >= count
    page.goto(f"/{language}/search/?q={words}&past=1&page=99")  # what is in force comes before
    expect(page.locator(".hits__days").last).to_be_visible()
    assert violations(page) == []
    page.goto(f"/{language}/search/?q={words}")
    page.locator(".hits a[href*='#c-']").first.click()
    expect(page.locator(":target")).to_be_in_viewport()
