from __future__ import annotations

import datetime as dt

import pytest

from core.tokens import keyed_hash
from newsletters.choices import (
    ConsentAction,
    DeliveryState,
    EndedReason,
    Frequency,
    Source,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.links import RequestLink
from newsletters.models import ConsentEvent, Delivery, Subscriber, Subscription, Suppression
from newsletters.services.erasure import erase_subscriber
from newsletters.services.requests import RequestState, disown_request, undo_request
from newsletters.services.suppression import suppress
from tests.factories.newsletters import NOW, make_delivery, make_mailing, make_subscriber, make_topic
from tests.newsletters.signing_up import ADDRESS, ORIGIN, confirm, link_of, sign_up

pytestmark = pytest.mark.django_db


def later(**period: float) -> dt.datetime:
    return NOW + dt.timedelta(**period)


class TestConfirmRequest:
    def test_begins_what_was_chosen_as_it_was_asked_for(self):
        first, second, third = make_topic(), make_topic(), make_topic()
        request = sign_up(first, second, third, locale="zh-hant", frequency="weekly", waits_for_language=True)
        assert confirm(request, topics=[first, third]) is RequestState.CONFIRMED
        rows = Subscription.objects.order_by("pk")
        assert [row.topic for row in rows] == [first, third]
        assert {(row.locale, row.frequency, row.waits_for_language, row.source, row.started_at) for row in rows} == {
            ("zh-hant", Frequency.WEEKLY, True, Source.SIGN_UP, NOW)
        }
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.locale, subscriber.confirmed_at) == (
            SubscriberState.ACTIVE,
            "zh-hant",
            NOW,
        )

    def test_takes_the_usual_frequency_where_the_topic_has_no_other(self):
        topic = make_topic(frequencies=["daily", "weekly"], default_frequency="weekly")
        confirm(sign_up(topic, frequency="immediate"))
        assert Subscription.objects.get().frequency == Frequency.WEEKLY

    def test_records_each_topic_with_the_words_agreed_to(self):
        request = sign_up(make_topic("a"), make_topic("b"))
        confirm(request)
        events = ConsentEvent.objects.filter(action=ConsentAction.CONFIRMED).order_by("position")
        assert [event.topic_slug for event in events] == ["a", "b"]
        assert {event.consent_text for event in events} == {request.consent_text}

    def test_sends_one_welcome_however_often_it_is_pressed(self):
        request = sign_up(make_topic())
        assert [confirm(request), confirm(request)] == [RequestState.CONFIRMED] * 2
        assert list(Delivery.objects.filter(mailing__key="system:welcome").values_list("reference", flat=True)) == [
            request.pk
        ]
        assert Subscription.objects.count() == 1

    def test_does_nothing_without_a_topic_of_the_sign_up(self):
        other = make_topic()
        request = sign_up(make_topic())
        assert confirm(request, topics=[]) is RequestState.OPEN
        assert confirm(request, topics=[other]) is RequestState.OPEN
        assert not Subscription.objects.exists()

    def test_comes_too_late_after_seven_days(self):
        request = sign_up(make_topic())
        assert confirm(request, at=later(days=7)) is RequestState.GONE
        assert confirm(request, at=later(days=6, hours=23)) is RequestState.CONFIRMED

    def test_knows_no_sign_up_that_is_gone_or_of_another_epoch(self):
        request = sign_up(make_topic())
        subscriber = request.subscriber
        Subscriber.objects.update(token_epoch=1)
        assert confirm(request) is RequestState.GONE
        request.delete()
        request.pk, request.subscriber = 999_999, subscriber
        assert confirm(request, topics=[]) is RequestState.GONE

    def test_leaves_what_is_subscribed_already_as_it_is(self):
        first, second = make_topic(), make_topic()
        make_subscriber(ADDRESS, topics=(first,))
        confirm(sign_up(first, second))
        assert Subscription.objects.filter(topic=first).count() == 1
        assert Subscription.objects.filter(ended_at=None).count() == 2

    def test_lifts_what_the_person_once_wished_and_nothing_else(self):
        topic, other = make_topic(), make_topic()
        for scope, reason, about in (
            (SuppressionScope.BULLETINS, SuppressionReason.UNSUBSCRIBED, None),
            (SuppressionScope.TOPIC, SuppressionReason.UNSUBSCRIBED, topic),
            (SuppressionScope.TOPIC, SuppressionReason.UNSUBSCRIBED, other),
        ):
            suppress(address_hash=keyed_hash(ADDRESS), scope=scope, reason=reason, topic=about, at=NOW)
        confirm(sign_up(topic))
        assert Suppression.objects.get(lifted_at=None).topic == other


class TestDisownRequest:
    def test_erases_an_address_that_never_confirmed_anything(self):
        request = sign_up(make_topic())
        assert disown_request(link=link_of(request), at=NOW, origin=ORIGIN) is RequestState.DISOWNED
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.address) == (SubscriberState.ERASED, None)
        assert not Delivery.objects.exclude(address="").exists()
        assert ConsentEvent.objects.latest("position").action == ConsentAction.REFUSED

    def test_keeps_further_sign_ups_away_for_a_year(self):
        topic = make_topic()
        disown_request(link=link_of(sign_up(topic)), at=NOW, origin=ORIGIN)
        sign_up(topic, at=later(days=200))
        assert Subscriber.objects.count() == 1
        sign_up(topic, at=later(days=366))
        assert Subscriber.objects.count() == 2

    def test_is_the_same_twice_and_shuts_the_confirmation(self):
        request = sign_up(make_topic())
        link = link_of(request)
        answers = [disown_request(link=link, at=NOW, origin=ORIGIN) for _time in range(2)]
        assert answers == [RequestState.DISOWNED] * 2
        request.refresh_from_db()
        assert confirm(request) is RequestState.DISOWNED
        assert Suppression.objects.count() == 1
        assert not Subscription.objects.exists()

    def test_ends_what_a_program_confirmed(self):
        topic = make_topic()
        request = sign_up(topic)
        link = link_of(request)
        confirm(request)
        waiting = make_delivery(make_mailing(topic=topic), request.subscriber, state=DeliveryState.READY)
        assert disown_request(link=link, at=later(hours=1), origin=ORIGIN) is RequestState.DISOWNED
        row = Subscription.objects.get()
        assert (row.ended_reason, row.ended_at) == (EndedReason.NOT_ME, later(hours=1))
        waiting.refresh_from_db()
        assert waiting.state == DeliveryState.SUPPRESSED
        assert Subscriber.objects.get().state == SubscriberState.ERASED

    def test_keeps_what_the_person_had_before(self):
        mine, foreign = make_topic(), make_topic()
        make_subscriber(ADDRESS, topics=(mine,), confirmed_at=later(days=-9))
        request = sign_up(mine, foreign)
        confirm(request, at=later(hours=1))
        disown_request(link=link_of(request), at=later(hours=2), origin=ORIGIN)
        assert Subscription.objects.get(ended_at=None).topic == mine
        assert Subscriber.objects.get().state == SubscriberState.ACTIVE

    def test_works_for_a_sign_up_that_expired(self):
        request = sign_up(make_topic())
        assert disown_request(link=link_of(request), at=later(days=9), origin=ORIGIN) is RequestState.DISOWNED

    def test_knows_no_sign_up_that_is_gone(self):
        assert disown_request(link=RequestLink(999_999, 0), at=NOW, origin=ORIGIN) is RequestState.GONE
        request = sign_up(make_topic())
        link = link_of(request)
        Subscriber.objects.update(state=SubscriberState.ERASED, address=None, address_key=None)
        assert disown_request(link=link, at=NOW, origin=ORIGIN) is RequestState.GONE


class TestUndoRequest:
    def test_ends_what_the_confirmation_began_and_nothing_else(self):
        before, topic = make_topic(), make_topic()
        make_subscriber(ADDRESS, topics=(before,), confirmed_at=later(days=-9))
        request = sign_up(topic)
        confirm(request, at=later(hours=1))
        for _time in range(2):
            state = undo_request(link=link_of(request), at=later(hours=2), origin=ORIGIN)
            assert state is RequestState.CONFIRMED
        assert Subscription.objects.get(ended_reason=EndedReason.UNDONE).topic == topic
        assert Subscription.objects.get(ended_at=None).topic == before
        assert ConsentEvent.objects.filter(action=ConsentAction.WITHDRAWN).count() == 1

    def test_does_nothing_before_the_confirmation_or_after_erasure(self):
        request = sign_up(make_topic())
        link = link_of(request)
        assert undo_request(link=link, at=NOW, origin=ORIGIN) is RequestState.OPEN
        confirm(request)
        erase_subscriber(subscriber_number=request.subscriber_id, at=NOW, origin=ORIGIN)
        assert undo_request(link=link, at=NOW, origin=ORIGIN) is RequestState.GONE
