from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache

from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.models import Bounce, Delivery, Destination, Mailing, Tally
from newsletters.periods import DELIVERY_KEPT
from newsletters.progress import list_destinations, mailing_progress
from newsletters.services import delivery_retention
from newsletters.services.alerts import LATE_TEXTS_FOR, LIFETIME
from newsletters.services.readiness import is_blocking
from newsletters.services.retention import keep_retention
from tests.factories.newsletters import NOW, make_delivery, make_mailing, make_subscriber
from tests.newsletters.bulletins import approved_bulletin

pytestmark = pytest.mark.django_db

AFTER = NOW + DELIVERY_KEPT + dt.timedelta(hours=1)
STATES = [DeliveryState.ACCEPTED] * 3 + [DeliveryState.REJECTED] * 2 + [DeliveryState.UNCERTAIN]


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def sent(**fields: Any) -> Mailing:
    """Return a mailing that is over, to four readers of a large provider and two of small ones."""
    mailing = make_mailing(**{"state": MailingState.DONE, **fields})
    for number, state in enumerate(STATES):
        destination = f"small{number}.example" if number > 3 else "big"
        delivery = make_delivery(mailing, make_subscriber(), state=state, destination=destination, intent_at=NOW)
        Bounce.objects.create(
            delivery=delivery, source_key=f"{delivery.pk}", kind="recipient", channel="pipe", received_at=NOW
        )
    return mailing


def shown(mailing: Mailing) -> tuple[dict[str, int], int]:
    cache.clear()
    progress = mailing_progress(mailing, at=AFTER)
    return progress.counts, progress.total


class TestOldDeliveries:
    def test_go_with_what_came_back_and_stay_counted(self) -> None:
        mailing = sent()
        before = shown(mailing)

        gone = keep_retention(at=AFTER)

        assert gone["deliveries"] == len(STATES)
        assert not Delivery.objects.exists()
        assert not Bounce.objects.exists()
        assert shown(mailing) == before

    def test_keep_the_names_of_provider_groups_and_of_nobody_else(self) -> None:
        Destination.objects.create(name="big", domains=["big.example"])
        Destination.objects.create(name="small4.example")  # closed for a while once, and no group
        mailing = sent()

        keep_retention(at=AFTER)

        assert set(Tally.objects.values_list("destination", flat=True)) == {"big", ""}
        rows = {row.name: row.counts for row in list_destinations(mailing)}
        assert rows == {"big": {"accepted": 3, "rejected": 1}, "": {"rejected": 1, "uncertain": 1}}

    def test_are_counted_once_however_often_it_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delivery_retention, "_BATCH", 2)
        mailing = sent()
        before = shown(mailing)
        assert [keep_retention(at=AFTER)["deliveries"] for _time in range(2)] == [len(STATES), 0]
        assert shown(mailing) == before

    def test_are_left_for_the_next_run_when_there_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delivery_retention, "_BATCH", 2)
        monkeypatch.setattr(delivery_retention, "_MOST", 4)
        mailing = sent()
        before = shown(mailing)
        assert keep_retention(at=AFTER)["deliveries"] == 4
        assert shown(mailing) == before
        assert keep_retention(at=AFTER)["deliveries"] == 2
        assert shown(mailing) == before

    def test_of_system_mail_go_one_by_one(self) -> None:
        mailing = sent(
            key="system:confirm", kind=MailingKind.TRANSACTIONAL, lane=Lane.TRANSACTIONAL, state=MailingState.SENDING
        )
        late = make_delivery(mailing, ended_at=AFTER - dt.timedelta(days=1))
        before = shown(mailing)
        assert keep_retention(at=AFTER)["deliveries"] == len(STATES)
        assert Delivery.objects.get() == late
        assert shown(mailing) == before

    def test_still_keep_a_bulletin_from_being_sent_twice(self) -> None:
        page = approved_bulletin()
        mailing = sent(key=f"bulletin:{page.translation_key}:1", state=MailingState.CANCELLED)
        assert is_blocking(mailing)
        keep_retention(at=AFTER)
        assert is_blocking(mailing)


class TestDeliveriesThatStay:
    @pytest.mark.parametrize(
        "fields",
        [
            {"state": MailingState.SENDING},
            {"state": MailingState.PAUSED},
            {"state": MailingState.DONE, "wants_freezing": True},
            {"state": MailingState.DONE, "created_at": AFTER - dt.timedelta(days=1)},
        ],
    )
    def test_are_those_of_what_may_go_on(self, fields: dict[str, Any]) -> None:
        sent(**fields)
        assert keep_retention(at=AFTER)["deliveries"] == 0
        assert Delivery.objects.count() == len(STATES)

    def test_are_those_whose_days_are_not_over(self) -> None:
        sent()
        assert keep_retention(at=NOW + DELIVERY_KEPT)["deliveries"] == 0

    def test_are_those_that_wait(self) -> None:
        mailing = sent()
        make_delivery(mailing, state=DeliveryState.READY)
        assert delivery_retention.delete_old_deliveries(at=AFTER) == len(STATES)
        assert Delivery.objects.get().state == DeliveryState.READY

    def test_last_as_long_as_anybody_could_get_an_alert_twice(self) -> None:
        """A late translation freezes an alert again: whoever got it is known by their row."""
        assert DELIVERY_KEPT > LATE_TEXTS_FOR + LIFETIME


def test_reports_about_no_mail_of_ours_go_too() -> None:
    Bounce.objects.create(source_key="x", kind="recipient", channel="pipe", received_at=NOW)
    assert keep_retention(at=NOW + DELIVERY_KEPT)["bounces"] == 0
    assert keep_retention(at=AFTER)["bounces"] == 1
