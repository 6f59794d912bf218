"""Taking reports in: what names a delivery of ours, and how often a report counts."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from newsletters.choices import AlarmKind, BounceChannel, BounceKind
from newsletters.links import UnsubscribeLink, return_path, unsubscribe_address, unsubscribe_url
from newsletters.models import Bounce, OperatorAlarm, Subscription
from newsletters.services.alarms import raise_alarm, settle_alarm
from newsletters.services.bounces import Intake, take_in
from tests.factories.newsletters import NOW, make_delivery, make_subscriber, make_topic
from tests.newsletters import bounce_messages as messages

ROOT = Path(__file__).resolve().parents[2]


def hand_in(data: bytes, **options) -> Intake:
    return take_in(data=data, channel=BounceChannel.PIPE, at=NOW, **options)


@pytest.mark.django_db
class TestTakeIn:
    def test_records_what_the_report_says(self):
        delivery = make_delivery()
        assert hand_in(messages.postfix(return_path(delivery.pk))) is Intake.RECORDED

        bounce = Bounce.objects.get()
        assert (bounce.delivery, bounce.kind, bounce.is_final) == (delivery, BounceKind.RECIPIENT, True)
        assert (bounce.status, bounce.channel, bounce.received_at) == ("5.1.1", "pipe", NOW)
        assert bounce.graded_at is None

    def test_a_report_handed_in_twice_counts_once(self):
        data = messages.postfix(return_path(make_delivery().pk))
        assert [hand_in(data), hand_in(data)] == [Intake.RECORDED, Intake.KNOWN]
        assert Bounce.objects.count() == 1

    def test_the_envelope_names_the_delivery_when_the_report_does_not(self):
        delivery = make_delivery()
        hand_in(messages.postfix("MAILER-DAEMON@agency.example"), recipient=return_path(delivery.pk).upper())
        assert Bounce.objects.get().delivery == delivery

    def test_an_address_is_never_looked_up(self):
        make_delivery(address=messages.READER)
        hand_in(messages.postfix("someone@agency.example"))
        assert Bounce.objects.get().delivery is None

    def test_a_forged_token_names_nothing(self):
        path = return_path(make_delivery().pk)
        forged = path.replace(path[10], "a" if path[10] != "a" else "b", 1)
        hand_in(messages.postfix(forged))
        assert Bounce.objects.get().delivery is None

    def test_a_delivery_that_was_deleted_is_not_missed(self):
        hand_in(messages.postfix(return_path(2**40)))
        assert Bounce.objects.get().delivery is None

    def test_a_report_about_our_own_fault_is_kept_with_its_alarm(self):
        delivery = make_delivery()
        words = "smtp; 550 5.7.26 This mail is unauthenticated"
        hand_in(messages.postfix(return_path(delivery.pk), status="5.7.26", diagnostic=words))
        bounce = Bounce.objects.get()
        assert (bounce.kind, bounce.alarm, bounce.is_final) == (BounceKind.SENDER, AlarmKind.AUTHENTICATION, False)

    @pytest.mark.parametrize("names", ["path", "link"])
    def test_a_complaint_is_known_by_what_came_back_of_our_message(self, names):
        delivery = make_delivery()
        link = unsubscribe_url(UnsubscribeLink(delivery.subscriber_id, 0, 0, delivery.pk))
        given = {"mail_from": return_path(delivery.pk)} if names == "path" else {"link": link}
        hand_in(messages.complaint(**given))
        bounce = Bounce.objects.get()
        assert (bounce.delivery, bounce.kind) == (delivery, BounceKind.COMPLAINT)

    @pytest.mark.parametrize(
        "link",
        ["https://agency.example/u/forged/", "https://[agency.example/u/x/", "https://agency.example/en/bulletins/x/"],
    )
    def test_a_complaint_with_another_link_names_nothing(self, link):
        hand_in(messages.complaint(link=link))
        assert Bounce.objects.get().delivery is None

    def test_a_guess_at_a_text_is_never_final_and_alarms_nobody(self):
        path = return_path(make_delivery().pk)
        hand_in(messages.qmail(path))
        hand_in(messages.qmail(path, said="550 5.7.1 spam"))
        assert list(Bounce.objects.order_by("pk").values_list("kind", "is_final", "alarm")) == [
            (BounceKind.RECIPIENT, False, ""),
            (BounceKind.SENDER, False, ""),
        ]

    def test_what_changes_nothing_is_not_recorded(self):
        path = return_path(make_delivery().pk)
        assert hand_in(messages.vacation(path)) is Intake.IGNORED
        assert hand_in(messages.postfix(path, action="delayed")) is Intake.IGNORED
        assert hand_in(messages.letter(path)) is Intake.LETTER
        assert not Bounce.objects.exists()

    @pytest.mark.parametrize(("is_all", "left"), [(True, 0), (False, 1)])
    def test_a_mail_to_the_address_of_list_unsubscribe_leaves(self, is_all, left):
        topics = make_topic(), make_topic()
        reader = make_subscriber(topics=topics)
        link = UnsubscribeLink(reader.pk, 0, 0 if is_all else topics[0].pk, 9)
        letter = messages.letter(unsubscribe_address(link))
        assert [hand_in(letter), hand_in(letter)] == [Intake.UNSUBSCRIBED, Intake.UNSUBSCRIBED]
        assert Subscription.objects.filter(subscriber=reader, ended_at=None).count() == left
        assert hand_in(messages.letter("u+forged@avow.example")) is Intake.LETTER

    def test_no_address_is_written_down(self):
        hand_in(messages.postfix(return_path(make_delivery().pk)))
        assert "@" not in Bounce.objects.get().diagnostic


class Input:
    """Standard input with the given bytes in it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.django_db
class TestProcessBounce:
    def test_takes_in_what_comes_on_standard_input(self, monkeypatch, capsys):
        delivery = make_delivery()
        monkeypatch.setattr(sys, "stdin", Input(messages.postfix("x@agency.example")))
        call_command("process_bounce", recipient=return_path(delivery.pk))
        assert Bounce.objects.get().delivery == delivery
        assert capsys.readouterr().out == "recorded\n"

    def test_garbage_is_dealt_with(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", Input(b"\xff\x00" * 1000))
        call_command("process_bounce")
        assert not Bounce.objects.exists()

    def test_without_a_database_the_mail_server_is_told_to_try_again(self):
        process = subprocess.run(
            [sys.executable, "manage.py", "process_bounce", "--recipient", "b+x@agency.example"],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": "postgresql:///none?host=/nonexistent", "DJANGO_SETTINGS_MODULE": "cms.settings.test"},
            input=messages.postfix("b+x@agency.example"),
            capture_output=True,
            check=False,
        )
        assert process.returncode == 75
        assert b"tries again" in process.stderr
        assert b"Traceback" not in process.stderr

    def test_the_mail_server_keeps_the_report_when_not_even_the_settings_can_be_read(self):
        process = subprocess.run(
            [str(ROOT / "docs" / "deploy" / "process-bounce"), "b+x@agency.example"],
            env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "cms.settings.production", "DATABASE_URL": ""},
            input=messages.postfix("b+x@agency.example"),
            capture_output=True,
            check=False,
        )
        assert process.returncode == 75
        assert b"is not set" in process.stderr


@pytest.mark.django_db
class TestAlarms:
    def test_one_alarm_of_a_kind_is_open_and_counts(self):
        for sentence in ("550 first", "550 second"):
            raise_alarm(kind=AlarmKind.DKIM, sentence=sentence, at=NOW)
        alarm = OperatorAlarm.objects.get()
        assert (alarm.count, alarm.sentence) == (2, "550 second")

    def test_a_settled_alarm_opens_anew(self):
        raise_alarm(kind=AlarmKind.DKIM, sentence="550", at=NOW)
        alarm = OperatorAlarm.objects.get()
        assert settle_alarm(alarm=alarm, by_name="Operator", at=NOW)
        assert not settle_alarm(alarm=alarm, by_name="Another", at=NOW)
        raise_alarm(kind=AlarmKind.DKIM, sentence="550", at=NOW)
        assert list(OperatorAlarm.objects.order_by("pk").values_list("settled_by_name", flat=True)) == ["Operator", ""]
