from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletters.choices import DeliveryState, MailingState
from newsletters.models import Delivery, Mailing
from newsletters.services import due
from newsletters.services.due import run_due
from tests.factories.newsletters import NOW, make_body, make_mailing, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


def approved(**fields: Any) -> Mailing:
    topic = make_topic()
    make_subscriber(topics=(topic,))
    mailing = make_mailing(topic=topic, **{"state": MailingState.APPROVED, "frozen_at": None, **fields})
    make_body(mailing)
    return mailing


def state(mailing: Mailing) -> str:
    mailing.refresh_from_db()
    return mailing.state


class TestRunDue:
    def test_freezes_what_is_due_and_leaves_what_is_not(self) -> None:
        now, later = approved(), approved(not_before=NOW + dt.timedelta(hours=1))

        run_due(at=NOW)

        assert (state(now), state(later)) == (MailingState.SENDING, MailingState.APPROVED)

    def test_goes_on_with_what_a_crash_left(self) -> None:
        mailing = approved(state=MailingState.FREEZING)

        run_due(at=NOW)

        assert Delivery.objects.filter(mailing=mailing).count() == 1

    def test_a_mailing_that_fails_keeps_back_no_other_and_leaks_no_address(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken, sound = approved(), approved()
        real = due.freeze_mailing

        def fail_for_one(*, mailing: Mailing, at: dt.datetime) -> int:
            if mailing.pk == broken.pk:
                msg = "reader1@readers.example"
                raise RuntimeError(msg)
            return real(mailing=mailing, at=at)

        monkeypatch.setattr(due, "freeze_mailing", fail_for_one)
        run_due(at=NOW)

        assert (state(broken), state(sound)) == (MailingState.FREEZING, MailingState.SENDING)
        assert f"Mailing {broken.pk} could not be frozen" in caplog.text
        assert "readers.example" not in caplog.text

    def test_cancels_what_nobody_could_send_in_time(self) -> None:
        mailing = approved(expires_at=NOW)

        run_due(at=NOW)

        assert state(mailing) == MailingState.CANCELLED
        assert not Delivery.objects.exists()

    def test_ends_what_has_been_sent(self) -> None:
        mailing = approved()
        run_due(at=NOW)
        Delivery.objects.update(state=DeliveryState.ACCEPTED)

        run_due(at=NOW)

        assert state(mailing) == MailingState.DONE
