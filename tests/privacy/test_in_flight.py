"""Erasing somebody while the engine itself sends to them."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from core.data_register import person_of_text
from newsletters.choices import DeliveryState
from newsletters.engine.claims import Claimer
from newsletters.engine.database import connect
from newsletters.engine.ledger import Batch, Ledger, Result
from newsletters.models import Delivery
from newsletters.services.uncertain import Decision, decide_uncertain
from privacy.services.erasing import erase_everything
from tests.factories.newsletters import make_mailing
from tests.newsletters.engine.running import NOW, ready

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = dt.timedelta(seconds=60)
MONTH = dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def erasures(settings, tmp_path):
    settings.AVOW_ERASURES = tmp_path / "erasures.txt"


@pytest.fixture
def connection():
    made = connect("test")
    yield made
    made.close()


class TestInFlight:
    @pytest.fixture(autouse=True)
    def begin(self, connection):
        """Claim two messages; the first is on its way when both readers are erased."""
        self.mailing = make_mailing()
        people = [person_of_text(each.address) for each in ready(self.mailing, 2)]
        self.worker = uuid.uuid4()
        self.claimer = Claimer(connection, self.worker, LEASE, MONTH)
        self.flying, self.claimed = self.claimer.claim(self.mailing.lane, 100)
        self.ledger = Ledger(connection, self.worker, lease=LEASE, max_age=MONTH)
        self.intend(self.flying)
        for person in people:
            erase_everything(person, at=NOW)

    def intend(self, row):
        return self.ledger.write(Batch([], [(row.id, row.token, row.mailing_id)]))

    def tell(self, state):
        self.ledger.write(Batch([Result(self.flying.id, self.flying.token, state)]))
        return Delivery.objects.get(pk=self.flying.id)

    def test_what_is_on_its_way_is_written_down_without_its_address(self):
        row = self.tell("accepted")
        assert (row.state, row.address) == (DeliveryState.ACCEPTED, "")

    def test_what_was_only_claimed_does_not_leave(self):
        assert self.intend(self.claimed).granted == frozenset()
        assert Delivery.objects.get(pk=self.claimed.id).state == DeliveryState.SUPPRESSED

    def test_what_is_uncertain_cannot_be_sent_again(self):
        assert self.tell("uncertain").state == DeliveryState.UNCERTAIN
        decide_uncertain(mailing=self.mailing, decision=Decision.SEND_AGAIN, reason="Again.", user=None, at=NOW)
        assert self.claimer.claim(self.mailing.lane, 100) == []
        assert Delivery.objects.get(pk=self.flying.id).state == DeliveryState.SUPPRESSED

    def test_what_the_server_put_off_cannot_be_sent_again(self):
        assert self.tell("ready").state == DeliveryState.READY
        assert self.claimer.claim(self.mailing.lane, 100) == []
        assert Delivery.objects.get(pk=self.flying.id).state == DeliveryState.SUPPRESSED
