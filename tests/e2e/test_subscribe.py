"""A reader's way from the sign-up to the last click, in a browser that runs no scripts, with a worker that sends."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from newsletters.limits import QUICKEST
from newsletters.models import ConsentEvent, SignUp, Subscriber, Subscription
from tests.e2e.states import make_alert
from tests.factories.policies import make_bilingual_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page

    from policies.models import Policy
    from tests.e2e.mailbox import Letter, Mailbox
    from tests.e2e.site import Site

    InDatabase = Callable[[], AbstractContextManager[None]]

LANGUAGES = ("en", "zh-hant")
NEWS = "policy-news"


@pytest.fixture
def plain(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in which no script runs."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def policy(in_site_database: InDatabase) -> Policy:
    """A policy of this journey's own; its change makes an alert."""
    with in_site_database():
        return make_bilingual_policy(f"alerts-{secrets.token_hex(4)}")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """The reader's language, in which `gettext` says what they see."""
    with override(request.param):
        yield request.param


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=gettext(button), exact=True).click()


def tick(page: Page, slug: str, *, yes: bool = True) -> None:
    page.locator(f"input[name=topic][value={slug}]").set_checked(yes)


def follow(page: Page, site: Site, letter: Letter, path: str) -> None:
    """Open the link of a letter as the outbox shows it, whose address contains `path`."""
    page.goto(f"/outbox/{letter.number}/")
    link = page.frame_locator("iframe").locator(f"a[href^='{site.url}'][href*='{path}']").first
    expect(link).to_be_visible()
    with page.context.expect_page() as opened:
        link.click()
    page.goto(opened.value.url)
    opened.value.close()


def sign_up(page: Page, language: str, address: str, *topics: str) -> None:
    page.goto(f"/{language}/")
    page.locator(f".masthead a[href='/{language}/bulletins/']").click()
    for topic in topics:
        tick(page, topic)
    page.locator("#address").fill(address)
    page.wait_for_timeout(QUICKEST.total_seconds() * 1000 + 100)  # people are no quicker, and the form knows
    press(page, "Sign up")
    expect(page.locator("h1")).to_have_text(gettext("Please look into your mailbox"))


def one_click(address: str) -> int:
    """Post what RFC 8058 says, as a mail program does."""
    body = urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urlopen(Request(address, data=body), timeout=30) as answer:  # noqa: S310 -- our own address
        assert answer.headers.get("Set-Cookie") is None
        assert answer.url == address  # no redirect
        return int(answer.status)


def test_signs_up_reads_changes_and_leaves(
    plain: Page, site: Site, mailbox: Mailbox, policy: Policy, language: str, in_site_database: InDatabase
) -> None:
    page, address = plain, f"reader-{secrets.token_hex(4)}@readers.example"
    alerts = f"policy-{policy.slug}"

    # The same answer for an address that is new and for one that has been entered before.
    sign_up(page, language, address, NEWS, alerts)
    first = page.locator("main").inner_html()
    sign_up(page, language, address, NEWS, alerts)
    assert page.locator("main").inner_html() == first

    # One mail; the page that it leads to changes nothing before its button is pressed.
    asked = mailbox.wait_for(address, 1)
    follow(page, site, asked, "/bulletins/confirm/")
    expect(page.locator("h1")).to_have_text(gettext("Confirm your subscription"))
    expect(page.locator("input[name=topic]")).to_have_count(2)
    with in_site_database():
        assert not Subscription.objects.filter(subscriber__address=address).exists()
    press(page, "Yes, send me this")
    expect(page.locator("h1")).to_have_text(gettext("You are subscribed"))

    # The welcome mail has a link that takes it back; this reader only looks.
    welcome = mailbox.wait_for(address, 2)
    follow(page, site, welcome, "/bulletins/undo/")
    expect(page.locator("h1")).to_have_text(gettext("Undo this subscription"))
    expect(page.locator("main li")).to_have_count(2)

    # A policy changes in a way that readers need to know of.
    with in_site_database():
        make_alert(policy)
    alert = mailbox.wait_for(address, 3)
    assert {"en": "three → ten", "zh-hant": "三年 → 十年"}[language] in alert.text
    follow(page, site, alert, "#c-")
    expect(page.locator(":target")).to_be_visible()

    # Preferences, by the link in the mail.
    follow(page, site, alert, "/bulletins/preferences/")
    page.locator(f"select[name=frequency-{NEWS}]").select_option("weekly")
    page.locator("#locale").select_option("en")
    press(page, "Save")
    expect(page.locator("main")).to_contain_text(gettext("Your choices are saved."))
    page.get_by_role("button", name="30").click()
    resume = page.get_by_role("button", name=gettext("Go on now"))
    expect(resume).to_be_visible()
    resume.click()
    expect(page.locator("main")).to_contain_text(gettext("The pause has ended."))
    expect(page.locator("ol.record li").filter(has_text=gettext("Asked for"))).not_to_have_count(0)
    with in_site_database():
        reader = Subscriber.objects.get(address=address)
        rows = {row.topic.slug: row for row in reader.subscriptions.filter(ended_at=None).select_related("topic")}
        assert (reader.locale, reader.paused_until) == ("en", None)
        assert {slug: row.frequency for slug, row in rows.items()} == {NEWS: "weekly", alerts: "immediate"}

    # The link in a mail opens a page; what a mail program posts acts at once, and twice.
    page.goto(f"{alert.one_click}?lang={language}")
    expect(page.get_by_role("button", name=gettext("Unsubscribe from this topic"))).to_be_visible()
    assert [one_click(alert.one_click) for _time in range(2)] == [200, 200]
    with in_site_database():
        assert not reader.subscriptions.filter(ended_at=None, topic__slug=alerts).exists()
        assert reader.subscriptions.filter(ended_at=None, topic__slug=NEWS).exists()

    # And what is left goes by the preferences, which tell the whole story.
    follow(page, site, alert, "/bulletins/preferences/")
    press(page, "Leave everything")
    expect(page.locator("main")).to_contain_text(
        gettext("You have left everything. No bulletin or alert will come any more.")
    )
    with in_site_database():
        assert not reader.subscriptions.filter(ended_at=None).exists()
        events = ConsentEvent.objects.filter(subscriber_number=reader.pk).count()
    expect(page.locator("ol.record li")).to_have_count(events)
    page.goto(f"{alert.one_click}?lang={language}")
    expect(page.locator("main")).to_contain_text(gettext("Nothing is sent to this address any more."))
    assert len(mailbox.letters(address)) == 3


def test_takes_a_subscription_back_and_disowns_one(
    plain: Page, site: Site, mailbox: Mailbox, language: str, in_site_database: InDatabase
) -> None:
    page, address = plain, f"other-{secrets.token_hex(4)}@readers.example"
    sign_up(page, language, address, NEWS)
    asked = mailbox.wait_for(address, 1)
    follow(page, site, asked, "/bulletins/confirm/")
    press(page, "Yes, send me this")
    follow(page, site, mailbox.wait_for(address, 2), "/bulletins/undo/")
    press(page, "Take the subscription back")
    expect(page.locator("h1")).to_have_text(gettext("The subscription was undone"))
    with in_site_database():
        assert not Subscription.objects.filter(subscriber__address=address, ended_at=None).exists()

    follow(page, site, asked, "/bulletins/not-me/")
    press(page, "I did not sign up")
    sign_up(page, language, address, NEWS)
    with in_site_database():
        assert not Subscription.objects.filter(subscriber__address=address, ended_at=None).exists()
        assert not SignUp.objects.filter(address=address).exists()  # it was dealt with, and nothing came of it
    assert len(mailbox.letters(address)) == 2
