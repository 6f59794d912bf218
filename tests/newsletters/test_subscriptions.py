from __future__ import annotations

import datetime as dt

import pytest

from newsletters.choices import (
    ConsentAction,
    DeliveryState,
    EndedReason,
    Frequency,
    MailingKind,
    Source,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models import ConsentEvent, Subscription, Suppression
from newsletters.services.consent import keep_text
from newsletters.services.freeze import freeze_mailing
from newsletters.services.subscription_rows import Choice, Terms
from newsletters.services.subscriptions import (
    change_choices,
    end_all_subscriptions,
    end_subscription,
    pause,
    resume,
)
from newsletters.services.suppression import suppress, suppress_pending
from tests.factories.newsletters import NOW, make_body, make_delivery, make_mailing, make_subscriber, make_topic
from tests.newsletters.signing_up import ORIGIN

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 2)


def states(*deliveries) -> list[str]:
    for delivery in deliveries:
        delivery.refresh_from_db()
    return [delivery.state for delivery in deliveries]


def actions() -> list[tuple[str, str]]:
    return list(ConsentEvent.objects.order_by("position").values_list("action", "topic_slug"))


class TestEndSubscription:
    def test_stops_what_waits_of_the_topic_in_the_same_transaction(self):
        topic, other = make_topic("a"), make_topic("b")
        subscriber = make_subscriber(topics=(topic, other))
        mailing, another = make_mailing(topic=topic), make_mailing(topic=other)
        ready = make_delivery(mailing, subscriber, state=DeliveryState.READY)
        claimed = make_delivery(make_mailing(topic=topic), subscriber, state=DeliveryState.CLAIMED)
        inflight = make_delivery(make_mailing(topic=topic), subscriber, state=DeliveryState.INFLIGHT)
        elsewhere = make_delivery(another, subscriber, state=DeliveryState.READY)
        of_others = make_delivery(mailing, state=DeliveryState.READY)
        system = make_delivery(make_mailing("system:x", lane=0), subscriber, state=DeliveryState.READY)
        assert end_subscription(
            subscriber_number=subscriber.pk,
            topic_number=topic.pk,
            reason=EndedReason.ONE_CLICK,
            delivery_number=ready.pk,
            at=NOW,
            origin=ORIGIN,
        )
        assert states(ready, claimed) == [DeliveryState.SUPPRESSED] * 2
        assert states(inflight, elsewhere, of_others, system) == ["inflight", "ready", "ready", "ready"]
        row = Subscription.objects.get(topic=topic)
        assert (row.ended_at, row.ended_reason, row.ended_by_delivery) == (NOW, EndedReason.ONE_CLICK, ready.pk)
        suppression = Suppression.objects.get()
        assert (suppression.scope, suppression.topic, suppression.evidence) == (
            SuppressionScope.TOPIC,
            topic,
            f"delivery {ready.pk}",
        )
        assert actions() == [(ConsentAction.WITHDRAWN, "a")]

    def test_is_the_same_twice(self):
        topic = make_topic()
        subscriber = make_subscriber(topics=(topic,))
        answers = [
            end_subscription(
                subscriber_number=number, topic_number=topic.pk, reason=EndedReason.PAGE, at=NOW, origin=ORIGIN
            )
            for number in (subscriber.pk, subscriber.pk, 999_999)
        ]
        assert answers == [True, False, False]
        assert ConsentEvent.objects.count() == 1
        assert Suppression.objects.count() == 1

    def test_stops_a_digest_with_the_last_topic_only(self):
        first, second = make_topic(), make_topic()
        subscriber = make_subscriber(topics=(first, second))
        digest = make_delivery(
            make_mailing(kind=MailingKind.DIGEST, topic=None, lane=3), subscriber, state=DeliveryState.READY
        )
        for topic, state in ((first, DeliveryState.READY), (second, DeliveryState.SUPPRESSED)):
            end_subscription(
                subscriber_number=subscriber.pk,
                topic_number=topic.pk,
                reason=EndedReason.PAGE,
                at=NOW,
                origin=ORIGIN,
            )
            assert states(digest) == [state]


class TestEndAllSubscriptions:
    @pytest.mark.parametrize(
        ("reason", "action", "suppression"),
        [
            (EndedReason.ONE_CLICK, ConsentAction.WITHDRAWN, ("bulletins", "unsubscribed")),
            (EndedReason.PAGE, ConsentAction.WITHDRAWN, ("bulletins", "unsubscribed")),
            (EndedReason.OPERATOR, ConsentAction.WITHDRAWN, ("bulletins", "unsubscribed")),
            (EndedReason.COMPLAINT, ConsentAction.COMPLAINED, ("bulletins", "complaint")),
            (EndedReason.BOUNCED, ConsentAction.BOUNCED, ("address", "bounced")),
        ],
    )
    def test_remembers_the_address_as_the_reason_demands(self, reason, action, suppression):
        subscriber = make_subscriber(topics=(make_topic("a"), make_topic("b")))
        ready = make_delivery(subscriber=subscriber, state=DeliveryState.READY)
        for count in (2, 0):
            ended = end_all_subscriptions(
                subscriber_number=subscriber.pk, reason=reason, at=NOW, origin=ORIGIN, evidence="5.1.1"
            )
            assert ended == count
        row = Suppression.objects.get()
        assert (row.scope, row.reason) == suppression
        assert (row.address_hash, row.evidence) == (subscriber.address_hash, "5.1.1")
        assert actions() == [(action, "a"), (action, "b")]
        assert states(ready) == [DeliveryState.SUPPRESSED]

    def test_knows_nobody(self):
        assert end_all_subscriptions(subscriber_number=999_999, reason=EndedReason.PAGE, at=NOW, origin=ORIGIN) == 0


class TestChangeChoices:
    @pytest.fixture
    def topics(self):
        return {slug: make_topic(slug) for slug in "abcd"}

    def change(self, subscriber, choices, *, locale="en", waits=False) -> bool:
        terms = Terms(
            locale=locale,
            waits_for_language=waits,
            consent_text=keep_text(locale="en", body="I agree.", at=NOW),
            source=Source.PREFERENCES,
        )
        return change_choices(
            subscriber_number=subscriber.pk,
            choices=[Choice(topic=topic, frequency=frequency) for topic, frequency in choices],
            terms=terms,
            at=NOW,
            origin=ORIGIN,
        )

    def test_begins_replaces_and_ends_rows_but_changes_none(self, topics):
        subscriber = make_subscriber(topics=(topics["a"], topics["b"], topics["c"]))
        before = {row.topic.slug: row for row in Subscription.objects.select_related("topic")}
        assert self.change(subscriber, [(topics["a"], "immediate"), (topics["b"], "weekly"), (topics["d"], "daily")])
        rows = Subscription.objects.filter(ended_at=None).order_by("topic__slug")
        assert [(row.topic.slug, row.frequency) for row in rows] == [
            ("a", "immediate"),
            ("b", "weekly"),
            ("d", "daily"),
        ]
        assert before["a"] in rows
        before["b"].refresh_from_db()
        assert (before["b"].frequency, before["b"].ended_reason) == (Frequency.IMMEDIATE, EndedReason.CHANGED)
        before["c"].refresh_from_db()
        assert before["c"].ended_reason == EndedReason.PAGE
        assert actions() == [
            (ConsentAction.WITHDRAWN, "c"),
            (ConsentAction.CHANGED, "b"),
            (ConsentAction.CONFIRMED, "d"),
        ]

    def test_is_the_same_twice(self, topics):
        subscriber = make_subscriber(topics=(topics["a"],))
        assert not self.change(subscriber, [(topics["a"], "immediate")])
        assert self.change(subscriber, [(topics["a"], "weekly")])
        assert not self.change(subscriber, [(topics["a"], "weekly")])
        assert Subscription.objects.count() == 2

    def test_moves_all_topics_to_another_language(self, topics):
        subscriber = make_subscriber(topics=(topics["a"], topics["b"]))
        assert self.change(
            subscriber, [(topics["a"], "immediate"), (topics["b"], "immediate")], locale="zh-hant", waits=True
        )
        rows = Subscription.objects.filter(ended_at=None)
        assert {(row.locale, row.waits_for_language) for row in rows} == {("zh-hant", True)}
        subscriber.refresh_from_db()
        assert subscriber.locale == "zh-hant"

    def test_takes_a_topic_back_that_was_left(self, topics):
        subscriber = make_subscriber(topics=(topics["a"], topics["b"]))
        self.change(subscriber, [(topics["a"], "immediate")])
        assert Suppression.objects.filter(lifted_at=None).count() == 1
        self.change(subscriber, [(topics["a"], "immediate"), (topics["b"], "immediate")])
        assert not Suppression.objects.filter(lifted_at=None).exists()

    def test_of_nothing_is_leaving(self, topics):
        subscriber = make_subscriber(topics=(topics["a"],))
        assert self.change(subscriber, [])
        assert Suppression.objects.get().scope == SuppressionScope.BULLETINS
        assert not self.change(subscriber, [])

    def test_keeps_a_closed_topic_and_takes_no_new_one(self, topics):
        subscriber = make_subscriber(topics=(topics["a"],))
        for topic in (topics["a"], topics["b"]):
            topic.is_open = False
            topic.save()
        assert not self.change(subscriber, [(topics["a"], "immediate"), (topics["b"], "immediate")])
        assert Subscription.objects.get().topic == topics["a"]

    def test_is_for_confirmed_subscribers(self, topics):
        subscriber = make_subscriber(state=SubscriberState.PENDING)
        assert not self.change(subscriber, [(topics["a"], "immediate")])
        assert not Subscription.objects.exists()


class TestPause:
    def test_holds_back_what_waits_until_the_day(self):
        subscriber = make_subscriber(topics=(make_topic(),))
        ready = make_delivery(subscriber=subscriber, state=DeliveryState.READY)
        for _time in range(2):
            assert pause(subscriber_number=subscriber.pk, until=TODAY + dt.timedelta(days=7), at=NOW, origin=ORIGIN)
        subscriber.refresh_from_db()
        assert subscriber.paused_until == TODAY + dt.timedelta(days=7)
        assert states(ready) == [DeliveryState.SUPPRESSED]
        assert actions() == [(ConsentAction.PAUSED, "")]

    def test_ends_by_resuming(self):
        subscriber = make_subscriber(paused_until=TODAY + dt.timedelta(days=7))
        assert resume(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert not resume(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert actions() == [(ConsentAction.RESUMED, "")]

    def test_is_refused_for_days_that_have_come_and_people_who_are_none(self):
        subscriber, pending = make_subscriber(), make_subscriber(state=SubscriberState.PENDING)
        tomorrow = TODAY + dt.timedelta(days=1)
        assert not pause(subscriber_number=subscriber.pk, until=TODAY, at=NOW, origin=ORIGIN)
        assert not pause(subscriber_number=pending.pk, until=tomorrow, at=NOW, origin=ORIGIN)
        assert not resume(subscriber_number=999_999, at=NOW, origin=ORIGIN)
        assert not ConsentEvent.objects.exists()


class TestSuppressions:
    def test_of_sign_ups_stop_no_bulletin(self):
        topic = make_topic()
        subscriber = make_subscriber(topics=(topic,))
        suppress(
            address_hash=subscriber.address_hash,
            scope=SuppressionScope.SIGN_UP,
            reason=SuppressionReason.NOT_ME,
            at=NOW,
        )
        mailing = make_mailing(topic=topic, frozen_at=None)
        make_body(mailing)
        assert freeze_mailing(mailing=mailing, at=NOW) == 1

    def test_of_all_bulletins_stop_them(self):
        topic = make_topic()
        subscriber = make_subscriber(topics=(topic,))
        suppress(
            address_hash=subscriber.address_hash,
            scope=SuppressionScope.BULLETINS,
            reason=SuppressionReason.COMPLAINT,
            at=NOW,
        )
        mailing = make_mailing(topic=topic, frozen_at=None)
        make_body(mailing)
        assert freeze_mailing(mailing=mailing, at=NOW) == 0

    def test_are_lengthened_but_not_doubled(self):
        month, year = NOW + dt.timedelta(days=30), NOW + dt.timedelta(days=365)
        rows = [
            suppress(
                address_hash="0" * 64,
                scope=SuppressionScope.SIGN_UP,
                reason=SuppressionReason.NOT_ME,
                at=NOW,
                until=until,
            )
            for until in (month, month, year, month, None, year)
        ]
        assert len({row.pk for row in rows}) == 3

    def test_with_system_mail_stop_everything(self):
        subscriber = make_subscriber()
        system = make_delivery(make_mailing("system:x", lane=0), subscriber, state=DeliveryState.READY)
        assert suppress_pending(subscriber=subscriber, at=NOW) == 0
        assert suppress_pending(subscriber=subscriber, with_system_mail=True, at=NOW) == 1
        assert states(system) == [DeliveryState.SUPPRESSED]
