"""The editor's list of clauses in a real browser: numbers, keys, and what Wagtail's own list goes on doing."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from policies.text.clauses import Clause, new_key
from policies.text.numbering import number_clauses
from tests.e2e.signing_in import sign_in

SECURITY = re.compile("資訊安全|Information Security", re.IGNORECASE)
NUMBERING = Path(__file__).resolve().parents[2] / "static" / "policies-admin" / "numbering.js"


def samples():
    chance = random.Random(20260314)  # noqa: S311 -- samples, not secrets
    for language in ("en", "zh-hant"):
        for depth in (1, 2, 3, 4):
            yield language, [(depth, True)] * 120
        for _ in range(20):
            yield language, [(chance.randint(1, 4), chance.random() > 0.15) for _ in range(60)]


def test_script_and_python_number_alike(browser):
    page = browser.new_page()
    page.add_script_tag(path=NUMBERING)
    for language, shape in samples():
        given = [{"depth": depth, "numbered": numbered} for depth, numbered in shape]
        found = page.evaluate(
            "([clauses, language]) => policyNumbering.numberClauses(clauses, language)", [given, language]
        )
        clauses = [Clause(new_key(), depth, numbered=numbered) for depth, numbered in shape]
        assert found == list(number_clauses(clauses, language))
    page.close()


@pytest.fixture
def administrator(page, site):
    """A page in which the demo's administrator has signed in."""
    sign_in(page, site, "wu.poyi")
    return page


@pytest.fixture
def desk(administrator):
    """The form of the Chinese security policy, of which no other journey changes the draft."""
    page = administrator
    page.locator("table.policies-dashboard tr", has_text=SECURITY).get_by_role("link", name="正體中文").click()
    page.locator("[data-clause-depth]").nth(5).wait_for()
    return page


def numbers(page):
    return page.eval_on_selector_all(
        ".clause-stream [data-streamfield-child]:not([aria-hidden]) .c-sf-block__type",
        "all => all.map(e => e.textContent)",
    )


def headings(page):
    return page.eval_on_selector_all(
        ".clause-stream [data-streamfield-child]:not([aria-hidden]) input[name$='-heading']",
        "all => all.map(e => e.value)",
    )


def heading_of(page, index):
    return page.locator(".clause-stream [data-streamfield-child]:not([aria-hidden]) input[name$='-heading']").nth(index)


def number_at(page, index):
    return page.locator(".clause-stream [data-streamfield-child]:not([aria-hidden]) .c-sf-block__type").nth(index)


def first_of_level_one(page):
    """Return the place of the second numbered clause of the first level, which stands after other clauses."""
    depths = page.eval_on_selector_all(
        ".clause-stream [data-clause-depth]", "all => all.map(e => e.dataset.clauseDepth)"
    )
    places = [
        place
        for place, (depth, number) in enumerate(zip(depths, numbers(page), strict=True))
        if depth == "1" and number.endswith("、")
    ]
    return places[1]


class TestTheListOfClauses:
    def test_shows_the_numbers_that_readers_see(self, desk):
        assert numbers(desk)[:2] != []
        assert any(number == "一、" for number in numbers(desk))

    def test_changes_levels_by_keys_and_says_so(self, desk):
        place = first_of_level_one(desk)
        before = numbers(desk)[place]
        heading_of(desk, place).focus()
        desk.keyboard.press("Alt+Shift+ArrowRight")
        expect(number_at(desk, place)).not_to_have_text(before)

        assert numbers(desk)[place].startswith("（")
        status = desk.locator(".clause-stream [role=status]")
        assert "Level 2" in status.text_content()
        desk.keyboard.press("Alt+Shift+ArrowLeft")
        expect(number_at(desk, place)).to_have_text(before)

    def test_moves_a_clause_by_keys_and_keeps_the_focus(self, desk):
        before = headings(desk)
        place = first_of_level_one(desk)
        heading_of(desk, place).focus()
        desk.keyboard.press("Alt+Shift+ArrowUp")

        assert headings(desk)[place - 1] == before[place]
        assert desk.evaluate("document.activeElement.value") == before[place]
        desk.keyboard.press("Alt+Shift+ArrowDown")
        assert headings(desk) == before

    def test_inserts_a_clause_at_the_same_level_and_goes_there(self, desk):
        place = first_of_level_one(desk)
        count = len(headings(desk))
        heading_of(desk, place).focus()
        desk.keyboard.press("Alt+Shift+Enter")
        expect(heading_of(desk, place + 1)).to_be_focused()
        expect(heading_of(desk, place + 1)).to_have_value("")
        desk.keyboard.type("新增之條款")

        assert len(headings(desk)) == count + 1
        assert headings(desk)[place + 1] == "新增之條款"
        depths = desk.eval_on_selector_all(
            ".clause-stream [data-clause-depth]", "all => all.map(e => e.dataset.clauseDepth)"
        )
        assert depths[place + 1] == depths[place]

    def test_collapses_to_one_line_each(self, desk):
        desk.get_by_role("button", name="Collapse clauses").click()
        titles = desk.eval_on_selector_all(".clause-stream .c-sf-block__title", "all => all.map(e => e.textContent)")

        assert desk.locator(".clause-stream [data-panel-toggle][aria-expanded=true]").count() == 0
        assert all(titles)

    def test_gives_each_control_a_name(self, desk):
        unnamed = desk.eval_on_selector_all(
            ".clause-stream button, .clause-stream input:not([type=hidden]), .clause-stream select",
            "all => all.filter(e => !(e.title || e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)",
        )

        assert unnamed == []


def test_a_translation_shows_its_source_and_has_no_structure_of_its_own(administrator):
    page = administrator
    page.locator("table.policies-dashboard tr", has_text=SECURITY).get_by_role("link", name="English").click()
    page.locator("[data-clause-depth]").nth(5).wait_for()

    assert page.get_by_role("button", name="Update structure from source").is_visible()
    assert page.locator("[data-clause-source]:not([hidden]) [lang=zh-Hant]").count() > 5
    assert page.locator(".clause-stream .c-sf-add-button:visible").count() == 0
    assert page.locator(".clause-stream [data-streamfield-action=DELETE]:visible").count() == 0
    before = headings(page)
    heading_of(page, 3).focus()
    page.keyboard.press("Alt+Shift+ArrowUp")
    assert headings(page) == before
