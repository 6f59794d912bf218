from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Comment, ModelLogEntry

from core.data_register import register
from newsletters.choices import ConsentAction, DeliveryState, SubscriberState
from newsletters.models import ConsentEvent, Delivery, SignUp, Subscriber, Suppression
from newsletters.services.consent import verify_consent
from policies.models import Edition
from privacy.models import DataLink, DataRequest, Tombstone
from privacy.services.acts import erase_person
from privacy.services.erasing import erase_everything
from privacy.services.held import held_about
from privacy.services.people import with_account
from privacy.services.restoring import apply_erasures
from privacy.services.tombstones import line_of, read_lines, write_missing
from tests.factories.newsletters import NOW, make_delivery, make_subscriber
from tests.factories.policies import issue, make_page
from tests.members.test_models import User
from tests.newsletters.signing_up import ADDRESS
from tests.privacy.database import rows_with
from tests.privacy.people import LATER, live_through_everything, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def erasures(settings, tmp_path):
    settings.AVOW_ERASURES = tmp_path / "apart" / "erasures.txt"
    return settings.AVOW_ERASURES


class TestEraseEverything:
    def test_leaves_the_address_nowhere_but_in_what_is_open(self):
        live_through_everything()
        DataRequest.objects.filter(decided_at=None).delete()
        erase_everything(person(), at=LATER)
        assert rows_with(ADDRESS) == set()
        assert rows_with("192.0.2") == set()

    def test_keeps_an_open_request_until_it_is_answered(self):
        live_through_everything()
        erase_everything(person(), at=LATER)
        assert {table for table, _key in rows_with(ADDRESS)} == {"privacy_datarequest"}

    def test_leaves_rows_only_where_the_register_says_so(self):
        live_through_everything()
        DataRequest.objects.filter(decided_at=None).delete()
        erase_everything(person(), at=LATER)
        left = {held.file.model for held in held_about(person()) if held.count()}
        kept = {file.model for file in register.files() if file.erasure.act is None}
        # Rows under a number that leads to nobody, and proof under a code of the address.
        assert left - kept == {
            "newsletters.Subscription",
            "newsletters.Delivery",
            "newsletters.Bounce",
            "privacy.DataRequest",
        }

    def test_keeps_the_proof_of_consent_whole(self):
        live_through_everything()
        events = ConsentEvent.objects.count()
        erase_everything(person(), at=LATER)
        assert ConsentEvent.objects.count() == events + 2
        assert ConsentEvent.objects.latest("position").action == ConsentAction.ERASED
        assert list(verify_consent()) == []
        assert Suppression.objects.get().address_hash == person().hash

    def test_is_one_transaction(self, monkeypatch):
        live_through_everything()
        before = rows_with(ADDRESS)

        def fail(**_fields):
            raise RuntimeError

        monkeypatch.setattr(Tombstone.objects, "create", fail)
        with pytest.raises(RuntimeError):
            erase_everything(person(), at=LATER)
        assert rows_with(ADDRESS) == before
        assert SignUp.objects.exists()

    def test_lets_what_is_in_flight_arrive_and_never_go_again(self):
        subscriber = make_subscriber(ADDRESS)
        flying = make_delivery(subscriber=subscriber, state=DeliveryState.INFLIGHT)
        waiting = make_delivery(subscriber=subscriber, state=DeliveryState.CLAIMED)
        erase_everything(person(), at=LATER)
        flying.refresh_from_db()
        waiting.refresh_from_db()
        assert (flying.state, flying.address) == (DeliveryState.INFLIGHT, "")
        assert waiting.state == DeliveryState.SUPPRESSED

    def test_of_an_editor_leaves_the_names_of_the_record_as_text(self):
        user = User.objects.create_user(
            "lin@agency.example", "correct horse battery", first_name="書瑜", last_name="林"
        )
        page = make_page("privacy", title="隱私權政策")
        issue(page, on="2024-01-15", by="林書瑜")
        Comment.objects.create(page=page, user=user, text="Shorter?", contentpath="title")
        ModelLogEntry.objects.log_action(user, "wagtail.edit", user=user)
        assert ModelLogEntry.objects.get().label == "林書瑜"
        erase_everything(with_account(person("lin@agency.example")), at=LATER)
        assert not User.objects.filter(pk=user.pk).exists()
        assert not Comment.objects.exists()
        assert ModelLogEntry.objects.get().label == ""
        assert Edition.objects.get().issued_by_name == "林書瑜"
        assert rows_with("lin@agency.example") == set()

    def test_by_a_mailed_link_leaves_an_account_to_an_officer(self):
        user = User.objects.create_user(ADDRESS, "correct horse battery")
        make_subscriber(ADDRESS)
        left = erase_person(person(), locale="en", at=LATER)
        assert left is not None
        assert (left.user, left.due_on) == (user, dt.date(2026, 4, 3))
        assert User.objects.filter(pk=user.pk).exists()
        assert Subscriber.objects.get().state == SubscriberState.ERASED


class TestApplyErasures:
    def test_erases_again_what_a_backup_brought_back(self, erasures, django_capture_on_commit_callbacks):
        make_subscriber(ADDRESS)
        with django_capture_on_commit_callbacks(execute=True):
            erase_everything(person(), at=LATER)
        # As after a restore: the person is there again, and the database knows nothing of the erasure.
        self.forget_erasures()
        Subscriber.objects.all().delete()
        make_subscriber(ADDRESS)
        make_subscriber("lin@readers.example")
        outcome = apply_erasures(path=erasures, at=LATER)
        assert (outcome.taken_in, outcome.erased, outcome.unreadable) == (1, 1, [])
        assert rows_with(ADDRESS) == set()
        assert Subscriber.objects.filter(address="lin@readers.example").exists()
        assert apply_erasures(path=erasures, at=LATER).erased == 0

    def forget_erasures(self):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE privacy_tombstone DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM privacy_tombstone")
            cursor.execute("ALTER TABLE privacy_tombstone ENABLE TRIGGER USER")

    def test_leaves_who_came_back_alone(self, erasures):
        erase_everything(person(), at=NOW)
        write_missing()
        make_subscriber(ADDRESS, created_at=LATER)
        assert apply_erasures(path=erasures, at=LATER).erased == 0
        assert Subscriber.objects.get().address == ADDRESS

    def test_erases_an_account_only_where_it_was_erased(self, erasures):
        user = User.objects.create_user(ADDRESS, "correct horse battery", date_joined=NOW)
        erase_everything(person(), at=LATER)
        apply_erasures(path=erasures, at=LATER)
        assert User.objects.filter(pk=user.pk).exists()
        Tombstone.objects.create(address_hash=person().hash, erased_at=LATER, with_account=True)
        assert apply_erasures(path=erasures, at=LATER).erased == 1
        assert not User.objects.exists()

    def test_refuses_lines_that_we_did_not_write(self, erasures, capsys):
        make_subscriber(ADDRESS)
        good = line_of(Tombstone(address_hash="b" * 64, erased_at=NOW))
        forged = line_of(Tombstone(address_hash=person().hash, erased_at=LATER)).replace("2026", "2027")
        erasures.parent.mkdir()
        erasures.write_text(f"{good}\n{forged}\n{good[:40]}\n\n垃圾\n")
        with pytest.raises(CommandError, match=r"3 lines .* \(line 2, 3, 5\)"):
            call_command("apply_erasures")
        assert "1 erasures taken in" in capsys.readouterr().out
        assert Subscriber.objects.get().address == ADDRESS

    def test_names_a_file_that_is_missing(self, tmp_path):
        with pytest.raises(CommandError, match="there is no such file"):
            call_command("apply_erasures", "--from", str(tmp_path / "none"))

    def test_does_nothing_on_a_new_site(self, capsys):
        call_command("apply_erasures")
        assert "0 erasures taken in" in capsys.readouterr().out


class TestTombstones:
    def test_are_written_apart_once_and_say_nothing(self, erasures, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            erase_everything(person(), at=NOW)
        assert write_missing() == 0
        text = erasures.read_text()
        assert ADDRESS not in text
        assert [each.address_hash for each in read_lines(erasures)] == [person().hash]
        assert erasures.stat().st_mode & 0o077 == 0

    def test_are_written_later_when_the_disk_refuses(self, erasures, settings, caplog):
        settings.AVOW_ERASURES = erasures / "below-a-file"
        erasures.parent.mkdir()
        erasures.write_text("")
        erase_everything(person(), at=NOW)
        assert write_missing() == 0
        assert "not written" in caplog.text
        settings.AVOW_ERASURES = erasures
        assert write_missing() == 1

    def test_never_change(self):
        from django.db import DatabaseError, connection

        erase_everything(person(), at=NOW)
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("DELETE FROM privacy_tombstone")


def test_links_and_lone_mail_go_with_their_days():
    from privacy.services.retention import keep_retention

    live_through_everything()
    gone = keep_retention(at=NOW + dt.timedelta(days=31))
    assert (gone["links"], gone["mails"]) == (1, 2)
    assert not DataLink.objects.exists()
    assert not Delivery.objects.filter(subscriber=None).exclude(address="").exists()
    assert keep_retention(at=NOW + dt.timedelta(days=91))["addresses"] == 1
    assert keep_retention(at=NOW + dt.timedelta(days=1830))["requests"] == 1
    assert DataRequest.objects.get().decided_at is None
