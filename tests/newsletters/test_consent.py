from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from core.append_only import RecordImmutableError
from newsletters.choices import ConsentAction, Source
from newsletters.models import ConsentContext, ConsentEvent, ConsentText
from newsletters.services.consent import Act, event_digest, keep_text, record, verify_consent
from tests.factories.newsletters import NOW, make_subscriber, make_topic
from tests.newsletters.signing_up import ORIGIN, confirm, sign_up

pytestmark = pytest.mark.django_db


def make_events() -> list[ConsentEvent]:
    """Return six events of two people."""
    topics = (make_topic("a"), make_topic("b"))
    for address in ("wang@readers.example", "lin@readers.example"):
        confirm(sign_up(*topics, address=address))
    return list(ConsentEvent.objects.order_by("position"))


def tamper(sql: str, *parameters: object) -> None:
    """Change the record as somebody would who may do everything in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("newsletters_consentevent", "newsletters_consenttext"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        for table in ("newsletters_consentevent", "newsletters_consenttext"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


class TestRecord:
    def test_chains_all_events_of_all_people(self):
        events = make_events()
        assert [event.position for event in events] == [1, 2, 3, 4, 5, 6]
        assert [event.previous_digest for event in events] == ["", *(event.digest for event in events[:-1])]
        assert len({event.digest for event in events}) == 6

    def test_keeps_one_text_for_the_same_words(self):
        make_events()
        assert ConsentText.objects.count() == 1
        assert keep_text(locale="zh-hant", body="I agree.", at=NOW) != keep_text(locale="en", body="I agree.", at=NOW)

    def test_says_nothing_of_the_person_but_a_number(self):
        make_events()
        assert "readers.example" not in str(list(ConsentEvent.objects.values_list()))

    def test_of_nothing_is_nothing(self):
        assert record(subscriber=make_subscriber(), acts=[], at=NOW, origin=ORIGIN) == []

    def test_refuses_what_has_no_canonical_form(self):
        act = Act(action=ConsentAction.CHANGED, channel=Source.MEMBER, details={"share": 0.5})
        with pytest.raises(TypeError):
            record(subscriber=make_subscriber(), acts=[act], at=NOW, origin=ORIGIN)

    def test_is_never_changed(self):
        event = make_events()[0]
        with pytest.raises(RecordImmutableError):
            event.save()
        with pytest.raises(RecordImmutableError):
            ConsentEvent.objects.update(action=ConsentAction.WITHDRAWN)
        for sql in (
            "UPDATE newsletters_consentevent SET action = 'withdrawn'",
            "DELETE FROM newsletters_consentcontext; DELETE FROM newsletters_consentevent",
            "UPDATE newsletters_consenttext SET body = 'x'",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

    def test_outlives_the_context(self):
        make_events()
        ConsentContext.objects.all().delete()
        assert ConsentEvent.objects.count() == 6
        assert not list(verify_consent())


class TestVerifyConsent:
    def test_finds_nothing_where_nothing_was_done(self):
        make_events()
        assert list(verify_consent()) == []

    @pytest.mark.parametrize(
        ("sql", "row"),
        [
            ("UPDATE newsletters_consentevent SET action = 'withdrawn' WHERE position = 2", "consent #2"),
            ("UPDATE newsletters_consentevent SET subscriber_number = 99 WHERE position = 3", "consent #3"),
            ("UPDATE newsletters_consentevent SET topic_slug = 'c' WHERE position = 3", "consent #3"),
            ("UPDATE newsletters_consentevent SET channel = 'member' WHERE position = 3", "consent #3"),
            ("UPDATE newsletters_consentevent SET details = '{}' WHERE position = 2", "consent #2"),
            (
                "UPDATE newsletters_consentevent SET happened_at = happened_at - interval '1 microsecond'"
                " WHERE position = 6",
                "consent #6",
            ),
            ("UPDATE newsletters_consentevent SET consent_text_id = NULL WHERE position = 1", "consent #1"),
            ("UPDATE newsletters_consentevent SET previous_digest = digest WHERE position = 4", "consent #4"),
            ("UPDATE newsletters_consenttext SET body = 'I disagree.'", "consent text"),
        ],
    )
    def test_finds_a_change_and_names_the_row(self, sql, row):
        make_events()
        tamper(sql)
        faults = list(verify_consent())
        assert faults
        assert all(fault.row.startswith(row) for fault in faults)

    def test_finds_a_missing_event(self):
        event = make_events()[2]
        ConsentContext.objects.filter(event=event).delete()
        tamper("DELETE FROM newsletters_consentevent WHERE position = 3")
        assert [fault.row for fault in verify_consent()] == ["consent #3"]

    def test_finds_an_event_that_was_slipped_in_with_a_digest_of_its_own(self):
        """Whoever computes a new digest breaks the link of the next event."""
        event = make_events()[1]
        event.happened_at += dt.timedelta(days=1)
        tamper(
            "UPDATE newsletters_consentevent SET happened_at = %s, digest = %s WHERE position = 2",
            event.happened_at,
            event_digest(event),
        )
        assert [fault.row for fault in verify_consent()] == ["consent #3"]


class TestCommand:
    def test_says_how_many_and_the_last_digest(self):
        output = StringIO()
        call_command("verify_consent", stdout=output)
        assert "No consent" in output.getvalue()
        last = make_events()[-1]
        call_command("verify_consent", stdout=output)
        assert "6 events" in output.getvalue()
        assert last.digest in output.getvalue()

    def test_fails_on_the_first_fault_or_lists_them_all(self):
        make_events()
        tamper("UPDATE newsletters_consentevent SET topic_slug = 'c' WHERE position IN (2, 5)")
        with pytest.raises(CommandError, match="consent #2"):
            call_command("verify_consent")
        errors = StringIO()
        with pytest.raises(CommandError, match="2 faults"):
            call_command("verify_consent", all_faults=True, stderr=errors)
        assert "consent #5" in errors.getvalue()
