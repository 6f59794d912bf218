from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError

from core.mail import MailContent
from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.errors import MailingRefused
from newsletters.models import Mailing
from newsletters.services.mailings import (
    add_body,
    approve_mailing,
    body_digest,
    cancel_mailing,
    finish_mailings,
    make_mailing,
    pause_mailing,
    resume_mailing,
)
from tests.factories.members import UserFactory
from tests.factories.newsletters import NOW, make_body, make_delivery
from tests.factories.newsletters import make_mailing as a_mailing

if TYPE_CHECKING:
    from members.models import User
    from newsletters.models import MailingBody

pytestmark = pytest.mark.django_db

CONTENT = MailContent(
    subject="電子報", html=["<a href='", {"value": "unsubscribe_url"}, "'>"], text=["", {"value": "unsubscribe_url"}]
)


def a_draft(*authors: User) -> Mailing:
    names, numbers = ", ".join(map(str, authors)), [author.pk for author in authors]
    mailing = make_mailing(key="bulletin:1:1", kind=MailingKind.BULLETIN, author_name=names, author_ids=numbers, at=NOW)
    assert mailing is not None
    return mailing


def with_body(mailing: Mailing) -> MailingBody:
    return add_body(mailing=mailing, locale="zh-hant", content=CONTENT, article={"title": "電子報"}, at=NOW)


class TestMakeMailing:
    def test_gives_each_kind_its_lane(self) -> None:
        lanes = {
            kind: mailing.lane
            for kind in MailingKind
            if (mailing := make_mailing(key=kind, kind=kind, at=NOW)) is not None
        }

        assert lanes[MailingKind.TRANSACTIONAL] == Lane.TRANSACTIONAL
        assert lanes[MailingKind.ALERT] < lanes[MailingKind.DIGEST] < lanes[MailingKind.BULLETIN]

    def test_makes_none_with_a_key_that_was_used(self) -> None:
        a_draft()

        assert make_mailing(key="bulletin:1:1", kind=MailingKind.BULLETIN, at=NOW) is None


class TestAddBody:
    def test_the_digest_covers_everything_that_readers_get(self) -> None:
        body = with_body(a_draft())
        assert body.digest == body_digest(body)

        for name, value in {"subject": "x", "html": ["x"], "text": ["x"], "headers": {"X": "x"}, "article": {}}.items():
            kept = getattr(body, name)
            setattr(body, name, value)
            assert body_digest(body) != body.digest
            setattr(body, name, kept)

    def test_a_language_has_one_body(self) -> None:
        mailing = a_draft()
        with_body(mailing)

        with pytest.raises(IntegrityError):
            with_body(mailing)


class TestApproveMailing:
    def test_takes_a_second_person_if_only_a_namesake(self) -> None:
        author, approver = UserFactory.create_batch(2, first_name="美惠", last_name="陳")
        mailing = a_draft(author)
        with_body(mailing)

        approve_mailing(mailing=mailing, approver=approver, at=NOW)

        mailing.refresh_from_db()
        assert (mailing.state, mailing.approver_id, mailing.approved_at) == (MailingState.APPROVED, approver.pk, NOW)
        assert mailing.approved_by_name == mailing.author_name == str(approver)

    def test_refuses_each_author_by_whatever_name(self) -> None:
        authors = UserFactory.create_batch(2)
        mailing = a_draft(*authors)
        with_body(mailing)

        for author in authors:
            author.first_name = "Renamed"
            with pytest.raises(MailingRefused, match="other than its author"):
                approve_mailing(mailing=mailing, approver=author, at=NOW)

    def test_the_database_refuses_the_author_too(self) -> None:
        author = UserFactory.create()
        mailing = a_draft(author)

        with pytest.raises(IntegrityError, match="second_person"):
            Mailing.objects.filter(pk=mailing.pk).update(approver_id=author.pk)

    def test_refuses_a_mailing_without_text(self) -> None:
        with pytest.raises(MailingRefused, match="no text"):
            approve_mailing(mailing=a_draft(), approver=UserFactory.create(), at=NOW)

    def test_refuses_what_was_approved_before(self) -> None:
        mailing = a_mailing()

        with pytest.raises(MailingRefused, match="state “Sending”"):
            approve_mailing(mailing=mailing, approver=UserFactory.create(), at=NOW)


class TestPauseAndResume:
    def test_a_mailing_goes_on_where_it_stopped(self) -> None:
        mailing = a_mailing()

        pause_mailing(mailing=mailing, reason="The relay refuses us.")
        mailing.refresh_from_db()
        assert (mailing.state, mailing.paused_reason) == (MailingState.PAUSED, "The relay refuses us.")

        resume_mailing(mailing=mailing)
        mailing.refresh_from_db()
        assert (mailing.state, mailing.paused_reason) == (MailingState.SENDING, "")

    def test_one_that_waited_for_its_time_waits_on(self) -> None:
        mailing = a_mailing(state=MailingState.APPROVED, frozen_at=None)
        pause_mailing(mailing=mailing, reason="-")

        resume_mailing(mailing=mailing)

        mailing.refresh_from_db()
        assert mailing.state == MailingState.APPROVED

    def test_refuses_what_is_done(self) -> None:
        mailing = a_mailing(state=MailingState.DONE)

        with pytest.raises(MailingRefused):
            pause_mailing(mailing=mailing, reason="-")
        with pytest.raises(MailingRefused):
            resume_mailing(mailing=mailing)


class TestCancelMailing:
    def test_stops_what_has_not_left(self) -> None:
        mailing = a_mailing()
        ready, claimed, inflight, accepted = (
            make_delivery(mailing, state=state)
            for state in (
                DeliveryState.READY,
                DeliveryState.CLAIMED,
                DeliveryState.INFLIGHT,
                DeliveryState.ACCEPTED,
            )
        )
        other = make_delivery(state=DeliveryState.READY)

        assert cancel_mailing(mailing=mailing, at=NOW, reason="Wrong text.") == 2

        for delivery, state in (
            (ready, DeliveryState.SUPPRESSED),
            (claimed, DeliveryState.SUPPRESSED),
            (inflight, DeliveryState.INFLIGHT),
            (accepted, DeliveryState.ACCEPTED),
            (other, DeliveryState.READY),
        ):
            delivery.refresh_from_db()
            assert delivery.state == state
        mailing.refresh_from_db()
        assert (mailing.state, mailing.paused_reason, mailing.finished_at) == (
            MailingState.CANCELLED,
            "Wrong text.",
            NOW,
        )

    def test_refuses_a_second_time(self) -> None:
        mailing = a_mailing(state=MailingState.CANCELLED)

        with pytest.raises(MailingRefused):
            cancel_mailing(mailing=mailing, at=NOW)


class TestFinishMailings:
    def test_marks_what_has_nothing_left_to_send(self) -> None:
        done, waiting, inflight = a_mailing(), a_mailing(), a_mailing()
        make_delivery(done, state=DeliveryState.ACCEPTED)
        make_delivery(done, state=DeliveryState.UNCERTAIN)
        make_delivery(waiting, state=DeliveryState.READY)
        make_delivery(inflight, state=DeliveryState.INFLIGHT)
        system = a_mailing("system:confirm", kind=MailingKind.TRANSACTIONAL, lane=Lane.TRANSACTIONAL)
        unfrozen = a_mailing(frozen_at=None)
        make_body(unfrozen)

        finish_mailings(at=NOW)

        done.refresh_from_db()
        assert (done.state, done.finished_at) == (MailingState.DONE, NOW)
        for mailing in (waiting, inflight, system, unfrozen):
            mailing.refresh_from_db()
            assert mailing.state == MailingState.SENDING
