"""The main job, end to end: an editor revises and publishes a policy, and readers see what changed and when."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.dates import format_date, today
from policies.models import Edition
from tests.e2e import desk
from tests.factories.policies import issue, make_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Locator, Page

    SignIn = Callable[[Page, str], None]
    InDatabase = Callable[[], AbstractContextManager[None]]

EDITOR, AUTHOR, APPROVER = "chen.meihui", "lin.shuyu", "chen.meihui"
#: The words of an element without those that only listeners hear.
_SEEN = """element => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".visually-hidden").forEach((hidden) => hidden.remove());
  return copy.textContent.trim();
}"""


@dataclass(frozen=True)
class Made:
    """A policy with one edition in both languages, which says 三年 and “three years”."""

    slug: str
    chinese: int
    english: int


@pytest.fixture
def made(in_site_database: InDatabase) -> Made:
    slug = f"retention-{secrets.token_hex(4)}"
    with in_site_database():
        chinese = make_page(slug, title="保存期限政策")
        issue(chinese, on="2024-01-15", note="訂定全文。")
        english = make_page(slug, language="en", title="Retention policy")
        issue(english, on="2024-01-15", note="First edition.")
        return Made(slug, chinese.pk, english.pk)


@pytest.fixture
def reader(new_context: Callable[..., BrowserContext]) -> Page:
    """A stranger's browser."""
    return new_context().new_page()


def marked(page: Page, kind: str) -> list[str]:
    """Return what the comparison marks as added (`ins`) or removed (`del`)."""
    marks = page.locator(f".text--redline {kind}")
    return [str(mark.evaluate(_SEEN)) for mark in marks.all()]


def notice(page: Page, name: str) -> Locator:
    return page.locator(f"section.notice[aria-labelledby={name}]")


def revise(page: Page, made: Made) -> None:
    """Publish edition 2.0 in Chinese: five years, and readers need to know."""
    desk.open_page(page, made.chinese)
    desk.replace(page, "三", "五")
    desk.answer(page, needs_to_know=True, note="保存期限延長為五年。")
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")


def test_what_is_published_is_read_compared_and_kept(page: Page, reader: Page, made: Made, sign_in: SignIn) -> None:
    reader.goto(f"/zh-hant/policies/{made.slug}/")
    expect(reader.locator("article.text")).to_contain_text("保存三年")

    sign_in(page, EDITOR)
    revise(page, made)

    # The next request shows it, with the day and what changed.
    reader.reload()
    expect(reader.locator("article.text")).to_contain_text("保存五年")
    revised = notice(reader, "revised")
    expect(revised).to_contain_text(format_date(today(), "zh-hant"))
    expect(revised).to_contain_text("2.0")
    expect(revised).to_contain_text("保存期限延長為五年。")
    clause = revised.locator(".changed a")
    expect(clause).to_contain_text("保存期限")
    clause.click()
    reader.wait_for_url(re.compile("#c-"))
    expect(reader.locator(":target")).to_contain_text("保存五年")

    # Only the one character that changed is marked.
    revised.get_by_role("link").last.click()
    reader.wait_for_url("**/compare/1.0...2.0/")
    assert (marked(reader, "del"), marked(reader, "ins")) == (["三"], ["五"])
    reader.locator(".tools a").nth(1).click()
    reader.wait_for_url("**/?view=table")
    expect(reader.locator("table tbody tr")).to_have_count(1)

    # What was before stays where it was, and says that it is of the past.
    reader.goto(f"/zh-hant/policies/{made.slug}/editions/1.0/")
    expect(reader.locator("article.text")).to_contain_text("保存三年")
    notice(reader, "standing").get_by_role("link").click()
    reader.wait_for_url(f"**/zh-hant/policies/{made.slug}/")


def test_the_translation_lags_until_it_is_published(page: Page, reader: Page, made: Made, sign_in: SignIn) -> None:
    sign_in(page, EDITOR)
    revise(page, made)
    reader.goto(f"/en/policies/{made.slug}/")
    expect(notice(reader, "lag")).to_contain_text("Edition 2.0 is in force")
    expect(reader.locator("article.text")).to_contain_text("three years")
    notice(reader, "lag").get_by_role("link").click()
    reader.wait_for_url(f"**/zh-hant/policies/{made.slug}/")

    desk.open_page(page, made.english)
    desk.replace(page, "three", "five")
    desk.answer(page, note="Logs are kept for five years.")
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")

    reader.goto(f"/en/policies/{made.slug}/")
    expect(notice(reader, "lag")).to_have_count(0)
    expect(reader.locator("article.text")).to_contain_text("five years")
    expect(notice(reader, "revised")).to_contain_text(f"Revised on {format_date(today(), 'en')}")
    notice(reader, "revised").get_by_role("link", name="Compare with the previous edition").click()
    assert (marked(reader, "del"), marked(reader, "ins")) == (["three"], ["five"])
    reader.goto(f"/en/policies/{made.slug}/editions/1.0/")
    expect(notice(reader, "standing")).to_contain_text("Edition 1.0 was in force from 15 January 2024")


def test_an_author_submits_and_an_approver_publishes(
    new_context: Callable[..., BrowserContext], made: Made, sign_in: SignIn, in_site_database: InDatabase
) -> None:
    author = new_context().new_page()
    sign_in(author, AUTHOR)
    desk.open_page(author, made.chinese)
    desk.replace(author, "三", "七")
    desk.answer(author, needs_to_know=True, note="保存期限延長為七年。")
    expect(author.locator("button[name=action-publish]")).to_have_count(0)
    author.get_by_role("button", name="More actions").click()
    with author.expect_navigation():
        author.locator("button[name=action-submit]").click()
    expect(desk.message(author)).to_contain_text("submitted")

    approver = new_context().new_page()
    sign_in(approver, APPROVER)
    desk.open_page(approver, made.chinese)
    desk.press(approver, "Approve and Publish")
    expect(desk.message(approver)).to_contain_text("updated")
    with in_site_database():
        edition = Edition.objects.get(policy__slug=made.slug, major=2)
        assert (edition.issued_by_name, edition.approved_by_name) == ("Shu-yu Lin", "Mei-hui Chen")


def test_publishing_without_a_note_is_refused_beside_the_field(page: Page, made: Made, sign_in: SignIn) -> None:
    sign_in(page, EDITOR)
    desk.open_page(page, made.chinese)
    desk.replace(page, "三", "五")
    desk.answer(page, needs_to_know=True)
    page.get_by_role("textbox", name="Document number").fill("海資字第1150000001號")
    desk.press(page, "Publish")

    expect(desk.message(page)).to_contain_text("could not be")
    page.get_by_role("tab", name="Publication").click()
    note = page.get_by_role("textbox", name="Change note")
    expect(note).to_have_attribute("aria-invalid", "true")
    beside = page.locator(".w-field__wrapper", has=note).locator(".error-message")
    expect(beside).to_contain_text("needs a change note")
    # Nothing that was typed is lost.
    expect(page.get_by_role("textbox", name="Document number")).to_have_value("海資字第1150000001號")
    expect(page.get_by_role("radio", name=re.compile("^Yes"))).to_be_checked()
    page.get_by_role("tab", name="Content").click()
    expect(desk.text_with(page, "保存五年")).to_be_visible()

    desk.answer(page, note="保存期限延長為五年。")
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")
