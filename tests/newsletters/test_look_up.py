"""Looking one subscriber up: who may, what it tells, and that it never happens unrecorded."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from core.mail_addresses import parse_address
from core.tokens import keyed_hash
from home.bootstrap import OPERATORS
from newsletters.choices import DeliveryState, EndedReason, SubscriberState, SuppressionReason, SuppressionScope
from newsletters.models import Subscriber, SubscriberLookUp
from newsletters.services.erasure import erase_subscriber
from newsletters.services.subscriptions import end_subscription
from newsletters.services.suppression import suppress
from tests.factories.newsletters import (
    NOW,
    make_body,
    make_delivery,
    make_mailing,
    make_subscriber,
    make_topic,
    name_topic,
)
from tests.newsletters.signing_up import ADDRESS, ORIGIN, confirm, sign_up
from tests.policies import admin_desk as desk

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

REASON = "letter 1150012345"


@pytest.fixture
def url() -> str:
    return reverse("avow_mail:look_up")


@pytest.fixture
def officer() -> Client:
    """Somebody who may look subscribers up and nothing else."""
    group = Group.objects.create(name="Officers")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "look_up_subscriber"]))
    return desk.sign_in(desk.make_user("Officer", group="Officers"))


def look_up(client: Client, url: str, address: str = ADDRESS, reason: str = REASON) -> str:
    response = client.post(url, {"address": address, "reason": reason})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


class TestAccess:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_for_those_with_the_permission_alone(self, url: str, officer: Client, method: str) -> None:
        data = {"address": ADDRESS, "reason": REASON}
        operator = desk.sign_in(desk.make_user("Operator", group=OPERATORS))
        author = desk.sign_in(desk.make_author())
        assert getattr(officer, method)(url, data).status_code == 200
        for client in (operator, author):
            response = getattr(client, method)(url, data)
            assert (response.status_code, response["Location"]) == (302, "/admin/")
        assert SubscriberLookUp.objects.count() == (method == "post")

    def test_a_visitor_is_sent_to_sign_in(self, client: Client, url: str) -> None:
        assert "/account/sign-in/" in client.post(url, {"address": ADDRESS, "reason": REASON})["Location"]
        assert not SubscriberLookUp.objects.exists()

    def test_the_menu_leads_there(self, url: str, officer: Client) -> None:
        page = officer.get("/admin/").content.decode()
        assert url in page
        overview = f'"{reverse("avow_mail:overview")}"'
        assert overview not in page
        assert overview not in officer.get(url).content.decode()

    def test_the_permission_can_be_given_in_the_admin(self) -> None:
        root = desk.sign_in(desk.make_user("Root", is_superuser=True))
        group = Group.objects.get(name=OPERATORS)
        page = root.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()
        assert "look up one subscriber" in page


class TestAnswer:
    def test_tells_everything_about_the_one_address(self, url: str, officer: Client) -> None:
        news, alerts = name_topic(make_topic("news")), name_topic(make_topic("alerts"), en="Alerts", zh_hant="通知")
        request = sign_up(news, alerts, frequency="weekly")
        assert request is not None
        confirm(request)
        subscriber = Subscriber.objects.get()
        end_subscription(
            subscriber_number=subscriber.pk, topic_number=news.pk, reason=EndedReason.ONE_CLICK, at=NOW, origin=ORIGIN
        )
        mailing = make_mailing(topic=alerts)
        make_body(mailing, subject="What happened")
        delivery = make_delivery(mailing, subscriber, state=DeliveryState.UNCERTAIN)
        make_subscriber("wang2@readers.example", topics=(news,))
        page = look_up(officer, url)
        for words in (
            f"Subscriber #{subscriber.pk}",
            "News",
            "Alerts",
            "Once a week",
            "Unsubscribed with one click",
            "Confirmed",
            "I agree.",
            "What happened",
            f"#{delivery.pk}",
            DeliveryState.UNCERTAIN.label,
            "system:confirm",
            "Unsubscribed",
        ):
            assert str(words) in page, words
        assert "wang2" not in page

    def test_is_by_the_whole_address_written_in_any_way(self, url: str, officer: Client) -> None:
        make_subscriber(ADDRESS, topics=(name_topic(make_topic()),))
        assert "Subscriber #" in look_up(officer, url, " WANG＠Readers.Example ")
        for part in ("ang@readers.example", "wang@example", "wang+x@readers.example"):
            assert "Nobody has this address." in look_up(officer, url, part.replace("@example", "@readers.example.tw"))

    def test_tells_of_those_who_were_erased_by_number_alone(self, url: str, officer: Client) -> None:
        first = make_subscriber(ADDRESS, topics=(name_topic(make_topic()),))
        make_delivery(subscriber=first)
        erase_subscriber(subscriber_number=first.pk, at=NOW, origin=ORIGIN)
        page = look_up(officer, url)
        assert f"Subscriber #{first.pk}" in page
        assert str(SubscriberState.ERASED.label) in page
        assert "Erased at the person’s request" in page

    def test_of_nobody_tells_what_keeps_mail_away(self, url: str, officer: Client) -> None:
        suppress(
            address_hash=keyed_hash(ADDRESS),
            scope=SuppressionScope.SIGN_UP,
            reason=SuppressionReason.NOT_ME,
            at=NOW,
            until=NOW + dt.timedelta(9),
        )
        page = look_up(officer, url)
        assert "Nobody has this address." in page
        assert "2026-03-11" in page

    def test_escapes_what_was_typed_and_what_servers_said(self, url: str, officer: Client) -> None:
        make_delivery(subscriber=make_subscriber(ADDRESS), reply="<script>alert(1)</script>")
        page = look_up(officer, url, reason="<script>alert(2)</script>")
        assert "<script>alert(" not in page

    def test_shows_the_newest_of_many_messages(self, url: str, officer: Client) -> None:
        subscriber = make_subscriber(ADDRESS)
        last = [make_delivery(subscriber=subscriber) for _time in range(101)][-1]
        page = look_up(officer, url)
        assert "The newest 100 of 101." in page
        assert f"#{last.pk}" in page

    def test_speaks_chinese(self, url: str, officer: Client) -> None:
        page = officer.get(url, headers={"accept-language": "zh-hant"}).content.decode()
        assert "查詢訂閱者" in page


class TestRecord:
    def test_keeps_who_asked_when_and_why_but_no_address(self, url: str, officer: Client) -> None:
        subscriber = make_subscriber(ADDRESS)
        before = timezone.now()
        look_up(officer, url)
        row = SubscriberLookUp.objects.get()
        assert (row.subscriber_number, row.act, row.reason) == (subscriber.pk, "looked_up", REASON)
        assert row.by_name == "Officer"
        assert row.address_hash == keyed_hash(parse_address(ADDRESS).key)
        assert before <= row.happened_at <= timezone.now()
        assert ADDRESS not in str(list(SubscriberLookUp.objects.values_list()))

    def test_is_kept_when_nobody_was_found_too_and_shown_next_time(self, url: str, officer: Client) -> None:
        assert "This is the first." in look_up(officer, url)
        assert SubscriberLookUp.objects.get().subscriber_number is None
        assert REASON in look_up(officer, url, reason="another")

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ({"address": ADDRESS, "reason": ""}, "This field is required."),
            ({"address": ADDRESS, "reason": "x" * 301}, "at most 300 characters"),
            ({"address": "", "reason": REASON}, "Write your e-mail address."),
            ({"address": "@readers.example", "reason": REASON}, "before the @ is missing"),
            ({"address": "%@readers.example, lin@readers.example", "reason": REASON}, "one address only"),
            ({"address": "a" * 320, "reason": REASON}, "longer than mail can carry"),
        ],
    )
    def test_nothing_is_looked_up_without_a_whole_address_and_a_purpose(
        self, url: str, officer: Client, data: dict[str, Any], says: str
    ) -> None:
        make_subscriber(ADDRESS)
        page = officer.post(url, data).content.decode()
        assert says in page
        assert "Subscriber #" not in page
        assert not SubscriberLookUp.objects.exists()

    def test_an_address_of_the_page_tells_nothing(self, url: str, officer: Client, caplog: Any) -> None:
        make_subscriber(ADDRESS)
        page = officer.get(url, {"address": ADDRESS, "reason": REASON}).content.decode()
        assert "Subscriber #" not in page
        assert ADDRESS not in page
        look_up(officer, url)
        assert ADDRESS not in caplog.text
        assert not SubscriberLookUp.objects.exclude(act="looked_up").exists()
