"""Somebody without an account asks what is held about them, takes a copy and has it erased, with no script running."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from newsletters.links import data_path
from newsletters.models import Subscriber
from privacy.models import DataLink
from tests.e2e.axe import violations
from tests.e2e.test_accessibility import LANGUAGES, NARROWEST, scrolls_sideways
from tests.factories.newsletters import make_subscriber, make_topic, name_topic
from tests.privacy.people import link_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

WORDS = {
    "en": {"ask": "Mail me the link", "json": "For programs (JSON)", "sure": "I am sure", "erase": "Erase my data"},
    "zh-hant": {"ask": "寄送連結", "json": "供程式使用（JSON）", "sure": "我確定", "erase": "刪除我的資料"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ask_see_copy_and_erase(
    new_context: Callable[..., BrowserContext],
    in_site_database: Callable[[], AbstractContextManager[None]],
    language: str,
) -> None:
    address, words = f"reader-{language}@readers.example", WORDS[language]
    with in_site_database():
        make_subscriber(address, topics=(name_topic(make_topic(f"data-{language}")),))
    page = new_context(java_script_enabled=False, viewport=NARROWEST).new_page()
    page.goto(f"/{language}/account/data/")
    page.locator("#address").fill(address)
    page.wait_for_timeout(2500)  # quicker than this is a program
    page.get_by_role("button", name=words["ask"]).click()
    expect(page.locator("#address")).to_have_count(0)
    with in_site_database():
        path = data_path(DataLink.objects.get(address=address).pk, language)
    page.goto(path)
    with page.expect_download() as download:
        page.get_by_role("button", name=words["json"]).click()
    copy = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert address in {row.get("address") for each in copy["files"] for row in each["rows"]}
    page.get_by_label(words["sure"]).check()
    page.get_by_role("button", name=words["erase"]).click()
    expect(page.locator("#sure")).to_have_count(0)
    with in_site_database():
        assert not Subscriber.objects.filter(address=address).exists()
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 410


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_no_violation_and_fits_a_narrow_screen(
    page: Page, in_site_database: Callable[[], AbstractContextManager[None]], language: str
) -> None:
    address = f"axe-{language}@readers.example"
    with in_site_database():
        make_subscriber(address, topics=(name_topic(make_topic(f"axe-{language}")),))
        path = data_path(link_of(address, at=timezone.now()).pk, language)
    page.goto(path)
    page.locator("details").first.locator("summary").click()
    assert violations(page) == []
    page.set_viewport_size(NARROWEST)
    assert not scrolls_sideways(page)
