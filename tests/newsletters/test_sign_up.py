from __future__ import annotations

import datetime as dt

import pytest

from core.models import RateCounter
from core.tokens import keyed_hash
from newsletters import limits
from newsletters.choices import (
    AlarmKind,
    ConsentAction,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models import (
    ConsentEvent,
    Delivery,
    OperatorAlarm,
    SignUp,
    Subscriber,
    SubscriptionRequest,
)
from newsletters.origins import Origin
from newsletters.services import sign_up as service
from newsletters.services.sign_up import (
    SignUpRefused,
    deal_with_sign_up,
    deal_with_waiting_sign_ups,
    receive_sign_up,
)
from newsletters.services.suppression import suppress
from tests.factories.newsletters import NOW, make_subscriber, make_topic
from tests.newsletters.signing_up import ADDRESS, confirm, make_ask, sign_up

pytestmark = pytest.mark.django_db


def mails() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("mailing__key", flat=True))


def later(**period: float) -> dt.datetime:
    return NOW + dt.timedelta(**period)


class TestOfANewAddress:
    def test_asks_for_confirmation_and_sends_nothing_else(self):
        topic = make_topic("news")
        request = sign_up(topic, frequency="weekly", waits_for_language=True)
        subscriber = Subscriber.objects.get()
        assert subscriber.state == SubscriberState.PENDING
        assert subscriber.address == ADDRESS
        assert subscriber.address_hash == keyed_hash(ADDRESS)
        assert request is not None
        assert (request.frequency, request.waits_for_language, request.locale) == ("weekly", True, "en")
        assert request.expires_at == later(days=7)
        delivery = Delivery.objects.get()
        assert (delivery.mailing.key, delivery.reference, delivery.lane) == ("system:confirm", request.pk, 0)
        assert not subscriber.subscriptions.exists()

    def test_is_recorded_with_the_words_shown_and_a_truncated_network(self):
        sign_up(make_topic("news"))
        event = ConsentEvent.objects.get()
        assert event.action == ConsentAction.REQUESTED
        assert event.consent_text is not None
        assert event.consent_text.body == "I agree."
        assert event.details["topics"] == ["news"]
        assert (event.context.network, event.context.browser, event.context.page) == (
            "192.0.2.0/24",
            "Firefox",
            "/en/bulletins/",
        )

    def test_may_be_written_another_way_until_it_is_confirmed(self):
        topic = make_topic()
        sign_up(topic, address="WANG@readers.example")
        sign_up(topic, address="Wang@readers.example", at=later(days=2))
        assert Subscriber.objects.get().address == "Wang@readers.example"

    def test_leaves_topics_out_that_were_closed_meanwhile(self):
        first, second = make_topic(), make_topic()
        number = receive_sign_up(ask=make_ask(first, second), at=NOW)
        first.is_open = False
        first.save()
        assert number is not None
        deal_with_sign_up(number=number, at=NOW)
        assert list(SubscriptionRequest.objects.get().topics.all()) == [second]


class TestOfAKnownAddress:
    def test_gets_one_confirmation_a_day(self):
        topic, other = make_topic(), make_topic()
        for hour in range(3):
            sign_up(topic, other, at=later(hours=hour))
        assert mails() == ["system:confirm"]
        sign_up(topic, at=later(hours=25))
        assert mails() == ["system:confirm"] * 2

    def test_asks_again_for_topics_that_it_does_not_receive(self):
        first, second = make_topic(), make_topic()
        request = sign_up(first)
        assert request is not None
        confirm(request)
        sign_up(first, second, at=later(hours=1))
        assert mails() == ["system:confirm", "system:welcome", "system:confirm"]
        assert Subscriber.objects.get().subscriptions.filter(ended_at=None).count() == 1

    def test_is_told_once_a_day_that_it_receives_them(self):
        topic = make_topic()
        make_subscriber(ADDRESS, topics=(topic,))
        for hour in range(4):
            sign_up(topic, at=later(hours=hour))
        assert mails() == ["system:already_subscribed"]
        assert not SubscriptionRequest.objects.exists()

    @pytest.mark.parametrize(
        ("scope", "reason", "is_written_to"),
        [
            (SuppressionScope.SIGN_UP, SuppressionReason.NOT_ME, False),
            (SuppressionScope.ADDRESS, SuppressionReason.BOUNCED, False),
            (SuppressionScope.BULLETINS, SuppressionReason.COMPLAINT, False),
            (SuppressionScope.BULLETINS, SuppressionReason.OPERATOR, False),
            (SuppressionScope.BULLETINS, SuppressionReason.UNSUBSCRIBED, True),
            (SuppressionScope.BULLETINS, SuppressionReason.ERASED, True),
        ],
    )
    def test_that_is_suppressed_hears_only_if_it_left_by_itself(self, scope, reason, is_written_to):
        suppress(address_hash=keyed_hash(ADDRESS), scope=scope, reason=reason, at=NOW)
        sign_up(make_topic())
        assert bool(mails()) == is_written_to
        assert Subscriber.objects.exists() == is_written_to

    def test_hears_again_when_the_suppression_has_ended(self):
        suppress(
            address_hash=keyed_hash(ADDRESS),
            scope=SuppressionScope.SIGN_UP,
            reason=SuppressionReason.NOT_ME,
            at=NOW,
            until=later(days=365),
        )
        sign_up(make_topic(), at=later(days=364))
        assert not mails()
        sign_up(make_topic(), at=later(days=366))
        assert mails() == ["system:confirm"]


class TestGuards:
    @pytest.mark.parametrize(
        "fields",
        [
            {"trap": "https://example.com"},
            {"form_made_at": NOW - dt.timedelta(seconds=1)},
            {"form_made_at": NOW + dt.timedelta(minutes=1)},
            {"form_made_at": NOW - dt.timedelta(hours=25)},
        ],
    )
    def test_refuse_what_no_person_does(self, fields):
        with pytest.raises(SignUpRefused) as caught:
            receive_sign_up(ask=make_ask(make_topic(), **fields), at=NOW)
        assert caught.value.reason
        assert not caught.value.is_for_now
        assert not SignUp.objects.exists()

    def test_turn_one_address_away_without_a_word(self):
        topic = make_topic()
        numbers = [receive_sign_up(ask=make_ask(topic), at=NOW) for _time in range(8)]
        assert [number is not None for number in numbers] == [True] * 5 + [False] * 3

    def test_turn_a_network_away(self):
        topic = make_topic()

        def ask(number: int, network: str) -> None:
            origin = Origin(network=network)
            receive_sign_up(ask=make_ask(topic, address=f"a{number}@d{number}.example", origin=origin), at=NOW)

        for number in range(limits.NETWORK.count):
            ask(number, "192.0.2.0/24")
        with pytest.raises(SignUpRefused) as caught:
            ask(99, "192.0.2.0/24")
        assert caught.value.is_for_now
        ask(99, "198.51.100.0/24")

    def test_do_not_take_an_unknown_network_for_one(self):
        topic = make_topic()
        for number in range(limits.NETWORK.count + 5):
            receive_sign_up(ask=make_ask(topic, address=f"a{number}@b.example", origin=Origin()), at=NOW)

    def test_turn_a_mail_domain_away(self, settings):
        settings.AVOW_SIGN_UPS_PER_HOUR = 10
        topic = make_topic()
        for number in range(5):
            receive_sign_up(ask=make_ask(topic, address=f"a{number}@victim.example"), at=NOW)
        with pytest.raises(SignUpRefused):
            receive_sign_up(ask=make_ask(topic, address="a6@victim.example"), at=NOW)
        receive_sign_up(ask=make_ask(topic, address="a6@other.example"), at=NOW)

    def test_break_the_circuit_of_the_whole_site_with_one_alarm(self, settings):
        settings.AVOW_SIGN_UPS_PER_HOUR = 4
        topic = make_topic()
        refused = 0
        for number in range(10):
            origin = Origin(network=f"192.0.{number}.0/24")
            ask = make_ask(topic, address=f"a@d{number}.example", origin=origin)
            try:
                receive_sign_up(ask=ask, at=NOW)
            except SignUpRefused:
                refused += 1
        assert refused == 6
        alarm = OperatorAlarm.objects.get()
        assert (alarm.kind, alarm.count) == (AlarmKind.SIGN_UPS, 1)
        receive_sign_up(ask=make_ask(topic, address="b@e.example", at=later(hours=3)), at=later(hours=3))

    def test_let_no_single_network_break_it(self, settings):
        settings.AVOW_SIGN_UPS_PER_HOUR = 1000
        topic = make_topic()
        for number in range(60):
            try:
                receive_sign_up(ask=make_ask(topic, address=f"a@d{number}.example"), at=NOW)
            except SignUpRefused:
                continue
        counter = RateCounter.objects.get(name="sign_up_site")
        assert counter.count == limits.NETWORK.count

    def test_keep_no_address_or_network(self):
        receive_sign_up(ask=make_ask(make_topic()), at=NOW)
        kept = str(list(RateCounter.objects.values_list()))
        assert "wang" not in kept
        assert "192.0" not in kept


class TestAfterACrash:
    def test_the_next_run_deals_with_what_was_left(self):
        receive_sign_up(ask=make_ask(make_topic()), at=NOW)
        deal_with_waiting_sign_ups(at=later(minutes=1))
        assert mails() == ["system:confirm"]
        assert not SignUp.objects.exists()

    def test_a_fault_keeps_the_row_and_logs_nothing_that_was_typed(self, monkeypatch, caplog):
        def fail(**_arguments: object) -> None:
            message = f"Key (address_key)=({ADDRESS}) already exists."
            raise ValueError(message)

        monkeypatch.setattr(service, "queue_system_mail", fail)
        receive_sign_up(ask=make_ask(make_topic()), at=NOW)
        deal_with_waiting_sign_ups(at=NOW)
        assert SignUp.objects.count() == 1
        assert not Subscriber.objects.exists()
        assert "ValueError" in caplog.text
        assert "wang" not in caplog.text
