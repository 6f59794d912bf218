"""Bulletins are found once they were sent, as they were sent, in each of their languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletters.choices import MailingKind, MailingState
from newsletters.services.bulletins import send_bulletin
from newsletters.services.freeze import freeze_mailing
from newsletters.services.mailings import cancel_mailing
from search.models import SearchEntry
from search.services import find_stale
from search.sources import BulletinSource, PageSource
from tests.factories.members import UserFactory
from tests.factories.newsletters import make_body, make_mailing, make_topic
from tests.factories.policies import at
from tests.factories.search import index
from tests.newsletters.bulletins import approve, approved_bulletin, make_bulletin
from tests.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from newsletters.models import BulletinPage, Mailing

    Commits = Callable[..., AbstractContextManager[list[Callable[[], None]]]]

pytestmark = pytest.mark.django_db

SENT_AT = at("2026-03-02")


def send(page: BulletinPage) -> Mailing:
    mailing = send_bulletin(page=page, user=UserFactory(first_name="Mei", last_name="Chen"), at=SENT_AT)
    freeze_mailing(mailing=mailing, at=SENT_AT)
    return mailing


def found(client: Client, words: str, language: str = "en") -> list[str]:
    page = Page(client.get(f"/{language}/search/", {"q": words}))
    return [link.get("href") for link in page.all("//ol[@class='hits']//h3/a")]


class TestFinding:
    def test_begins_with_the_sending_and_ends_with_a_withdrawal(
        self, client: Client, django_capture_on_commit_callbacks: Commits
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            page = approved_bulletin()
        assert found(client, "revised please read") == []
        with django_capture_on_commit_callbacks(execute=True):
            mailing = send(page)
        assert found(client, "revised please read") == [f"/en/bulletins/{mailing.pk}/"]
        assert found(client, "本期重点", "zh-hant") == [f"/zh-hant/bulletins/{mailing.pk}/"]
        assert client.get(f"/en/bulletins/{mailing.pk}/").status_code == 200
        assert find_stale() == []
        with django_capture_on_commit_callbacks(execute=True):
            cancel_mailing(mailing=mailing, at=SENT_AT)
        assert found(client, "revised please read") == []
        assert find_stale() == []

    def test_has_a_count_of_its_own_and_says_when_it_was_sent(self, client: Client) -> None:
        mailing = send(approved_bulletin())
        index()
        page = Page(client.get("/en/search/", {"q": "privacy policy", "kind": "bulletin"}))
        assert "Bulletins (1)" in page.words("//nav[@aria-label='Kinds of results']")
        assert page.words("//ol[@class='hits']/li//p[@class='hits__kind']") == "Bulletin of 2 March 2026"
        hit = client.get("/zh-hant/search/", {"q": "隱私權政策", "format": "json"}).json()["hits"][0]
        assert (hit["kind"], hit["first_day"]) == ("bulletin", "2026-03-02")
        assert hit["url"].endswith(f"/zh-hant/bulletins/{mailing.pk}/")

    def test_reads_what_was_sent_and_no_later_edit(self, client: Client) -> None:
        page = approved_bulletin()
        send(page)
        page.title = "改過的標題"
        page.save_revision()
        approve(page)
        index()
        assert found(client, "電子報第一期", "zh-hant")
        assert found(client, "改過的標題", "zh-hant") == []

    def test_a_late_language_is_found_too(self, client: Client, django_capture_on_commit_callbacks: Commits) -> None:
        mailing = make_mailing(topic=make_topic(), state=MailingState.SENDING)
        make_body(mailing, "en", article=article("en", "Opening hours"))
        index()
        make_body(mailing, "zh-hant", article=article("zh-hant", "開放時間"))
        assert [fault.name for fault in find_stale()] == [str(mailing.pk)]
        with django_capture_on_commit_callbacks(execute=True):
            freeze_mailing(mailing=mailing, at=SENT_AT)
        assert found(client, "開放時間", "zh-hant") == [f"/zh-hant/bulletins/{mailing.pk}/"]


def article(language: str, title: str) -> dict[str, object]:
    return {
        "language": language,
        "title": title,
        "summary": "A summary.",
        "blocks": [
            {"type": "prose", "html": '<p>Words with <a href="https://agency.example/">a link</a>.</p>'},
            {"type": "links", "title": "More", "links": [{"url": "https://agency.example/x/", "text": "The act"}]},
            {"type": "picture", "src": "https://agency.example/p.png", "alt": "A map", "width": 1, "height": 1},
            {
                "type": "item", "title": "An edition", "summary": "It is new.", "language": "en",
                "url": "https://agency.example/i/",
            },
        ],
    }  # fmt: skip


class TestSource:
    def test_gives_the_words_and_no_addresses(self) -> None:
        mailing = make_mailing(topic=make_topic())
        make_body(mailing, "en", article=article("en", "Opening hours"))
        (content,) = BulletinSource().build(str(mailing.pk))
        assert content.heading == "Opening hours"
        assert content.body.split("\n") == [
            "A summary.", "Words with a link.", "More", "The act", "A map", "An edition", "It is new.",
        ]  # fmt: skip

    def test_a_draft_is_nothing_and_an_approved_page_is_nothing_else(self) -> None:
        draft, page = make_bulletin(slug="draft"), approved_bulletin()
        assert BulletinSource().fingerprints() == {}
        send(page)
        assert not PageSource().fingerprints().keys() & {str(draft.pk), str(page.pk)}
        index()
        assert SearchEntry.objects.filter(title="電子報第一期").count() == 1

    def test_leaves_alerts_and_what_never_left_alone(self) -> None:
        topic = make_topic()
        for number, fields in enumerate(
            [{"kind": MailingKind.ALERT}, {"frozen_at": None}, {"state": MailingState.CANCELLED}]
        ):
            mailing = make_mailing(topic=topic, **fields)
            make_body(mailing, "en", article=article("en", f"Hidden {number}"))
            assert list(BulletinSource().build(str(mailing.pk))) == []
        assert BulletinSource().fingerprints() == {}
