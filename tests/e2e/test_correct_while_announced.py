"""A ministry has announced its next edition and finds a slip in the one in force: both are put right, in both languages."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.dates import format_date, today
from policies.models import Policy
from policies.services import verify_policy
from tests.e2e import desk
from tests.factories.policies import CHINESE, ENGLISH, clauses, issue, make_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Locator, Page

EDITOR = "chen.meihui"


@dataclass(frozen=True)
class Made:
    """A policy whose edition 2.0 is in force in both languages and has a wrong telephone number."""

    slug: str
    chinese: int
    english: int


@pytest.fixture
def made(in_site_database: Callable[[], AbstractContextManager[None]]) -> Made:
    slug = f"correct-{secrets.token_hex(4)}"
    wrong = ("聯絡方式", "<p>對本政策有疑問，請洽本署，電話02-1111-2222。</p>")
    wrong_in_english = ("Contact", "<p>Questions about this policy: telephone 02-1111-2222.</p>")
    with in_site_database():
        chinese = make_page(slug, title="聯絡政策")
        issue(chinese, on="2024-01-15", note="訂定全文。")
        english = make_page(slug, language="en", title="Contact policy")
        issue(english, on="2024-01-15", note="First edition.")
        issue(chinese, on="2025-03-01", content=clauses(*CHINESE[:2], wrong), note="增列電話。")
        issue(english, on="2025-03-01", content=clauses(*ENGLISH[:2], wrong_in_english), note="A telephone number.")
        return Made(slug, chinese.pk, english.pk)


def notice(page: Page, name: str) -> Locator:
    return page.locator(f"section.notice[aria-labelledby={name}]")


def begin_correction(page: Page, page_id: int) -> None:
    """Begin a draft from the text in force, from the form of a page."""
    desk.open_page(page, page_id)
    page.get_by_role("tab", name="Publication").click()
    page.get_by_role("link", name="Correct the edition in force").last.click()
    expect(page.get_by_text("does not take the correction over")).to_be_visible()
    page.get_by_role("button", name="Begin the correction").click()
    expect(desk.message(page)).to_contain_text("begins from the text in force")
    expect(page.locator("[data-clause-depth]").first).to_be_visible()


def test_the_edition_in_force_is_corrected_while_the_next_is_announced(
    page: Page,
    new_context: Callable[..., BrowserContext],
    made: Made,
    sign_in: Callable[[Page, str], None],
    in_site_database: Callable[[], AbstractContextManager[None]],
) -> None:
    next_year = today() + dt.timedelta(days=365)
    sign_in(page, EDITOR)
    desk.open_page(page, made.chinese)
    desk.replace(page, "三", "五")
    desk.answer(page, needs_to_know=True, note="保存期限延長為五年。")
    page.get_by_role("radio", name="On this date").check()
    page.get_by_role("textbox", name="Effective from").fill(next_year.isoformat())
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")

    # Edition 3.0 is announced; 2.0, in force, has the wrong number.
    begin_correction(page, made.chinese)
    expect(desk.text_with(page, "保存三年")).to_be_visible()
    desk.replace(page, "1111-2222", "3333-4444")
    desk.answer(page, needs_to_know=False)
    expect(page.get_by_text("Publishing issues 2.1")).to_be_visible()
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("Edition 3.0 does not have the correction of edition 2.1.")

    reader = new_context().new_page()
    reader.goto(f"/zh-hant/policies/{made.slug}/")
    expect(reader.locator("article.text")).to_contain_text("02-3333-4444")
    expect(reader.locator("article.text")).to_contain_text("保存三年")
    expect(notice(reader, "revised")).to_contain_text("2.1")
    announced = notice(reader, "announced").get_by_role("link")
    expect(announced).to_have_count(1)
    expect(announced).to_contain_text(f"第3.0版，自{format_date(next_year, 'zh-hant')}生效")

    # The translation of the correction joins 2.1, not what is announced.
    reader.goto(f"/en/policies/{made.slug}/")
    expect(notice(reader, "lag")).to_contain_text("Edition 2.1 is in force")
    begin_correction(page, made.english)
    desk.replace(page, "1111-2222", "3333-4444")
    desk.answer(page, note="The telephone number is put right.")
    expect(page.get_by_role("radio", name=re.compile(r"^Edition 2\.1, in force"))).to_be_checked()
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")
    reader.reload()
    expect(notice(reader, "lag")).to_have_count(0)
    expect(reader.locator("article.text")).to_contain_text("02-3333-4444")

    # The draft has gone on from what is announced, with the correction in it.
    desk.open_page(page, made.chinese)
    expect(desk.message(page)).to_contain_text("This draft has it in: 聯絡方式.")
    expect(desk.text_with(page, "保存五年")).to_be_visible()
    expect(desk.text_with(page, "02-3333-4444")).to_be_visible()
    desk.answer(page, needs_to_know=False)
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")
    reader.goto(f"/zh-hant/policies/{made.slug}/")
    expect(notice(reader, "revised")).to_contain_text("2.1")
    expect(notice(reader, "announced").get_by_role("link")).to_contain_text("第3.1版")
    reader.goto(f"/zh-hant/policies/{made.slug}/at/{next_year.isoformat()}/")
    expect(reader.locator("article.text")).to_contain_text("保存五年")
    expect(reader.locator("article.text")).to_contain_text("02-3333-4444")
    with in_site_database():
        assert list(verify_policy(Policy.objects.get(slug=made.slug))) == []
