"""A whole worker against PostgreSQL and a real SMTP server."""

import datetime as dt
import email
import email.policy
import threading
import time

import pytest
from django.db import connection

from newsletters.choices import DeliveryState, EndedReason, MailingState, SubscriberState
from newsletters.engine.options import EngineOptions
from newsletters.engine.relays import relays_from_settings
from newsletters.engine.worker import Worker
from newsletters.models import Delivery, Mailing
from tests.factories.newsletters import make_body, make_delivery, make_mailing, make_subscriber, make_topic
from tests.newsletters.engine.running import NOW, QUICK, ready, smtp, states, work
from tests.newsletters.smtp.relays import aiosmtpd_relay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_chores")]


@pytest.fixture
def relay(settings):
    with aiosmtpd_relay(enable_SMTPUTF8=True) as (port, keeper):
        settings.SYSTEM_SMTP = settings.BULLETIN_SMTP = smtp(port)
        yield keeper


class TestWorker:
    def test_sends_what_is_ready_and_says_so(self, relay):
        topic = make_topic()
        mailing = make_mailing(topic=topic)
        make_body(mailing, text=["Leave: ", {"value": "unsubscribe_url"}, "\n"])
        deliveries = ready(mailing, 20, topic)
        work()
        assert states() == [DeliveryState.ACCEPTED] * 20
        assert sorted(rcpt for _sender, (rcpt,), _data in relay.kept) == sorted(each.address for each in deliveries)
        row = Delivery.objects.get(pk=deliveries[0].pk)
        assert (row.smtp_code, row.enhanced_code, row.attempt) == (250, "2.0.0", 1)
        assert row.intent_at < row.ended_at
        found = email.message_from_bytes(relay.kept[0][2], policy=email.policy.default)
        assert found["List-Unsubscribe"] in found["List-Unsubscribe"]
        assert found["List-Id"] == f"<{topic.list_id}>"

    def test_ends_a_refused_recipient(self, relay):
        mailing = make_mailing()
        make_delivery(mailing, make_subscriber("unknown1@readers.example"), state=DeliveryState.READY, created_at=NOW)
        ready(mailing, 3)
        work()
        assert states() == [DeliveryState.ACCEPTED] * 3 + [DeliveryState.REJECTED]
        row = Delivery.objects.get(state=DeliveryState.REJECTED)
        assert (row.smtp_code, row.enhanced_code, row.intent_at) == (550, "5.1.1", None)

    @pytest.mark.parametrize("state", [MailingState.PAUSED, MailingState.CANCELLED, MailingState.APPROVED])
    def test_sends_nothing_of_a_mailing_that_is_not_being_sent(self, relay, state):
        ready(make_mailing(state=state), 2)
        work()
        assert relay.kept == []
        assert states() == [DeliveryState.READY] * 2

    def test_sends_nothing_to_those_who_left_meanwhile(self, relay):
        topic = make_topic()
        mailing = make_mailing(topic=topic)
        deliveries = ready(mailing, 4, topic)
        left, erased, stays, pending = (each.subscriber for each in deliveries)
        left.subscriptions.update(ended_at=NOW, ended_reason=EndedReason.PAGE)
        erased.state, erased.address, erased.address_key = SubscriberState.ERASED, None, None
        erased.save()
        pending.state = SubscriberState.PENDING
        pending.save()
        work()
        assert [rcpt for _sender, (rcpt,), _data in relay.kept] == [stays.address]
        assert states() == [DeliveryState.ACCEPTED] + [DeliveryState.SUPPRESSED] * 3

    def test_gives_up_what_has_expired(self, relay):
        ready(make_mailing(), 1, expires_at=NOW - dt.timedelta(minutes=1))
        ready(make_mailing(expires_at=NOW - dt.timedelta(minutes=1)), 1)
        ready(make_mailing(), 1, expires_at=NOW - dt.timedelta(minutes=1), attempt=2)
        work()
        assert relay.kept == []
        assert states() == [DeliveryState.REJECTED] + [DeliveryState.SUPPRESSED] * 2

    def test_finishes_in_order_when_asked_to_stop(self, relay):
        ready(make_mailing(), 30)
        worker = Worker(relays_from_settings(2, timeouts=QUICK), EngineOptions(connections=2, poll=0.1, timeouts=QUICK))
        thread = threading.Thread(target=worker.run)
        thread.start()
        while not relay.kept:
            time.sleep(0.01)
        began = time.monotonic()
        worker.stop()
        thread.join(15)
        assert time.monotonic() - began < 10
        kept = len(relay.kept)
        assert states().count(DeliveryState.ACCEPTED) == kept
        assert states().count(DeliveryState.READY) == 30 - kept
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM newsletters_worker")
            assert cursor.fetchone() == (0,)

    def test_keeps_mail_in_files_where_no_relay_is_named(self, settings, tmp_path):
        settings.SYSTEM_SMTP = settings.BULLETIN_SMTP = None
        settings.AVOW_OUTBOX = tmp_path / "outbox"
        deliveries = ready(make_mailing(), 3)
        work()
        assert states() == [DeliveryState.ACCEPTED] * 3
        for delivery in deliveries:
            found = email.message_from_bytes((tmp_path / "outbox" / f"{delivery.pk}.eml").read_bytes())
            assert found["Delivered-To"] == delivery.address
        assert not list((tmp_path / "outbox").glob(".*"))

    def test_tells_editors_why_it_stopped(self, settings):
        with aiosmtpd_relay() as (port, _keeper):
            settings.SYSTEM_SMTP = settings.BULLETIN_SMTP = {**smtp(port), "tls": "starttls"}
            mailing = make_mailing()
            ready(mailing, 2)
            worker = work()
        assert worker.trouble
        mailing = Mailing.objects.get()
        assert mailing.state == MailingState.PAUSED
        assert "not secure" in mailing.paused_reason
        assert states() == [DeliveryState.READY] * 2
