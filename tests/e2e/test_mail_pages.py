"""axe finds nothing on the pages of subscribers, nor on the operators' screens, in either language."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.users.models import UserProfile

from members.models import User
from newsletters.choices import AlarmKind, DeliveryState, MailingKind
from newsletters.limits import QUICKEST
from newsletters.links import (
    PreferencesLink,
    RequestLink,
    UnsubscribeLink,
    confirm_url,
    not_me_url,
    preferences_url,
    undo_url,
    unsubscribe_url,
)
from newsletters.models import BulletinPage, Mailing, Topic
from newsletters.services.alarms import raise_alarm
from tests.e2e.axe import violations
from tests.e2e.test_accessibility import LANGUAGES, check
from tests.factories.newsletters import make_delivery, make_mailing
from tests.newsletters.signing_up import confirm, sign_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

    from tests.e2e.mailbox import Mailbox

    InDatabase = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def addresses(in_site_database: InDatabase) -> Callable[[str], dict[str, str]]:
    """Return the pages of a reader who confirmed one sign-up and not another, by what they show."""

    def addresses(language: str) -> dict[str, str]:
        with in_site_database():
            now = timezone.now()
            topics = list(Topic.objects.filter(is_open=True).order_by("pk")[:3])
            done = sign_up(*topics, address=f"{secrets.token_hex(4)}@readers.example", at=now, locale=language)
            asked = sign_up(*topics, address=f"{secrets.token_hex(4)}@readers.example", at=now, locale=language)
            assert done is not None
            assert asked is not None
            confirm(done, at=now)
            reader = done.subscriber_id
            request, link = RequestLink(done.pk, 0), RequestLink(asked.pk, 0)
            issue = Mailing.objects.filter(kind=MailingKind.BULLETIN, topic__slug="policy-news").order_by("pk")[0]
            return {
                "sign-up with a topic": f"/{language}/bulletins/?topic={topics[0].slug}",
                "bulletin": f"/{language}/bulletins/{issue.pk}/",
                "confirm": confirm_url(link, language),
                "not me": not_me_url(link, language),
                "undo": undo_url(request, language),
                "confirmed": confirm_url(request, language),
                "preferences": preferences_url(PreferencesLink(reader, 0, 0), language),
                "unsubscribe": f"{unsubscribe_url(UnsubscribeLink(reader, 0, topics[0].pk, 0))}?lang={language}",
                "unsubscribe from all": f"{unsubscribe_url(UnsubscribeLink(reader, 0, 0, 0))}?lang={language}",
                "bad link": f"/{language}/bulletins/confirm/none/",
                "old link": undo_url(link, language),
            }

    return addresses


@pytest.mark.parametrize("language", LANGUAGES)
class TestReadersPages:
    def test_have_no_violation(self, page: Page, language: str, addresses: Callable[[str], dict[str, str]]) -> None:
        size = page.viewport_size
        assert size is not None
        for name, address in addresses(language).items():
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="light")
            page.goto(address)
            assert check(page, name) == []

    def test_nor_have_the_answers_to_forms(
        self, page: Page, language: str, addresses: Callable[[str], dict[str, str]]
    ) -> None:
        pages = addresses(language)
        page.goto(pages["sign-up with a topic"])
        page.locator("main form button").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        assert check(page, "refused sign-up") == []
        page.goto(pages["sign-up with a topic"])
        page.locator("#address").fill(f"{secrets.token_hex(4)}@readers.example")
        page.wait_for_timeout(QUICKEST.total_seconds() * 1000 + 100)
        page.locator("main form button").click()
        expect(page.locator("main form")).to_have_count(0)
        assert check(page, "taken sign-up") == []
        page.goto(pages["preferences"])
        page.locator("button[value=pause-30]").click()
        expect(page.locator("button[value=resume]")).to_be_visible()
        assert check(page, "paused") == []
        page.goto(pages["unsubscribe"])
        page.locator("button[value=topic]").click()
        expect(page.locator("main form")).to_have_count(0)
        assert check(page, "unsubscribed") == []

    def test_nor_has_the_outbox(
        self, page: Page, language: str, addresses: Callable[[str], dict[str, str]], mailbox: Mailbox
    ) -> None:
        addresses(language)
        letter = mailbox.wait_for_any()
        page.set_extra_http_headers({"Accept-Language": language})
        for address in ("/outbox/", f"/outbox/{letter.number}/"):
            page.goto(address)
            assert check(page, address) == []


class TestOperatorsScreens:
    @pytest.fixture
    def paths(self, in_site_database: InDatabase) -> dict[str, str]:
        with in_site_database():
            now = timezone.now()
            mailing = make_mailing(created_at=now)  # of no topic, and so in no archive
            uncertain = make_delivery(mailing, state=DeliveryState.UNCERTAIN, intent_at=now)
            make_delivery(mailing, state=DeliveryState.REJECTED)
            raise_alarm(kind=AlarmKind.DKIM, sentence="550 5.7.26 unauthenticated", at=now)
            bulletin = BulletinPage.objects.order_by("pk")[0]
            topic = Topic.objects.get(slug="policy-news")
        return {
            "overview": "mail/",
            "mailing": f"mail/{mailing.pk}/",
            "cancel": f"mail/{mailing.pk}/cancel/",
            "decide": f"mail/{mailing.pk}/uncertain/{uncertain.pk}/",
            "uncertain": "mail/uncertain/",
            "bounces": "mail/bounces/",
            "destinations": "mail_destinations/",
            "new destination": "mail_destinations/new/",
            "topics": "mail_topics/",
            "topic": f"mail_topics/edit/{topic.pk}/",
            "look-up": "mail/look-up/",
            "sending": f"bulletins/{bulletin.pk}/sending/",
        }

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_have_no_violation(
        self,
        page: Page,
        language: str,
        paths: dict[str, str],
        sign_in: Callable[[Page, str], None],
        in_site_database: InDatabase,
    ) -> None:
        sign_in(page, "wu.poyi")
        with in_site_database():
            profile = UserProfile.get_for_user(User.objects.get(email="wu.poyi@ola.example"))
            profile.preferred_language = language
            profile.save()
        try:
            found = {}
            for name, path in paths.items():
                answer = page.goto(f"/admin/{path}")
                assert answer is not None
                assert (name, answer.status) == (name, 200)
                assert (page.locator("html").get_attribute("lang") or "").lower() == language
                found[name] = violations(page)
            page.goto("/admin/mail/look-up/")
            page.locator("#id_address").fill("reader@readers.example")
            page.locator("#id_reason").fill("115-0012345")
            page.locator("main form button").first.click()
            expect(page.locator("main h2")).to_contain_text("reader@readers.example")
            found["looked up"] = violations(page)
            assert {name: lines for name, lines in found.items() if lines} == {}
        finally:
            with in_site_database():
                profile.preferred_language = ""
                profile.save()
