"""The operator's screens: what they show, to whom, and what their buttons do."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from home.bootstrap import OPERATORS
from newsletters.choices import AlarmKind, DeliveryState, MailingKind, MailingState
from newsletters.models import Bounce, Delivery, Destination, Mailing, OperatorAlarm, Worker
from newsletters.services.alarms import raise_alarm
from tests.factories.newsletters import NOW, make_body, make_delivery, make_mailing, make_subscriber
from tests.newsletters.mail_admin.addresses import REASON, url
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db


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
            assert "/account/sign-in/" in client.get(address)["Location"]

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
