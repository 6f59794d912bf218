"""What follows from bounces, and for whom."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from home.bootstrap import OPERATORS
from newsletters.choices import (
    BounceKind,
    ConsentAction,
    DeliveryState,
    EndedReason,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.links import return_path
from newsletters.models import Bounce, ConsentEvent, Delivery, OperatorAlarm, Subscription, Suppression
from newsletters.services.bounces import take_in
from newsletters.services.consent import verify_consent
from newsletters.services.grading import decide_held, grade
from tests.factories.newsletters import NOW, make_delivery, make_mailing, make_subscriber, make_topic
from tests.newsletters import bounce_messages as messages
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
_numbers = iter(range(10**9))


@pytest.fixture
def topics():
    return make_topic("news"), make_topic("alerts")


@pytest.fixture
def reader(topics):
    return make_subscriber(topics=topics)


def come_back(subscriber, kind, *, at=NOW, final=False, channel="pipe", delivery=None, **fields):
    """Let a message to the subscriber come back, and grade it."""
    delivery = delivery or make_delivery(make_mailing(), subscriber)
    bounce = Bounce.objects.create(
        delivery=delivery,
        source_key=f"{next(_numbers):064}",
        kind=kind,
        is_final=final,
        channel=channel,
        received_at=at,
        **fields,
    )
    grade(at=at)
    bounce.refresh_from_db()
    return bounce


def is_subscribed(subscriber):
    return Subscription.objects.filter(subscriber=subscriber, ended_at=None).count() == 2


class TestOutOfReach:
    """Reports of the network count for nobody until nothing has got through for sixty days."""

    def fail(self, reader, *days):
        effects = []
        for day in days:
            at = NOW + day * DAY
            delivery = make_delivery(make_mailing(), reader, ended_at=at - 5 * DAY)
            effects.append(come_back(reader, BounceKind.NETWORK, at=at, delivery=delivery).effect)
        return effects

    @pytest.fixture
    def others_get_mail(self):
        make_delivery(make_mailing(), make_subscriber("x@elsewhere.example"), ended_at=NOW + 10 * DAY)

    @pytest.mark.usefixtures("others_get_mail")
    def test_ends_what_nothing_reaches_for_sixty_days(self, reader):
        assert self.fail(reader, 0, 30, 59, 60) == ["none", "none", "none", "ended"]
        assert not is_subscribed(reader)
        evidence = Suppression.objects.get(scope=SuppressionScope.ADDRESS).evidence
        assert evidence.endswith(f"nothing got through since {NOW.date()}")

    @pytest.mark.usefixtures("others_get_mail")
    def test_waits_for_a_third_day(self, reader):
        assert self.fail(reader, 0, 100) == ["none", "none"]
        assert is_subscribed(reader)

    @pytest.mark.usefixtures("others_get_mail")
    def test_begins_anew_with_a_message_that_got_through(self, reader):
        self.fail(reader, 0, 30)
        make_delivery(make_mailing(), reader, ended_at=NOW + 40 * DAY)
        assert self.fail(reader, 60, 61, 62) == ["none"] * 3
        assert is_subscribed(reader)

    @pytest.mark.usefixtures("others_get_mail")
    def test_takes_no_message_for_arrived_that_may_still_come_back(self, reader):
        self.fail(reader, 0, 30)
        make_delivery(make_mailing(), reader, ended_at=NOW + 69 * DAY)
        assert self.fail(reader, 70) == ["ended"]

    def test_blames_nobody_while_our_own_network_fails(self, reader):
        assert self.fail(reader, 0, 30, 60, 90) == ["none"] * 4
        assert is_subscribed(reader)


class TestRecipient:
    def test_a_dead_address_ends_everything_and_is_remembered(self, reader):
        waiting = make_delivery(make_mailing(), reader, state=DeliveryState.READY)
        confirmation = make_delivery(make_mailing(lane=0), reader, state=DeliveryState.READY)
        bounce = come_back(reader, BounceKind.RECIPIENT, final=True, status="5.1.1")

        assert bounce.effect == "ended"
        rows = Subscription.objects.filter(subscriber=reader)
        assert {(row.ended_reason, row.ended_by_delivery) for row in rows} == {
            (EndedReason.BOUNCED, bounce.delivery_id)
        }
        suppression = Suppression.objects.get(scope=SuppressionScope.ADDRESS)
        assert (suppression.reason, suppression.address_hash) == (SuppressionReason.BOUNCED, reader.address_hash)
        assert suppression.evidence == f"delivery {bounce.delivery_id}, 5.1.1"
        for row in (waiting, confirmation):
            row.refresh_from_db()
            assert row.state == DeliveryState.SUPPRESSED
        assert set(ConsentEvent.objects.values_list("action", flat=True)) == {ConsentAction.BOUNCED}
        assert list(verify_consent()) == []

    def test_a_full_mailbox_counts_once_a_day(self, reader):
        first = come_back(reader, BounceKind.MAILBOX_FULL)
        second = come_back(reader, BounceKind.MAILBOX_FULL)
        reader.refresh_from_db()
        assert (first.effect, second.effect, float(reader.bounce_score)) == ("scored", "none", 0.5)
        assert is_subscribed(reader)

    def test_ten_bad_days_end_everything(self, reader):
        effects = [come_back(reader, BounceKind.RECIPIENT, at=NOW + number * DAY).effect for number in range(10)]
        assert effects == ["scored"] * 9 + ["ended"]
        assert not is_subscribed(reader)

    def test_a_month_of_peace_takes_a_bad_day_back(self, reader):
        for number in range(4):
            come_back(reader, BounceKind.MAILBOX_FULL, at=NOW + number * DAY)
        come_back(reader, BounceKind.MAILBOX_FULL, at=NOW + 3 * DAY + 65 * DAY)
        reader.refresh_from_db()
        assert float(reader.bounce_score) == 2 - 1 + 0.5

    def test_days_are_those_of_taipei(self, reader):
        late = NOW.replace(hour=23, minute=50)
        come_back(reader, BounceKind.MAILBOX_FULL, at=late)
        come_back(reader, BounceKind.MAILBOX_FULL, at=late + dt.timedelta(minutes=20))
        reader.refresh_from_db()
        assert float(reader.bounce_score) == 1

    def test_an_old_report_counts_nothing(self, reader):
        come_back(reader, BounceKind.MAILBOX_FULL)
        assert come_back(reader, BounceKind.MAILBOX_FULL, at=NOW - DAY).effect == "none"

    def test_a_report_about_an_address_that_is_not_theirs_any_more_touches_nobody(self, reader):
        old = make_delivery(make_mailing(), reader, address="former@readers.example")
        assert come_back(reader, BounceKind.RECIPIENT, final=True, delivery=old).effect == "none"
        assert is_subscribed(reader)

    def test_mail_to_nobody_s_subscription_ends_nothing(self):
        test = make_delivery(make_mailing())
        Delivery.objects.update(subscriber=None)
        test.refresh_from_db()
        assert come_back(None, BounceKind.RECIPIENT, final=True, delivery=test).effect == "none"


class TestOthers:
    @pytest.mark.parametrize("kind", [BounceKind.NETWORK, BounceKind.UNKNOWN, BounceKind.SENDER])
    def test_what_is_not_about_the_recipient_touches_nobody(self, reader, kind):
        come_back(reader, kind, status="5.7.26", alarm="authentication" if kind == "sender" else "")
        reader.refresh_from_db()
        assert is_subscribed(reader)
        assert (reader.bounce_score, reader.bounced_on) == (0, None)
        assert not Suppression.objects.exists()

    def test_a_fault_of_ours_raises_an_alarm_that_counts(self, reader):
        for _number in range(3):
            come_back(reader, BounceKind.SENDER, alarm="dkim", diagnostic="550 5.7.20 no passing signature")
        alarm = OperatorAlarm.objects.get()
        assert (alarm.kind, alarm.count) == ("dkim", 3)
        assert alarm.sentence == "readers.example: 550 5.7.20 no passing signature"

    def test_a_whole_failure_of_our_signature_costs_no_reader(self, topics):
        readers = [make_subscriber(topics=topics) for _number in range(30)]
        for reader in readers:
            path = return_path(make_delivery(make_mailing(), reader).pk)
            words = "smtp; 550 5.7.26 unauthenticated email is not accepted due to the domain's DMARC policy"
            take_in(data=messages.postfix(path, status="5.7.26", diagnostic=words), channel="pipe", at=NOW)
        grade(at=NOW)
        assert all(is_subscribed(reader) for reader in readers)
        assert OperatorAlarm.objects.get().count == 30

    def test_a_complaint_ends_everything_and_keeps_bulletins_away(self, reader):
        assert come_back(reader, BounceKind.COMPLAINT).effect == "ended"
        suppression = Suppression.objects.get(scope=SuppressionScope.BULLETINS)
        assert suppression.reason == SuppressionReason.COMPLAINT
        assert set(ConsentEvent.objects.values_list("action", flat=True)) == {ConsentAction.COMPLAINED}
        assert not OperatorAlarm.objects.exists()

    def test_many_complaints_about_a_mailing_raise_an_alarm(self, topics):
        mailing = make_mailing("bulletin:loud:1")
        for _number in range(5):
            reader = make_subscriber(topics=topics)
            come_back(reader, BounceKind.COMPLAINT, delivery=make_delivery(mailing, reader))
        alarm = OperatorAlarm.objects.get()
        assert (alarm.kind, alarm.sentence) == ("complaints", "bulletin:loud:1: 5 complaints about 5 messages.")

    def test_a_report_without_our_token_changes_nobody_and_alarms_nobody(self, reader):
        for status in ("5.1.1", "5.7.26"):
            take_in(data=messages.postfix("x@agency.example", status=status), channel="pipe", at=NOW)
        grade(at=NOW)
        assert set(Bounce.objects.values_list("effect", flat=True)) == {"none"}
        assert is_subscribed(reader)
        assert not OperatorAlarm.objects.exists()

    def test_a_bounce_is_graded_once(self, reader):
        come_back(reader, BounceKind.SENDER, alarm="spf")
        assert grade(at=NOW + DAY) == 0
        assert OperatorAlarm.objects.get().count == 1

    def test_what_came_back_was_accepted(self, reader):
        uncertain = make_delivery(make_mailing(), reader, state=DeliveryState.UNCERTAIN)
        come_back(reader, BounceKind.MAILBOX_FULL, delivery=uncertain)
        uncertain.refresh_from_db()
        assert uncertain.state == DeliveryState.ACCEPTED


class TestRejections:
    def reject(self, subscriber, **fields):
        return make_delivery(make_mailing(), subscriber, state=DeliveryState.REJECTED, **fields)

    def test_what_the_engine_heard_counts_like_a_report(self, reader):
        row = self.reject(reader, smtp_code=550, enhanced_code="5.1.1", reply="550 5.1.1 <a@b.example> no such user")
        assert grade(at=NOW) == 1
        bounce = Bounce.objects.get()
        assert (bounce.delivery, bounce.channel, bounce.effect) == (row, "smtp", "ended")
        assert "@" not in bounce.diagnostic
        assert not is_subscribed(reader)

    def test_each_is_taken_in_once(self, reader):
        self.reject(reader, smtp_code=552, enhanced_code="5.2.2")
        assert [grade(at=NOW), grade(at=NOW + DAY)] == [1, 0]

    def test_what_an_operator_gave_up_says_nothing_about_the_address(self, reader):
        self.reject(reader, reply="550 5.1.1 was in the log, says the relay’s operator")
        grade(at=NOW)
        assert Bounce.objects.get().effect == "none"
        assert is_subscribed(reader)


class TestMassRefusals:
    def refuse(self, topics, *, refused, accepted=0, destination="big.example"):
        mailing = make_mailing()
        readers = [make_subscriber(f"r{next(_numbers)}@{destination}", topics=topics) for _number in range(refused)]
        for reader in readers:
            make_delivery(mailing, reader, state=DeliveryState.REJECTED, smtp_code=550, enhanced_code="5.1.1")
        for _number in range(accepted):
            make_delivery(mailing, make_subscriber(f"r{next(_numbers)}@{destination}"))
        grade(at=NOW)
        return readers

    def test_a_destination_that_calls_everybody_dead_is_not_believed(self, topics):
        readers = self.refuse(topics, refused=25)
        assert all(is_subscribed(reader) for reader in readers)
        assert set(Bounce.objects.values_list("effect", flat=True)) == {"held"}
        alarm = OperatorAlarm.objects.get()
        assert (alarm.kind, alarm.count) == ("mass_refusal", 25)
        assert grade(at=NOW) == 0

    @pytest.mark.parametrize(("refused", "accepted"), [(19, 0), (20, 181)])
    def test_few_or_a_small_share_are_believed(self, topics, refused, accepted):
        readers = self.refuse(topics, refused=refused, accepted=accepted)
        assert not any(is_subscribed(reader) for reader in readers)
        assert not OperatorAlarm.objects.exists()

    def test_what_was_a_fault_of_theirs_is_forgotten(self, topics):
        readers = self.refuse(topics, refused=20)
        assert decide_held(destination="big.example", is_true=False, reason="outage", user=None, at=NOW) == 20
        grade(at=NOW)
        assert all(is_subscribed(reader) for reader in readers)
        assert set(Bounce.objects.values_list("effect", flat=True)) == {"none"}

    def test_what_is_true_is_applied(self, topics):
        readers = self.refuse(topics, refused=20)
        operator = desk.sign_in(desk.make_user("Operator", group=OPERATORS))
        address = reverse("avow_mail:decide_held") + "?destination=big.example"
        assert "big.example: 20" in operator.get(reverse("avow_mail:bounces")).content.decode()
        assert "20 recipients" in operator.get(address).content.decode()
        response = desk.post(operator, address, {"decision": "apply", "reason": "they closed"})
        assert "20 bounces were decided" in desk.said(response)
        assert grade(at=NOW) == 20
        assert not any(is_subscribed(reader) for reader in readers)
        assert ModelLogEntry.objects.get().data["reason"] == "they closed"

    def test_nothing_held_is_not_found(self):
        operator = desk.sign_in(desk.make_user("Operator", group=OPERATORS))
        assert operator.get(reverse("avow_mail:decide_held") + "?destination=none.example").status_code == 404
        assert decide_held(destination="none.example", is_true=True, reason="", user=None, at=NOW) == 0

    def test_only_an_operator_decides(self, topics):
        self.refuse(topics, refused=20)
        author = desk.sign_in(desk.make_author())
        address = reverse("avow_mail:decide_held") + "?destination=big.example"
        desk.post(author, address, {"decision": "apply", "reason": "x"})
        assert set(Bounce.objects.values_list("effect", flat=True)) == {"held"}
