"""From an editor's first word to the readers' mailboxes: written, translated, approved by another person, sent and kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from newsletters.models import BulletinIndexPage, BulletinPage, Mailing
from tests.e2e import desk
from tests.factories.newsletters import make_subscriber, make_topic, name_topic

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.mailbox import Mailbox
    from tests.e2e.site import Site

    SignIn = Callable[[Page, str], None]
    InDatabase = Callable[[], AbstractContextManager[None]]

AUTHOR, APPROVER = "lin.shuyu", "chen.meihui"
WORDS = {
    "zh-hant": ("海外館處服務時間調整", "自七月起調整。", "各館處自七月一日起，每日上午九時開放。"),
    "en": ("Opening hours of the offices abroad", "They change in July.", "From 1 July all offices open at nine."),
}


@dataclass(frozen=True)
class Audience:
    """A topic of this journey's own with a reader of each language, and the number of the list of bulletins."""

    topic: str
    readers: dict[str, str]
    index: int


@pytest.fixture
def audience(in_site_database: InDatabase) -> Audience:
    mark = secrets.token_hex(4)
    with in_site_database():
        topic = name_topic(make_topic(f"hours-{mark}"), en="Opening hours", zh_hant="開放時間")
        readers = {code: f"{code}-{mark}@readers.example" for code in WORDS}
        for code, address in readers.items():
            make_subscriber(address, topics=(topic,), locale=code)
        # Without a subscription the address would be erased as one of a reader who left.
        make_subscriber(f"{AUTHOR}@ola.example", topics=(make_topic(f"other-{mark}"),))
        index = BulletinIndexPage.objects.get(locale__language_code="zh-hant")
        return Audience(topic.slug, readers, index.pk)


def write(page: Page, language: str) -> None:
    """Fill in headline, summary and the one piece of text."""
    title, summary, text = WORDS[language]
    page.locator("#id_title").fill(title)
    page.locator("#id_summary").fill(summary)
    editor = page.locator(".Draftail-Editor [contenteditable=true]")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    written = "(text) => [...document.querySelectorAll('textarea, input[type=hidden]')].some(({value}) => value.includes(text))"
    page.wait_for_function(written, arg=text)


def submit(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    with page.expect_navigation():
        page.locator("button[name=action-submit]").click()
    expect(desk.message(page)).to_contain_text("submitted")


def open_sending(page: Page, number: int) -> None:
    page.goto(f"/admin/bulletins/{number}/sending/")
    expect(page).to_have_title(re.compile("Send the bulletin"))


def test_is_written_translated_approved_and_read(
    new_context: Callable[..., BrowserContext],
    site: Site,
    mailbox: Mailbox,
    audience: Audience,
    sign_in: SignIn,
    in_site_database: InDatabase,
) -> None:
    author = new_context().new_page()
    sign_in(author, AUTHOR)
    author.goto(f"/admin/pages/add/newsletters/bulletinpage/{audience.index}/")
    author.locator("#id_topic").select_option(label=audience.topic)
    author.locator(".c-sf-add-button").first.click()
    author.get_by_role("option", name="Text", exact=True).click()
    write(author, "zh-hant")
    with author.expect_navigation():
        author.get_by_role("button", name="Save draft").click()
    with in_site_database():
        source = BulletinPage.objects.get(topic__slug=audience.topic)

    # Before it is translated and approved, it cannot be sent, and the screen says why.
    open_sending(author, source.pk)
    expect(author.locator("main")).to_contain_text("English is required. There is no page in this language.")
    author.get_by_role("button", name="Send me a test (正體中文)").click()
    expect(desk.message(author)).to_contain_text("on its way")
    test = mailbox.wait_for(f"{AUTHOR}@ola.example", 1, subject="[")
    assert test.subject == f"[測試] {WORDS['zh-hant'][0]}"

    author.goto(f"/admin/translation/submit/page/{source.pk}/")
    author.locator("input[name=locales]").check()
    with author.expect_navigation():
        author.get_by_role("button", name="Submit", exact=True).click()
    with in_site_database():
        english = BulletinPage.objects.exclude(pk=source.pk).get(topic__slug=audience.topic)
    author.goto(f"/admin/pages/{english.pk}/edit/")
    write(author, "en")
    submit(author)
    author.goto(f"/admin/pages/{source.pk}/edit/")
    submit(author)

    # Somebody else approves the words, sees who gets what, and approves that it is sent.
    approver = new_context().new_page()
    sign_in(approver, APPROVER)
    for number in (source.pk, english.pk):
        approver.goto(f"/admin/pages/{number}/edit/")
        desk.press(approver, "Approve and Publish")
    open_sending(approver, source.pk)
    main = approver.locator("main")
    expect(main).to_contain_text("2 readers would get it now.")
    expect(main.locator("dd").filter(has_text="the text in their language")).to_have_count(2)
    expect(main.locator("dt").filter(has_text="Size")).to_have_count(2)
    author.goto(f"/admin/bulletins/{source.pk}/sending/")
    expect(author.get_by_role("button", name="Approve and send")).to_have_count(0)
    approver.get_by_label("I have looked at the mail in every language").check()
    with approver.expect_navigation():
        approver.get_by_role("button", name="Approve and send").click()
    expect(desk.message(approver)).to_contain_text("It is being sent.")

    # Each reader gets it once, in their own language.
    reader = new_context(java_script_enabled=False).new_page()
    for language, address in audience.readers.items():
        title, summary, text = WORDS[language]
        letter = mailbox.wait_for(address, 1)
        assert letter.subject == title
        assert text in letter.html
        assert summary in letter.text
        assert letter.message["List-Id"] == f"<{audience.topic}.agency.example>"
        # One click is promised over https alone (RFC 8058), which this site does not speak.
        assert "/u/" in letter.message["List-Unsubscribe"]
        reader.goto(str(letter.message["Archived-At"]).strip("<>"))
        expect(reader.locator("h1")).to_have_text(title)
        expect(reader.locator("main")).to_contain_text(text)
    with in_site_database():
        mailing = Mailing.objects.get(topic__slug=audience.topic, kind="bulletin")
        assert (mailing.approved_by_name, mailing.author_name) == ("Mei-hui Chen", "Shu-yu Lin")

    # It cannot be sent twice, and its pages lead to what was sent.
    approver.reload()
    expect(approver.get_by_role("button", name="Approve and send")).to_have_count(0)
    reader.goto(f"/en/bulletins/topics/{audience.topic}/")
    reader.get_by_role("link", name=WORDS["en"][0]).click()
    reader.wait_for_url(re.compile(rf"/en/bulletins/{mailing.pk}/$"))
