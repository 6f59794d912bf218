import datetime as dt
import uuid
from dataclasses import replace

import pytest

from newsletters.choices import DeliveryState, MailingState
from newsletters.engine.claims import Claimer
from newsletters.engine.database import connect
from newsletters.engine.ledger import Batch, Ledger, LedgerLostError, Result
from newsletters.engine.reaper import Reaped, reap, reap_worker
from newsletters.models import Delivery, Mailing, Subscription, Worker
from tests.factories.newsletters import make_mailing, make_topic
from tests.newsletters.engine.running import NOW, ready

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = dt.timedelta(seconds=60)
MONTH = dt.timedelta(days=30)
PATIENCE = dt.timedelta(seconds=30)


@pytest.fixture
def connection():
    made = connect("test")
    yield made
    made.close()


class At:
    """A worker that has claimed all of a mailing."""

    def __init__(self, connection, mailing=None, count=2, topic=None, **fields):
        self.connection = connection
        self.id = uuid.uuid4()
        self.mailing = mailing or make_mailing(topic=topic)
        self.deliveries = ready(self.mailing, count, topic, **fields)
        self.claimer = Claimer(connection, self.id, LEASE, MONTH)
        self.rows = self.claimer.claim(self.mailing.lane, 100)
        self.ledger = Ledger(connection, self.id, lease=LEASE, max_age=MONTH)

    def intend(self, *rows):
        return self.ledger.write(Batch([], [(row.id, row.token, row.mailing_id) for row in rows or self.rows]))

    def tell(self, row, state="accepted", **fields):
        return self.ledger.write(Batch([Result(row.id, row.token, state, **fields)]))


def state_of(row):
    return Delivery.objects.get(pk=row.id)


class TestIntents:
    def test_stand_before_anything_leaves(self, connection):
        at = At(connection)
        answer = at.intend()
        assert answer.granted == {row.id for row in at.rows}
        kept = state_of(at.rows[0])
        assert (kept.state, kept.worker) == (DeliveryState.INFLIGHT, at.id)
        assert kept.intent_at is not None

    def test_are_granted_once(self, connection):
        at = At(connection)
        at.intend()
        assert at.intend().granted == frozenset()

    def test_are_committed_on_the_disk_whatever_the_role_says(self, connection):
        at = At(connection)
        assert at.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)

    def test_are_refused_under_an_old_token(self, connection):
        at = At(connection)
        old = replace(at.rows[0], token=at.rows[0].token - 1)
        assert at.intend(old, at.rows[1]).granted == {at.rows[1].id}
        assert state_of(old).state == DeliveryState.CLAIMED

    def test_are_refused_to_another_worker(self, connection):
        at = At(connection)
        other = Ledger(connection, uuid.uuid4(), lease=LEASE, max_age=MONTH)
        row = at.rows[0]
        assert other.write(Batch([], [(row.id, row.token, row.mailing_id)])).granted == frozenset()
        assert state_of(row).state == DeliveryState.CLAIMED

    def test_are_refused_once_the_lease_ran_out(self, connection):
        at = At(connection)
        Delivery.objects.update(lease_until=NOW - dt.timedelta(seconds=1))
        assert at.intend().granted == frozenset()

    @pytest.mark.parametrize(
        ("state", "left"),
        [(MailingState.PAUSED, DeliveryState.READY), (MailingState.CANCELLED, DeliveryState.SUPPRESSED)],
    )
    def test_are_refused_when_the_mailing_was_stopped(self, connection, state, left):
        at = At(connection)
        Mailing.objects.update(state=state)
        answer = at.intend()
        assert (answer.granted, answer.stopped_mailings) == (frozenset(), {at.mailing.pk})
        assert {row.state for row in Delivery.objects.all()} == {left}

    def test_are_refused_to_who_left_after_the_claim(self, connection):
        at = At(connection, topic=make_topic())
        left, stays = at.rows
        Subscription.objects.filter(subscriber=left.subscriber_id).update(ended_at=NOW, ended_reason="one_click")
        assert at.intend().granted == {stays.id}
        assert state_of(left).state == DeliveryState.SUPPRESSED

    @pytest.mark.parametrize(("attempt", "left"), [(0, DeliveryState.SUPPRESSED), (1, DeliveryState.REJECTED)])
    def test_are_refused_after_the_time(self, connection, attempt, left):
        at = At(connection, count=1, attempt=attempt)
        Delivery.objects.update(expires_at=NOW - dt.timedelta(seconds=1))
        assert at.intend().granted == frozenset()
        assert state_of(at.rows[0]).state == left


class TestResults:
    def test_are_written_with_what_the_relay_said(self, connection):
        at = At(connection)
        at.intend()
        row = at.rows[0]
        at.tell(row, code=250, enhanced="2.0.0", reply="2.0.0 for r1@readers.example\0 kept")
        kept = state_of(row)
        assert (kept.state, kept.attempt, kept.smtp_code) == (DeliveryState.ACCEPTED, 1, 250)
        assert (kept.reply, kept.lease_until) == ("2.0.0 for …  kept", None)

    def test_free_the_row_for_another_attempt(self, connection):
        at = At(connection)
        at.intend()
        at.tell(at.rows[0], "ready", delay=60.0, code=451)
        kept = state_of(at.rows[0])
        assert (kept.state, kept.worker, kept.ended_at, kept.attempt) == (DeliveryState.READY, None, None, 1)
        assert kept.next_at > NOW + dt.timedelta(seconds=30)

    def test_come_too_late_when_somebody_else_has_the_row(self, connection):
        at = At(connection, count=1)
        assert reap_worker(connection, at.id) == Reaped(1, 0)
        (taken,) = Claimer(connection, uuid.uuid4(), LEASE, MONTH).claim(at.mailing.lane, 10)
        answer = at.tell(at.rows[0])
        assert answer.unwritten_results == 1
        assert (state_of(taken).state, state_of(taken).lease_token) == (DeliveryState.CLAIMED, taken.token)

    def test_settle_what_was_called_uncertain_meanwhile(self, connection):
        at = At(connection, count=1)
        at.intend()
        Delivery.objects.update(lease_until=NOW - dt.timedelta(seconds=1))
        assert reap(connection, patience=PATIENCE) == Reaped(0, 1)
        assert at.tell(at.rows[0]).unwritten_results == 0
        assert state_of(at.rows[0]).state == DeliveryState.ACCEPTED

    def test_and_intents_travel_together(self, connection):
        at = At(connection)
        first, second = at.rows
        at.intend(first)
        answer = at.ledger.write(
            Batch([Result(first.id, first.token, "accepted")], [(second.id, second.token, second.mailing_id)])
        )
        assert (answer.granted, answer.unwritten_results) == ({second.id}, 0)

    def test_are_not_known_when_the_connection_breaks(self, connection):
        at = At(connection)
        with connect("killer") as killer:
            killer.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        with pytest.raises(LedgerLostError):
            at.intend()
        assert state_of(at.rows[0]).state == DeliveryState.CLAIMED


class TestReaper:
    def test_lets_the_living_be(self, connection):
        at = At(connection)
        at.intend(at.rows[0])
        assert reap(connection, patience=PATIENCE) == Reaped()

    def test_makes_claims_ready_and_intents_uncertain(self, connection):
        at = At(connection)
        at.intend(at.rows[0])
        Worker.objects.create(id=at.id, host="m", process=1, connections=1, started_at=NOW, seen_at=NOW)
        Delivery.objects.update(lease_until=NOW - dt.timedelta(seconds=1))
        assert reap(connection, patience=PATIENCE) == Reaped(1, 1)
        begun, claimed = (state_of(row) for row in at.rows)
        assert (begun.state, begun.worker) == (DeliveryState.UNCERTAIN, at.id)
        assert (claimed.state, claimed.worker) == (DeliveryState.READY, None)
        assert (begun.recoveries, claimed.recoveries) == (1, 1)

    def test_forgets_workers_that_are_silent(self, connection):
        now = dt.datetime.now(dt.UTC)
        for seconds in (5, 40):
            seen = now - dt.timedelta(seconds=seconds)
            Worker.objects.create(id=uuid.uuid4(), host="m", process=1, connections=1, started_at=seen, seen_at=seen)
        reap(connection, patience=PATIENCE)
        assert Worker.objects.count() == 1

    def test_leaves_it_to_the_one_who_is_at_it(self, connection):
        at = At(connection)
        Delivery.objects.update(lease_until=NOW - dt.timedelta(seconds=1))
        with connect("other") as other, other.transaction():
            assert reap(other, patience=PATIENCE) == Reaped(2, 0)
            assert reap(connection, patience=PATIENCE) == Reaped()
        assert state_of(at.rows[0]).state == DeliveryState.READY

    @pytest.mark.parametrize(("resends", "is_resent"), [(True, True), (False, False)])
    def test_sends_the_uncertain_once_more_where_the_mailing_wants_it(self, connection, resends, is_resent):
        at = At(connection, make_mailing(resends_uncertain=resends), count=1)
        at.intend()
        reap_worker(connection, at.id)
        Delivery.objects.update(ended_at=NOW - dt.timedelta(hours=1))
        Mailing.objects.update(state=MailingState.DONE)
        reap(connection, patience=PATIENCE)
        kept = state_of(at.rows[0])
        assert (kept.state == DeliveryState.READY) is is_resent
        assert (Mailing.objects.get().state == MailingState.SENDING) is is_resent
        Delivery.objects.update(state=DeliveryState.UNCERTAIN, ended_at=NOW - dt.timedelta(hours=1))
        reap(connection, patience=PATIENCE)
        assert state_of(at.rows[0]).state == DeliveryState.UNCERTAIN  # never a third time
