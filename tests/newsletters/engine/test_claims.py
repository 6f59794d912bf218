import datetime as dt
import uuid

import pytest
from django.db import connection as django_connection

from newsletters.choices import DeliveryState, MailingState, SuppressionScope
from newsletters.engine.claims import POISON_AFTER, SUSPECT_AFTER, Claimer
from newsletters.engine.database import connect
from newsletters.models import Delivery, Destination, Subscription, Suppression
from tests.factories.newsletters import make_delivery, make_mailing, make_subscriber, make_topic
from tests.newsletters.engine.running import NOW, ready

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = dt.timedelta(seconds=60)
MONTH = dt.timedelta(days=30)


@pytest.fixture
def claimers():
    """Make claimers of workers of their own."""
    made = []

    def make():
        made.append(Claimer(connect("test"), uuid.uuid4(), LEASE, MONTH))
        return made[-1]

    yield make
    for claimer in made:
        claimer.connection.close()


@pytest.fixture
def mailing():
    return make_mailing()


def claim(claimer, mailing, limit=100, **more):
    return claimer.claim(mailing.lane, limit, **more)


def ids(rows):
    return [row.id for row in rows]


def set_age_of_bucket(name, seconds):
    with django_connection.cursor() as cursor:
        cursor.execute(
            "UPDATE newsletters_destination SET refilled_at = refilled_at - %s * interval '1 second' WHERE name = %s",
            [seconds, name],
        )


class TestClaiming:
    def test_takes_what_is_due_oldest_first_with_a_lease_and_a_new_token(self, claimers, mailing):
        later, sooner = ready(mailing, 2)
        Delivery.objects.filter(pk=sooner.pk).update(next_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        ready(mailing, 1, next_at=NOW + dt.timedelta(hours=1))
        claimer = claimers()
        assert ids(claim(claimer, mailing)) == [sooner.pk, later.pk]
        row = Delivery.objects.get(pk=later.pk)
        assert (row.state, row.worker, row.lease_token) == (DeliveryState.CLAIMED, claimer.worker, 1)
        assert row.lease_until > NOW

    def test_gives_no_delivery_to_two_workers(self, claimers, mailing):
        ready(mailing, 9)
        first, second = claimers(), claimers()
        # While the first holds its locks, the second passes them over and does not wait.
        with first.connection.transaction():
            mine = claim(first, mailing, 5)
            theirs = claim(second, mailing, 9)
        assert len(mine) == 5
        assert len(theirs) == 4
        assert not set(ids(mine)) & set(ids(theirs))

    def test_shares_among_mailings(self, claimers):
        long, short = make_mailing(), make_mailing()
        ready(long, 20)
        few = ready(short, 3)
        got = claimers().claim(long.lane, 10)
        assert {each.pk for each in few} < set(ids(got))
        assert len(got) == 5 + 3

    @pytest.mark.parametrize("state", [MailingState.PAUSED, MailingState.CANCELLED, MailingState.DONE])
    def test_leaves_mailings_alone_that_are_not_being_sent(self, claimers, state):
        mailing = make_mailing(state=state)
        ready(mailing, 1)
        claimer = claimers()
        assert claim(claimer, mailing) == []
        assert not claimer.has_open()
        assert not claimer.has_due([mailing.lane])

    @pytest.mark.parametrize(
        ("scope", "is_ended"),
        [
            (SuppressionScope.ADDRESS, True),
            (SuppressionScope.BULLETINS, True),
            (SuppressionScope.TOPIC, True),
            (SuppressionScope.SIGN_UP, False),
        ],
    )
    def test_ends_what_is_suppressed_on_the_way(self, claimers, scope, is_ended):
        topic = make_topic()
        mailing = make_mailing(topic=topic)
        (delivery,) = ready(mailing, 1, topic)
        Suppression.objects.create(
            address_hash=delivery.subscriber.address_hash,
            scope=scope,
            topic=topic if scope == SuppressionScope.TOPIC else None,
            reason="complaint",
            created_at=NOW,
        )
        got = claim(claimers(), mailing)
        delivery.refresh_from_db()
        assert (got == []) is is_ended
        assert delivery.state == (DeliveryState.SUPPRESSED if is_ended else DeliveryState.CLAIMED)
        assert (delivery.worker is None) is is_ended

    def test_ends_what_a_reader_left_after_freezing(self, claimers):
        topic = make_topic()
        mailing = make_mailing(topic=topic)
        (delivery,) = ready(mailing, 1, topic)
        Subscription.objects.update(ended_at=NOW, ended_reason="page")
        assert claim(claimers(), mailing) == []
        delivery.refresh_from_db()
        assert delivery.state == DeliveryState.SUPPRESSED

    def test_takes_a_suspect_alone_and_gives_the_poisonous_up(self, claimers, mailing):
        suspects = ready(mailing, 2, recoveries=SUSPECT_AFTER)
        healthy = ready(mailing, 3)
        claimer = claimers()
        assert sorted(ids(claim(claimer, mailing))) == sorted(each.pk for each in healthy)
        assert ids(claim(claimer, mailing)) == [suspects[0].pk]
        Delivery.objects.filter(pk=suspects[1].pk).update(recoveries=POISON_AFTER)
        assert claim(claimer, mailing) == []
        suspects[1].refresh_from_db()
        assert (suspects[1].state, suspects[1].reply) == (DeliveryState.REJECTED, "Given up: workers died over it.")

    def test_passes_slow_destinations_over_and_comes_back_for_what_was_released(self, claimers, mailing):
        slow = [make_subscriber(f"a{number}@slow.example") for number in range(2)]
        for subscriber in slow:
            ready_for(mailing, subscriber)
        others = ready(mailing, 2)
        claimer = claimers()
        got = claim(claimer, mailing, slow={"slow.example"})
        assert sorted(ids(got)) == sorted(each.pk for each in others)
        assert claimer.release([got[0].id]) == 1
        claimer.look_again()
        assert ids(claim(claimer, mailing, slow={"slow.example"})) == [got[0].id]
        assert len(claim(claimer, mailing)) == 2

    def test_releases_only_its_own_and_only_what_is_claimed(self, claimers, mailing):
        first, second = claimers(), claimers()
        mine, inflight, theirs = ready(mailing, 3)
        claim(first, mailing, 2)
        claim(second, mailing, 1)
        Delivery.objects.filter(pk=inflight.pk).update(state=DeliveryState.INFLIGHT)
        assert first.release() == 1
        kept = {row.pk: row.state for row in Delivery.objects.all()}
        assert kept[mine.pk] == DeliveryState.READY
        assert kept[inflight.pk] == DeliveryState.INFLIGHT
        assert kept[theirs.pk] == DeliveryState.CLAIMED

    def test_renews_a_lease_once_half_of_it_has_passed(self, claimers, mailing):
        fresh, old = ready(mailing, 2)
        claimer = claimers()
        claim(claimer, mailing)
        Delivery.objects.filter(pk=old.pk).update(lease_until=NOW + dt.timedelta(seconds=10))
        before = Delivery.objects.get(pk=fresh.pk).lease_until
        claimer.renew()
        assert Delivery.objects.get(pk=fresh.pk).lease_until == before
        assert Delivery.objects.get(pk=old.pk).lease_until > NOW + dt.timedelta(seconds=30)


def ready_for(mailing, subscriber):
    return make_delivery(mailing, subscriber, state=DeliveryState.READY, created_at=NOW)


class TestTokenBuckets:
    def limited(self, name="slow.example", **fields):
        return Destination.objects.create(name=name, **{"per_minute": 60, "burst": 3, **fields})

    def deliveries(self, mailing, count, domain="slow.example"):
        return [ready_for(mailing, make_subscriber(f"r{number}@{domain}")) for number in range(count)]

    def test_allows_the_burst_and_then_what_time_refills(self, claimers, mailing):
        self.limited()
        self.deliveries(mailing, 9)
        claimer = claimers()
        assert len(claim(claimer, mailing)) == 3
        assert claim(claimer, mailing) == []
        set_age_of_bucket("slow.example", 2)  # at one a second
        assert len(claim(claimer, mailing)) == 2
        set_age_of_bucket("slow.example", 3600)
        assert len(claim(claimer, mailing)) == 3  # never more than the burst

    def test_survives_a_restart_and_counts_for_all_workers(self, claimers, mailing):
        self.limited()
        self.deliveries(mailing, 9)
        assert len(claim(claimers(), mailing)) == 3
        assert claim(claimers(), mailing) == []

    def test_holds_nobody_else_back(self, claimers, mailing):
        self.limited(burst=1)
        self.deliveries(mailing, 5)
        others = self.deliveries(mailing, 4, "fast.example")
        got = claim(claimers(), mailing)
        assert {each.pk for each in others} < set(ids(got))
        assert len(got) == 5

    def test_limits_everything_together(self, claimers, mailing):
        self.limited("*", burst=2)
        self.deliveries(mailing, 5)
        claimer = claimers()
        assert len(claim(claimer, mailing)) == 2
        assert claim(claimer, mailing) == []

    def test_takes_nothing_for_a_closed_destination_until_it_opens(self, claimers, mailing):
        closed = self.limited(per_minute=None, closed_until=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
        self.deliveries(mailing, 2)
        claimer = claimers()
        assert claim(claimer, mailing) == []
        assert claimer.has_due([mailing.lane])
        Destination.objects.filter(pk=closed.pk).update(closed_until=NOW - dt.timedelta(hours=1))
        assert len(claim(claimer, mailing)) == 2
