"""Two people, or two programs, at the same moment: on connections of their own, as on several machines."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from django.test import Client

from newsletters.choices import DeliveryState, EndedReason
from newsletters.engine.claims import Claimer
from newsletters.engine.database import connect
from newsletters.engine.ledger import Batch, Ledger
from newsletters.links import RequestLink, UnsubscribeLink, confirm_url, not_me_url, unsubscribe_url
from newsletters.models import ConsentEvent, Delivery, Subscriber, Subscription, Suppression
from newsletters.services import subscriptions
from newsletters.services.consent import verify_consent
from tests.factories.newsletters import make_delivery, make_mailing, make_subscriber, make_topic, name_topic
from tests.newsletters.signing_up import confirm, sign_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletters.models import Topic

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime.now(dt.UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MANY = 6


@pytest.fixture
def topic() -> Topic:
    return name_topic(make_topic("news"))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of `acts` from the same moment on, each over a connection of its own; return what each returned."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(30) for each in [pool.submit(run, act) for act in acts]]


def post(url: str, data: dict[str, Any]) -> Callable[[], int]:
    path = "/" + url.split("/", 3)[3]
    return lambda: Client().post(path, data).status_code


def unsubscribe_link(reader: Subscriber, topic: Topic, delivery: Delivery | None = None) -> str:
    return unsubscribe_url(UnsubscribeLink(reader.pk, 0, topic.pk, delivery.pk if delivery else 0))


class TestConfirmations:
    def test_of_one_sign_up_at_once_begin_one_subscription(self, topic: Topic) -> None:
        request = sign_up(topic, at=NOW)
        assert request is not None
        press = post(confirm_url(RequestLink(request.pk, 0), "en"), {"topic": [topic.pk]})
        assert at_once(*[press] * MANY) == [200] * MANY
        assert Subscription.objects.filter(ended_at=None).count() == 1
        assert Delivery.objects.filter(mailing__key="system:welcome").count() == 1
        assert ConsentEvent.objects.filter(action="confirmed").count() == 1
        assert not list(verify_consent())

    def test_and_a_no_leave_one_of_the_two(self, topic: Topic) -> None:
        request = sign_up(topic, at=NOW)
        assert request is not None
        yes = post(confirm_url(RequestLink(request.pk, 0), "en"), {"topic": [topic.pk]})
        no = post(not_me_url(RequestLink(request.pk, 0), "en"), {})
        assert at_once(yes, no) == [200, 200]
        # Whichever came first, the owner of the address has the last word.
        assert not Subscription.objects.filter(ended_at=None).exists()
        assert not list(verify_consent())

    def test_of_many_people_keep_one_chain(self, topic: Topic) -> None:
        requests = [sign_up(topic, address=f"reader{number}@readers.example", at=NOW) for number in range(MANY)]
        presses = [
            post(confirm_url(RequestLink(request.pk, 0), "en"), {"topic": [topic.pk]})
            for request in requests
            if request is not None
        ]
        assert at_once(*presses) == [200] * MANY
        assert Subscription.objects.filter(ended_at=None).count() == MANY
        assert not list(verify_consent())
        positions = list(ConsentEvent.objects.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))


class TestUnsubscribing:
    def test_at_once_ends_once_and_answers_everybody(self, topic: Topic) -> None:
        reader = make_subscriber(topics=(topic,))
        press = post(unsubscribe_link(reader, topic), ONE_CLICK)
        assert at_once(*[press] * MANY) == [200] * MANY
        assert Subscription.objects.get().ended_reason == EndedReason.ONE_CLICK
        assert ConsentEvent.objects.filter(action="withdrawn").count() == 1
        assert Suppression.objects.count() == 1
        assert not list(verify_consent())

    def test_while_confirming_again_ends_in_an_order(self, topic: Topic) -> None:
        first = sign_up(topic, at=NOW - dt.timedelta(days=3))
        assert first is not None
        confirm(first, at=NOW - dt.timedelta(days=3))
        other = name_topic(make_topic("alerts"))
        again = sign_up(other, at=NOW)
        assert again is not None
        leave = post(unsubscribe_url(UnsubscribeLink(first.subscriber_id, 0, 0, 0)), ONE_CLICK)
        join = post(confirm_url(RequestLink(again.pk, 0), "en"), {"topic": [other.pk]})
        assert at_once(leave, join) == [200, 200]
        kept = set(Subscription.objects.filter(ended_at=None).values_list("topic", flat=True))
        assert kept in (set(), {other.pk})
        # Who is subscribed is not suppressed, and who is not is.
        assert Suppression.objects.filter(scope="bulletins", lifted_at=None).exists() == (not kept)
        assert not list(verify_consent())

    def test_takes_what_a_worker_has_claimed(self, topic: Topic) -> None:
        reader = make_subscriber(topics=(topic,))
        mailing = make_mailing(topic=topic)
        delivery = make_delivery(mailing, reader, state=DeliveryState.READY, created_at=NOW)
        with connect("test") as worker_connection:
            me = uuid.uuid4()
            claimer = Claimer(worker_connection, me, dt.timedelta(seconds=60), dt.timedelta(days=4))
            (row,) = claimer.claim(mailing.lane, 10)
            assert post(unsubscribe_link(reader, topic, delivery), ONE_CLICK)() == 200
            # The intent that a worker commits before the first byte finds no row of its own any more.
            ledger = Ledger(worker_connection, me, lease=dt.timedelta(seconds=60), max_age=dt.timedelta(days=4))
            answer = ledger.write(Batch(intents=[(row.id, row.token, mailing.pk)]))
        assert answer.granted == frozenset()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.intent_at) == (DeliveryState.SUPPRESSED, None)

    def test_and_claiming_at_once_sends_nothing_afterwards(self, topic: Topic) -> None:
        """Whatever comes first: when both are done, nobody holds a message for a reader who has left."""
        readers = [make_subscriber(topics=(topic,)) for _number in range(MANY)]
        mailing = make_mailing(topic=topic)
        for reader in readers:
            make_delivery(mailing, reader, state=DeliveryState.READY, created_at=NOW)

        def claim() -> int:
            with connect("test") as worker_connection:
                claimer = Claimer(worker_connection, uuid.uuid4(), dt.timedelta(seconds=60), dt.timedelta(days=4))
                return len(claimer.claim(mailing.lane, MANY))

        presses = [post(unsubscribe_link(reader, topic), ONE_CLICK) for reader in readers]
        answers = at_once(*presses, claim)
        assert answers[:-1] == [200] * MANY
        states = set(Delivery.objects.filter(mailing=mailing).values_list("state", flat=True))
        assert states == {DeliveryState.SUPPRESSED}

    def test_that_did_not_lock_would_be_seen(self, topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
        """Plant what must not be: a service that reads before it locks ends the same subscription twice."""
        reader = make_subscriber(topics=(topic,))
        both_have_read = threading.Barrier(2)

        def read_alone(number: int) -> Subscriber | None:
            return Subscriber.objects.filter(pk=number).first()

        def end_rows_late(rows: Any, **others: Any) -> Any:
            both_have_read.wait(10)
            return end_rows(rows, **others)

        end_rows = subscriptions.end_rows
        monkeypatch.setattr(subscriptions, "lock_subscriber", read_alone)
        monkeypatch.setattr(subscriptions, "end_rows", end_rows_late)
        press = post(unsubscribe_link(reader, topic), ONE_CLICK)
        at_once(press, press)
        assert ConsentEvent.objects.filter(action="withdrawn").count() == 2
