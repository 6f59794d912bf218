"""An editor whose session ended while they typed: nothing typed is lost."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from policies.models import PolicyPage
from tests.e2e import desk
from tests.factories.policies import issue, make_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

EDITOR = "chen.meihui"


@pytest.fixture
def policy_page(in_site_database: Callable[[], AbstractContextManager[None]]) -> int:
    with in_site_database():
        made = make_page(f"signed-out-{secrets.token_hex(4)}", title="登出政策")
        issue(made, on="2024-01-15", note="訂定全文。")
        return made.pk


def test_the_form_stays_and_goes_after_signing_in_elsewhere(
    page: Page,
    policy_page: int,
    sign_in: Callable[[Page, str], None],
    in_site_database: Callable[[], AbstractContextManager[None]],
) -> None:
    sign_in(page, EDITOR)
    desk.open_page(page, policy_page)
    page.context.clear_cookies()
    desk.replace(page, "三", "五")
    desk.answer(page, needs_to_know=True, note="保存期限延長為五年。")
    page.get_by_role("button", name="More actions").click()
    publish = page.locator("footer").get_by_role("button", name="Publish")
    publish.click()

    alert = page.locator("[data-kept-form]")
    expect(alert).to_contain_text("You have been signed out, so nothing was sent.")
    expect(alert).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/edit/"))
    with page.context.expect_page() as opened:
        alert.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, EDITOR)
    opened.value.close()

    page.bring_to_front()
    desk.press(page, "Publish")
    expect(desk.message(page)).to_contain_text("published")
    with in_site_database():
        text = PolicyPage.objects.get(pk=policy_page).policy.editions.get(major=2).texts.get()
        assert (text.change_note, "五年" in text.html) == ("保存期限延長為五年。", True)


def test_a_server_that_does_not_answer_loses_nothing_either(
    page: Page, policy_page: int, sign_in: Callable[[Page, str], None]
) -> None:
    sign_in(page, EDITOR)
    desk.open_page(page, policy_page)
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Summary").fill("紀錄保存多久。")
    page.get_by_role("button", name="Save draft").click()

    expect(page.locator("[data-kept-form]")).to_contain_text("The server cannot be reached")
    page.context.set_offline(False)
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("textbox", name="Summary")).to_have_value("紀錄保存多久。")
