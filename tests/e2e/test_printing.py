"""A printed policy can be filed: every sheet says which text it is, and nothing on it is only for screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.site import Site

TITLES = {"en": ("Privacy Policy", "Edition"), "zh-hant": ("隱私權政策", "")}


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize(("path", "number"), [("", "4.1"), ("editions/2.0/", "2.0")])
def test_every_sheet_names_title_edition_and_address(
    page: Page, site: Site, language: str, path: str, number: str
) -> None:
    page.goto(f"/{language}/policies/privacy/{path}")
    line = page.locator(".print-line")
    expect(line).to_be_hidden()
    page.emulate_media(media="print")

    expect(line).to_be_visible()
    title, word = TITLES[language]
    for words in (title, word, number, f"{site.url}/{language}/policies/privacy/editions/{number}/"):
        expect(line).to_contain_text(words)
    # A table's head is what browsers repeat at the top of every sheet.
    assert line.evaluate("element => getComputedStyle(element).display") == "table-header-group"


def test_what_is_for_screens_is_left_out_and_what_is_folded_is_shown(page: Page) -> None:
    page.goto("/en/policies/privacy/")
    expect(page.locator(".changed")).to_be_hidden()
    page.emulate_media(media="print")

    for selector in (".masthead", ".tools", ".skip", ".contents", ".colophon nav", ".crumbs"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("article.text")).to_be_visible()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.more'), '::details-content').contentVisibility"
    ) == ("visible")


def test_marks_of_a_comparison_survive_without_colour(page: Page) -> None:
    page.goto("/en/policies/privacy/compare/2.1...3.0/")
    page.emulate_media(media="print")
    decoration = "element => getComputedStyle(element).textDecorationLine"
    assert page.locator(".text--redline ins").first.evaluate(decoration) == "underline"
    assert page.locator(".text--redline del").first.evaluate(decoration) == "line-through"


def test_a_policy_prints_on_a_few_sheets(page: Page) -> None:
    page.goto("/zh-hant/policies/privacy/")
    sheets = page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 4 <= sheets <= 12
