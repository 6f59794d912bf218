from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest

from newsletters.choices import DeliveryState, MailingState
from newsletters.engine.compose import Body, Composer
from newsletters.engine.housekeeping import registered
from newsletters.engine.rows import ClaimedRow
from newsletters.models import Delivery, Mailing, Topic
from newsletters.services import due
from newsletters.services.due import run_due
from newsletters.services.topics import ALL_POLICIES
from tests.factories.newsletters import NOW, make_body, make_mailing, make_subscriber, make_topic
from tests.factories.policies import at, issue, make_page

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


def test_the_worker_does_it_and_mails_can_be_written(settings: Any) -> None:
    settings.AVOW_MAIL_DOMAIN = settings.AVOW_RETURN_DOMAIN = "ola.example"
    moment = at("2026-03-03", 11)
    make_subscriber(topics=(Topic.objects.get(slug=ALL_POLICIES),))
    issue(make_page(), on="2026-03-03")
    issue(make_page(language="en"), on="2026-03-03")
    chores = {chore.name: chore for chore in registered()}

    chores["alerts and digests"].run(moment)
    chores["mailings"].run(moment)

    delivery = Delivery.objects.select_related("body__mailing__topic").get()
    body = delivery.body
    composer = Composer(
        Body(body.pk, body.locale, body.subject, body.html, body.text, body.headers, body.digest, is_system=False)
    )
    row = ClaimedRow(
        delivery.pk,
        1,
        delivery.mailing_id,
        body.pk,
        delivery.subscriber_id,
        0,
        delivery.topic_id,
        None,
        delivery.address,
        delivery.destination,
        delivery.lane,
    )
    message = message_from_bytes(composer.compose(row, moment.timestamp()).content, policy=policy.default)
    assert message["Subject"] == "New: “Privacy policy”"
    assert message["Archived-At"] == f"<http://127.0.0.1:8000/en/bulletins/{delivery.mailing_id}/>"
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    assert all("/u/" in content for content in parts.values())


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
