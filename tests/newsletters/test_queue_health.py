from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import OperationalError

from newsletters.choices import AlarmKind, DeliveryState, MailingState
from newsletters.engine.absence import report_absence
from newsletters.models import OperatorAlarm, Worker
from newsletters.queue_health import is_queue_stuck
from tests.factories.newsletters import NOW, make_delivery, make_mailing

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=2)


def make_worker(seen_at):
    Worker.objects.create(id=uuid.uuid4(), host="mail1", process=1, connections=4, started_at=NOW, seen_at=seen_at)


def test_nothing_waits():
    make_delivery()
    assert not is_queue_stuck(at=LATER)


def test_mail_is_due_and_nobody_takes_it():
    make_delivery(state=DeliveryState.READY)
    assert is_queue_stuck(at=LATER)
    assert not is_queue_stuck(at=NOW + dt.timedelta(seconds=30))


@pytest.mark.parametrize(("seconds", "is_stuck"), [(5, False), (31, True)])
def test_a_worker_that_lives_is_busy_and_not_broken(seconds, is_stuck):
    make_delivery(state=DeliveryState.READY)
    make_worker(LATER - dt.timedelta(seconds=seconds))
    assert is_queue_stuck(at=LATER) is is_stuck


def test_what_is_paused_waits_for_nobody():
    make_delivery(make_mailing(state=MailingState.PAUSED), state=DeliveryState.READY)
    assert not is_queue_stuck(at=LATER)


def test_what_is_tried_again_later_is_not_due():
    make_delivery(state=DeliveryState.READY, next_at=LATER + dt.timedelta(hours=1))
    assert not is_queue_stuck(at=LATER)


class TestReportAbsence:
    def test_raises_the_alarm_when_the_first_worker_comes_back(self):
        make_delivery(state=DeliveryState.READY)
        assert report_absence(LATER)
        alarm = OperatorAlarm.objects.get()
        assert alarm.kind == AlarmKind.WORKER
        assert "no worker ran" in alarm.sentence
        assert "未執行" in alarm.sentence

    def test_says_nothing_while_another_worker_lives_or_nothing_waited(self):
        assert not report_absence(LATER)
        make_delivery(state=DeliveryState.READY)
        make_worker(LATER)
        assert not report_absence(LATER)
        assert not OperatorAlarm.objects.exists()

    def test_keeps_no_worker_from_starting(self, monkeypatch):
        def fail(**_fields):
            raise OperationalError("gone")

        monkeypatch.setattr("newsletters.engine.absence.is_queue_stuck", fail)
        assert not report_absence(LATER)


def test_readyz_says_so(client):
    make_delivery(state=DeliveryState.READY)  # due long ago, by the clock of the machine or by ours
    make_delivery(state=DeliveryState.READY, next_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"queue: mail is waiting and no worker runs\n")
    make_worker(dt.datetime.now(dt.UTC))
    assert client.get("/readyz").status_code == 200
