"""The operator's screens: what they show, to whom, and what their buttons do."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from home.bootstrap import OPERATORS
from newsletters.admin_views.export import cell
from newsletters.choices import AlarmKind, DeliveryState, MailingKind, MailingState
from newsletters.models import Bounce, Delivery, Destination, Mailing, OperatorAlarm, Worker
from newsletters.services.alarms import raise_alarm
from tests.factories.newsletters import NOW, make_body, make_delivery, make_mailing, make_subscriber
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

REASON = {"reason": "the relay’s operators asked for it"}


@pytest.fixture(autouse=True)
def fresh_counts():
    """Counts are kept for some seconds, and each test has other rows with the same numbers."""
    cache.clear()


@pytest.fixture
def operator():
    return desk.sign_in(desk.make_user("Operator", group=OPERATORS))


@pytest.fixture
def onlooker():
    """Somebody who may look and nothing else."""
    group = Group.objects.create(name="Onlookers")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_mailing"]))
    return desk.sign_in(desk.make_user("Onlooker", group="Onlookers"))


@pytest.fixture
def mailing():
    return make_mailing("bulletin:news:1")


def url(name, *arguments):
    return reverse(f"avow_mail:{name}", args=arguments)


def screens(mailing):
    uncertain = make_delivery(mailing, state=DeliveryState.UNCERTAIN)
    return {
        "overview": url("overview"),
        "uncertain": url("uncertain"),
        "bounces": url("bounces"),
        "mailing": url("mailing", mailing.pk),
        "live": url("live", mailing.pk),
        "outcomes": url("outcomes", mailing.pk),
        "pause": url("pause", mailing.pk),
        "resume": url("resume", mailing.pk),
        "cancel": url("cancel", mailing.pk),
        "decide_all": url("decide_all", mailing.pk),
        "decide": url("decide", mailing.pk, uncertain.pk),
    }


ACTS = ("pause", "resume", "cancel", "decide_all", "decide")


class TestAccess:
    def test_an_operator_sees_every_screen(self, operator, mailing):
        for name, address in screens(mailing).items():
            assert operator.get(address).status_code == 200, name

    def test_an_onlooker_sees_but_does_not_act(self, onlooker, mailing):
        for name, address in screens(mailing).items():
            status = 302 if name in ACTS else 200
            assert onlooker.get(address).status_code == status, name
            if name in ACTS:
                desk.post(onlooker, address, REASON | {"confirmed": "on", "decision": "given_up"})
        mailing.refresh_from_db()
        assert mailing.state == MailingState.SENDING
        assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
        assert "Decide about all" not in onlooker.get(url("uncertain")).content.decode()

    def test_an_editor_of_policies_sees_nothing_of_it(self, mailing):
        author = desk.sign_in(desk.make_author())
        for name, address in screens(mailing).items():
            assert author.get(address).status_code in {302, 403}, name
        assert "/mail/" not in author.get("/admin/").content.decode()

    def test_a_visitor_is_sent_to_sign_in(self, client, mailing):
        for address in screens(mailing).values():
            assert "/admin/login/" in client.get(address)["Location"]

    def test_the_menu_leads_there(self, operator):
        page = operator.get("/admin/").content.decode()
        assert reverse("avow_mail:overview") in page
        assert reverse("mail_destinations:index") in page

    def test_looking_changes_nothing(self, operator, mailing):
        addresses = screens(mailing)
        before = list(Delivery.objects.values()), list(Mailing.objects.values())
        for address in addresses.values():
            operator.get(address)
            operator.head(address)
        assert (list(Delivery.objects.values()), list(Mailing.objects.values())) == before


class TestOverview:
    def test_lists_mailings_newest_first_by_their_subjects(self, operator):
        for day, subject in ((1, "Older"), (2, "Newer")):
            made = make_mailing(created_at=NOW + dt.timedelta(days=day))
            make_body(made, subject=subject)
        page = operator.get(url("overview")).content.decode()
        assert page.index("Newer") < page.index("Older")

    def test_may_be_narrowed_to_a_kind(self, operator):
        make_mailing("system:confirm", kind=MailingKind.TRANSACTIONAL, lane=0)
        make_mailing("alert:1", kind=MailingKind.ALERT)
        page = operator.get(url("overview"), {"kind": "alert"}).content.decode()
        assert "alert:1" in page
        assert "system:confirm" not in page
        assert operator.get(url("overview"), {"kind": "<script>"}).status_code == 200

    def test_says_what_is_wrong(self, operator):
        raise_alarm(kind=AlarmKind.DKIM, sentence="550 5.7.20 no passing <b>signature</b>", at=NOW)
        Worker.objects.create(
            id=uuid.uuid4(), host="mail1", process=42, connections=4, started_at=NOW, seen_at=NOW, accepted=7
        )
        Destination.objects.create(name="slow.example", closed_until=NOW + dt.timedelta(days=36500))
        make_delivery(state=DeliveryState.READY)
        page = operator.get(url("overview")).content.decode()
        assert "Receivers refuse our DKIM signature" in page
        assert "&lt;b&gt;signature" in page
        assert "silent since" in page
        assert "Nothing is sent to slow.example before" in page

    def test_says_that_nobody_sends(self, operator):
        assert "None is running" in operator.get(url("overview")).content.decode()

    def test_an_alarm_is_settled_by_an_operator_alone(self, operator, onlooker):
        raise_alarm(kind=AlarmKind.SPF, sentence="550", at=NOW)
        alarm = OperatorAlarm.objects.get()
        desk.post(onlooker, url("settle_alarm", alarm.pk))
        assert OperatorAlarm.objects.get().settled_at is None
        assert operator.get(url("settle_alarm", alarm.pk)).status_code == 405
        response = desk.post(operator, url("settle_alarm", alarm.pk))
        assert "settled" in desk.said(response)
        assert OperatorAlarm.objects.get().settled_by_name == "Operator"

    def test_takes_as_many_queries_for_many_mailings(self, operator, django_assert_max_num_queries):
        for _number in range(20):
            make_body(make_mailing(state=MailingState.DONE))
        operator.get(url("overview"))
        with django_assert_max_num_queries(30):
            operator.get(url("overview"))


class TestMailing:
    def test_counts_by_state_and_destination(self, operator, mailing):
        make_delivery(mailing, make_subscriber("a@one.example"))
        make_delivery(mailing, make_subscriber("b@one.example"), state=DeliveryState.READY)
        make_delivery(mailing, make_subscriber("c@two.example"), state=DeliveryState.REJECTED)
        data = json.loads(operator.get(url("live", mailing.pk)).content)

        counts = {row["state"]: row["count"] for row in data["counts"]}
        assert (counts["accepted"], counts["ready"], counts["rejected"]) == ("1", "1", "1")
        assert data["destinations"] == [
            {"name": "one.example", "cells": ["1", "1", "0", "0", "0", "2"]},
            {"name": "two.example", "cells": ["0", "0", "1", "0", "0", "1"]},
        ]
        assert data["summary"] == "2 of 3 messages are over."

    def test_many_destinations_are_summed_up(self, operator, mailing):
        for number in range(25):
            make_delivery(mailing, make_subscriber(f"reader@d{number}.example"))
        rows = json.loads(operator.get(url("live", mailing.pk)).content)["destinations"]
        assert len(rows) == 21
        assert (rows[-1]["name"], rows[-1]["cells"][-1]) == ("All others", "5")

    def test_speaks_the_language_of_its_reader(self, mailing):
        user = desk.make_user("操作員", group=OPERATORS)
        profile = UserProfile.get_for_user(user)
        profile.preferred_language = "zh-hant"
        profile.save()
        reader = desk.sign_in(user)
        data = json.loads(reader.get(url("live", mailing.pk)).content)
        assert data["state"] == "寄送中"

    def test_has_no_address_in_it(self, operator, mailing):
        make_delivery(mailing, make_subscriber("secret@one.example"), state=DeliveryState.UNCERTAIN)
        for name in ("mailing", "live"):
            assert "secret@" not in operator.get(url(name, mailing.pk)).content.decode()
        assert "secret@" not in operator.get(url("uncertain")).content.decode()

    def test_a_mailing_that_is_missing_is_not_found(self, operator):
        for name in ("mailing", "live", "outcomes", "pause"):
            assert operator.get(url(name, 999_999)).status_code == 404


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


class TestBounces:
    def test_are_listed_and_narrowed(self, operator):
        delivery = make_delivery()
        for number, kind in enumerate(["recipient", "sender"]):
            Bounce.objects.create(
                delivery=delivery if number else None,
                source_key=f"{number:064}",
                kind=kind,
                diagnostic=f"550 said {kind}",
                channel="pipe",
                received_at=NOW,
            )
        page = operator.get(url("bounces")).content.decode()
        assert "550 said recipient" in page
        assert "none of ours" in page
        narrowed = operator.get(url("bounces"), {"kind": "sender", "effect": "nonsense"}).content.decode()
        assert "550 said recipient" not in narrowed
        assert "550 said sender" in narrowed


class TestDestinations:
    def test_limits_are_edited(self, operator):
        destination = Destination.objects.create(name="*")
        address = reverse("mail_destinations:edit", args=[destination.pk])
        assert operator.get(address).status_code == 200
        fields = {"name": "*", "domains": "", "per_minute": "600", "burst": "50", "max_connections": "4"}
        assert desk.post(operator, address, fields).status_code == 302
        destination.refresh_from_db()
        assert (destination.per_minute, destination.burst) == (600, 50)

    def test_an_onlooker_does_not_edit_them(self, onlooker):
        destination = Destination.objects.create(name="*")
        address = reverse("mail_destinations:edit", args=[destination.pk])
        assert onlooker.get(address).status_code == 302
