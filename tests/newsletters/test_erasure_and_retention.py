from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.db import models

from newsletters.choices import (
    ConsentAction,
    DeliveryState,
    EndedReason,
    SubscriberState,
    SuppressionReason,
)
from newsletters.models import (
    ConsentContext,
    ConsentEvent,
    Delivery,
    SignUp,
    Subscriber,
    Subscription,
    SubscriptionRequest,
    Suppression,
)
from newsletters.services.consent import verify_consent
from newsletters.services.erasure import erase_subscriber
from newsletters.services.retention import keep_retention
from newsletters.services.sign_up import receive_sign_up
from newsletters.services.subscriptions import end_all_subscriptions
from tests.factories.newsletters import NOW, make_delivery, make_subscriber, make_topic
from tests.newsletters.signing_up import ADDRESS, ORIGIN, confirm, make_ask, sign_up

pytestmark = pytest.mark.django_db


def later(**period: float) -> dt.datetime:
    return NOW + dt.timedelta(**period)


def find_everywhere(text: str) -> set[str]:
    """Return the tables in which `text` stands somewhere."""
    return {
        model.__name__
        for model in apps.get_app_config("newsletters").get_models()
        if any(text in str(row) for row in model._default_manager.values_list())
    }


class TestEraseSubscriber:
    def make(self) -> Subscriber:
        request = sign_up(make_topic("a"))
        confirm(request)
        make_delivery(subscriber=request.subscriber, state=DeliveryState.ACCEPTED)
        make_delivery(subscriber=request.subscriber, state=DeliveryState.READY)
        return Subscriber.objects.get()

    def test_leaves_a_number_and_a_hash(self):
        subscriber = self.make()
        assert find_everywhere("wang") == {"Subscriber", "Delivery"}
        assert erase_subscriber(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert find_everywhere("wang") == set()
        assert find_everywhere("192.0.2") == set()
        kept = Subscriber.objects.get()
        assert (kept.pk, kept.address_hash) == (subscriber.pk, subscriber.address_hash)
        assert (kept.state, kept.token_epoch) == (SubscriberState.ERASED, subscriber.token_epoch + 1)
        assert Suppression.objects.get().reason == SuppressionReason.ERASED

    def test_ends_what_was_open_and_sends_nothing_more(self):
        subscriber = self.make()
        erase_subscriber(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert Subscription.objects.get().ended_reason == EndedReason.ERASED
        assert not Delivery.objects.filter(state=DeliveryState.READY).exists()
        assert not SubscriptionRequest.objects.exists()

    def test_keeps_the_record_whole(self):
        subscriber = self.make()
        erase_subscriber(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert ConsentEvent.objects.latest("position").action == ConsentAction.ERASED
        assert not list(verify_consent())

    def test_is_done_once(self):
        subscriber = make_subscriber()
        answers = [erase_subscriber(subscriber_number=n, at=NOW, origin=ORIGIN) for n in (subscriber.pk,) * 2 + (0,)]
        assert answers == [True, False, False]
        assert ConsentEvent.objects.count() == 1

    def test_lets_the_person_come_back_as_somebody_new(self):
        subscriber = self.make()
        erase_subscriber(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        confirm(sign_up(make_topic("b"), at=later(days=2)), at=later(days=2))
        assert Subscriber.objects.filter(state=SubscriberState.ACTIVE).exclude(pk=subscriber.pk).count() == 1
        assert not Suppression.objects.filter(lifted_at=None).exists()


class TestKeepRetention:
    def test_keeps_everything_on_its_days(self):
        confirm(sign_up(make_topic()))
        sign_up(make_topic(), address="lin@readers.example")
        assert set(keep_retention(at=later(days=13)).values()) == {0}

    def test_erases_who_never_confirmed(self):
        sign_up(make_topic())
        assert keep_retention(at=later(days=15))["unconfirmed"] == 1
        assert find_everywhere("wang") == set()
        assert keep_retention(at=later(days=15))["unconfirmed"] == 0

    def test_waits_for_those_who_signed_up_again(self):
        sign_up(make_topic())
        sign_up(make_topic(), at=later(days=10))
        assert keep_retention(at=later(days=15))["unconfirmed"] == 0
        assert keep_retention(at=later(days=25))["unconfirmed"] == 1

    def test_erases_who_left_everything(self):
        confirm(sign_up(make_topic()))
        subscriber = Subscriber.objects.get()
        end_all_subscriptions(
            subscriber_number=subscriber.pk, reason=EndedReason.PAGE, at=later(days=100), origin=ORIGIN
        )
        assert keep_retention(at=later(days=129))["left"] == 0
        assert keep_retention(at=later(days=131))["left"] == 1
        assert find_everywhere("wang") == set()
        assert Suppression.objects.get(lifted_at=None).address_hash == subscriber.address_hash

    def test_keeps_who_is_subscribed_for_years(self):
        confirm(sign_up(make_topic()))
        assert keep_retention(at=later(days=2000))["left"] == 0
        assert Subscriber.objects.get().address == ADDRESS

    def test_deletes_sign_ups_and_where_they_came_from(self):
        confirm(sign_up(make_topic()))
        receive_sign_up(ask=make_ask(make_topic(), address="lin@readers.example"), at=NOW)
        gone = keep_retention(at=later(days=31))
        assert (gone["requests"], gone["sign-ups"], gone["contexts"]) == (1, 1, 2)
        assert not SubscriptionRequest.objects.exists()
        assert not SignUp.objects.exists()
        assert not ConsentContext.objects.exists()
        assert ConsentEvent.objects.count() == 2

    def test_works_in_batches(self, monkeypatch):
        monkeypatch.setattr("newsletters.services.retention._BATCH", 2)
        topics = [make_topic(str(number)) for number in range(5)]
        confirm(sign_up(*topics))
        assert keep_retention(at=later(days=31))["contexts"] == 6


def test_every_field_that_may_hold_an_address_is_emptied():
    """A field for addresses that is added later must be thought of in `forget_person`."""
    found = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("newsletters").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and field.max_length == 320
    }
    assert found == {
        "Subscriber.address",
        "Subscriber.address_key",
        "Delivery.address",
        "SignUp.address",
        "SignUp.address_key",
    }
