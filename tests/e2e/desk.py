"""The editor's desk as its user sees it: fields by their labels, actions by their buttons."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_EDITORS = ".Draftail-Editor [contenteditable=true]"


def open_page(page: Page, page_id: int) -> None:
    """Open the form of a policy page."""
    page.goto(f"/admin/pages/{page_id}/edit/")
    # The clauses are drawn by scripts; the first number says that they are there.
    expect(page.locator("[data-clause-depth]").first).to_be_visible()


def text_with(page: Page, words: str) -> Locator:
    """Return the editor of the one clause whose text contains `words`."""
    return page.locator(_EDITORS).filter(has_text=words)


def replace(page: Page, old: str, new: str) -> None:
    """Change `old` into `new` in the one clause that has it, as a person does: go there, delete, type."""
    expect(text_with(page, old)).to_have_count(1)
    editors = page.locator(_EDITORS)
    place, text = next((n, text) for n, text in enumerate(editors.all_inner_texts()) if old in text)
    editor = editors.nth(place)  # by its place: its words are about to change
    editor.click()
    page.keyboard.press("Control+Home")
    for _ in range(text.index(old)):
        page.keyboard.press("ArrowRight")
    for _ in old:
        page.keyboard.press("Delete")
    page.keyboard.insert_text(new)
    expect(editor).to_contain_text(text.replace(old, new).strip())
    # The editor writes into its form field a quarter of a second later, and a busy machine is later still.
    written = "(text) => [...document.querySelectorAll('input[type=hidden], textarea')].some(({value}) => value.includes(text))"
    page.wait_for_function(written, arg=json.dumps(text.replace(old, new).strip(), ensure_ascii=False)[1:-1])


def answer(page: Page, *, needs_to_know: bool | None = None, note: str = "") -> None:
    """Fill in what publishing asks for."""
    page.get_by_role("tab", name="Publication").click()
    if needs_to_know is not None:
        page.get_by_role("radio", name=re.compile("^Yes" if needs_to_know else "^No")).check()
    if note:
        page.get_by_role("textbox", name="Change note").fill(note)


def press(page: Page, action: str) -> None:
    """Press the button of an action of the form's menu and wait for what comes after."""
    page.get_by_role("button", name="More actions").click()
    button = page.locator("footer").get_by_role("button", name=action)
    with page.expect_navigation():
        button.click()


def message(page: Page) -> Locator:
    """Return what Wagtail says after an action."""
    return page.locator(".messages")
