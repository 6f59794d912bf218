"""What an operator's buttons do, and the list of outcomes."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from wagtail.models import ModelLogEntry

from home.bootstrap import OPERATORS
from newsletters.admin_views.export import cell
from newsletters.choices import DeliveryState, MailingKind, MailingState
from newsletters.models import Bounce, Delivery, Mailing
from tests.factories.newsletters import NOW, make_delivery, make_mailing, make_subscriber
from tests.newsletters.mail_admin.addresses import REASON, url
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db


class TestActs:
    def test_pauses_and_resumes(self, operator, mailing):
        assert desk.post(operator, url("pause", mailing.pk), REASON).status_code == 302
        mailing.refresh_from_db()
        assert (mailing.state, mailing.paused_reason) == (MailingState.PAUSED, REASON["reason"])
        assert REASON["reason"] in operator.get(url("resume", mailing.pk)).content.decode()
        desk.post(operator, url("resume", mailing.pk))
        mailing.refresh_from_db()
        assert mailing.state == MailingState.SENDING
        assert list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)) == [
            "newsletters.pause",
            "newsletters.resume",
        ]

    def test_cancels_what_waits(self, operator, mailing):
        make_delivery(mailing, state=DeliveryState.READY)
        make_delivery(mailing)
        response = desk.post(operator, url("cancel", mailing.pk), REASON | {"confirmed": "on"})
        assert "1 message was stopped" in desk.said(response)
        mailing.refresh_from_db()
        assert mailing.state == MailingState.CANCELLED

    def test_cancelling_needs_a_reason_and_a_confirmation(self, operator, mailing):
        response = desk.post(operator, url("cancel", mailing.pk), {})
        assert set(desk.errors_of(response)) == {"reason", "confirmed"}
        mailing.refresh_from_db()
        assert mailing.state == MailingState.SENDING

    def test_system_mail_is_not_cancelled(self, operator):
        system = make_mailing("system:confirm", kind=MailingKind.TRANSACTIONAL, lane=0)
        assert "Cancel for good" not in operator.get(url("mailing", system.pk)).content.decode()
        response = desk.post(operator, url("cancel", system.pk), REASON | {"confirmed": "on"})
        assert "cannot be cancelled" in str(desk.errors_of(response))
        assert "nobody can confirm" in operator.get(url("pause", system.pk)).content.decode()

    def test_a_refusal_stands_above_the_form(self, operator):
        done = make_mailing(state=MailingState.DONE)
        response = desk.post(operator, url("pause", done.pk), REASON)
        assert "not possible" in str(desk.errors_of(response)["__all__"])

    def test_the_history_says_who_and_why(self, operator, mailing):
        desk.post(operator, url("pause", mailing.pk), REASON)
        entry = ModelLogEntry.objects.get()
        assert (str(entry.user), entry.data) == ("Operator", REASON)
        assert entry.message == f"Mailing paused: {REASON['reason']}"


class TestUncertain:
    def decide(self, client, mailing, decision, *, number=None):
        address = url("decide", mailing.pk, number) if number else url("decide_all", mailing.pk)
        return desk.post(client, address, REASON | {"decision": decision})

    def test_all_of_a_mailing_are_sent_again(self, operator, mailing):
        for _number in range(3):
            make_delivery(mailing, state=DeliveryState.UNCERTAIN, intent_at=NOW)
        other = make_delivery(state=DeliveryState.UNCERTAIN)
        Mailing.objects.update(state=MailingState.DONE)
        response = self.decide(operator, mailing, "send_again")

        assert "3 messages were decided" in desk.said(response)
        again = Delivery.objects.filter(mailing=mailing)
        assert {(row.state, row.intent_at, row.ended_at) for row in again} == {(DeliveryState.READY, None, None)}
        mailing.refresh_from_db()
        assert mailing.state == MailingState.SENDING
        other.refresh_from_db()
        assert other.state == DeliveryState.UNCERTAIN

    @pytest.mark.parametrize(
        ("decision", "state"), [("accepted", DeliveryState.ACCEPTED), ("given_up", DeliveryState.REJECTED)]
    )
    def test_one_is_settled(self, operator, mailing, decision, state):
        one, other = (make_delivery(mailing, state=DeliveryState.UNCERTAIN) for _number in range(2))
        self.decide(operator, mailing, decision, number=one.pk)
        one.refresh_from_db()
        other.refresh_from_db()
        assert (one.state, one.reply, other.state) == (state, REASON["reason"], DeliveryState.UNCERTAIN)
        assert ModelLogEntry.objects.get().data["delivery"] == one.pk

    def test_a_second_decision_is_refused(self, operator, mailing):
        one = make_delivery(mailing, state=DeliveryState.UNCERTAIN)
        self.decide(operator, mailing, "accepted", number=one.pk)
        response = self.decide(operator, mailing, "send_again", number=one.pk)
        assert "quicker" in str(desk.errors_of(response))
        one.refresh_from_db()
        assert one.state == DeliveryState.ACCEPTED

    def test_what_was_cancelled_or_has_expired_is_not_sent_again(self, operator, mailing):
        expired = make_delivery(mailing, state=DeliveryState.UNCERTAIN, expires_at=NOW)
        response = self.decide(operator, mailing, "send_again")
        assert "expired" in str(desk.errors_of(response))
        Delivery.objects.update(expires_at=None)
        Mailing.objects.update(state=MailingState.CANCELLED)
        assert "cancelled" in str(desk.errors_of(self.decide(operator, mailing, "send_again")))
        expired.refresh_from_db()
        assert expired.state == DeliveryState.UNCERTAIN

    @pytest.mark.parametrize("fields", [{}, {"decision": "accepted"}, {"decision": "lose", "reason": "x"}])
    def test_decision_and_reason_are_needed(self, operator, mailing, fields):
        make_delivery(mailing, state=DeliveryState.UNCERTAIN)
        desk.errors_of(desk.post(operator, url("decide_all", mailing.pk), fields))
        assert Delivery.objects.get().state == DeliveryState.UNCERTAIN

    def test_a_message_of_another_mailing_is_not_found(self, operator, mailing):
        other = make_delivery(state=DeliveryState.UNCERTAIN)
        assert operator.get(url("decide", mailing.pk, other.pk)).status_code == 404

    def test_every_one_is_listed_with_the_evidence_there_is(self, operator, mailing):
        for _number in range(51):
            row = make_delivery(mailing, state=DeliveryState.UNCERTAIN)
        Bounce.objects.create(delivery=row, source_key="0" * 64, kind="recipient", channel="pipe", received_at=NOW)
        first = operator.get(url("uncertain"), {"mailing": mailing.pk}).content.decode()
        second = operator.get(url("uncertain"), {"mailing": mailing.pk, "p": 2}).content.decode()
        assert f"#{row.pk}" not in first
        assert f"#{row.pk}" in second
        assert "A report about it came back" in second

    @pytest.mark.parametrize("number", ["x", "-1", "9" * 30, ""])
    def test_nonsense_in_the_address_lists_all(self, operator, number):
        make_delivery(state=DeliveryState.UNCERTAIN)
        assert "Decide" in operator.get(url("uncertain"), {"mailing": number}).content.decode()


class TestOutcomes:
    def rows(self, client, mailing):
        response = client.get(url("outcomes", mailing.pk))
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_has_a_row_for_each_message_and_no_address(self, operator, mailing):
        delivery = make_delivery(
            mailing,
            make_subscriber("secret@one.example"),
            state=DeliveryState.REJECTED,
            smtp_code=550,
            enhanced_code="5.1.1",
            reply="550 <secret@one.example> unknown",
        )
        Bounce.objects.create(delivery=delivery, source_key="0" * 64, kind="recipient", channel="smtp", received_at=NOW)
        heading, row = self.rows(operator, mailing)
        assert len(heading) == len(row) == 10
        assert row[:5] == [str(delivery.pk), "Rejected", "en", "one.example", "0"]
        assert row[6:] == ["550", "5.1.1", "550 <…> unknown", "The address does not work"]
        assert not ModelLogEntry.objects.exists()

    def test_has_addresses_for_those_who_may_see_them_and_says_so_in_the_history(self, mailing):
        user = desk.make_user("Officer", group=OPERATORS)
        user.user_permissions.add(Permission.objects.get(codename="export_addresses"))
        make_delivery(mailing, make_subscriber("secret@one.example"))
        assert self.rows(desk.sign_in(user), mailing)[1][-1] == "secret@one.example"
        assert ModelLogEntry.objects.get().action == "newsletters.export"

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    def test_no_cell_is_a_formula(self, operator, mailing, start):
        make_delivery(mailing, enhanced_code=f"{start}1+1")
        row = self.rows(operator, mailing)[1]
        assert all(not value.startswith(start) for value in row)
        assert cell(f"{start}1") == f"'{start}1"
        assert cell(None) == ""

    def test_is_made_a_batch_at_a_time(self, operator, mailing, monkeypatch, django_assert_max_num_queries):
        monkeypatch.setattr("newsletters.admin_views.export._BATCH", 10)
        for _number in range(25):
            make_delivery(mailing)
        response = operator.get(url("outcomes", mailing.pk))
        with django_assert_max_num_queries(8):
            lines = list(response.streaming_content)
        assert len(lines) == 27  # the mark, the heading, the rows
