from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from core.models import Agency
from newsletters.models import Delivery, Subscriber
from privacy.choices import Decision, RequestKind
from privacy.errors import RequestRefused
from privacy.models import DataRequest, Tombstone
from privacy.services.reminders import remind_officer
from privacy.services.requests import answer_request, extend_request, open_request
from tests.factories.newsletters import NOW, make_subscriber
from tests.members.test_models import User
from tests.newsletters.signing_up import ADDRESS
from tests.pages import Page
from tests.policies import admin_desk as desk
from tests.privacy.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def erasures(settings, tmp_path):
    settings.AVOW_ERASURES = tmp_path / "erasures.txt"


def ask(kind: RequestKind = RequestKind.CORRECT, *, at: dt.datetime = NOW) -> DataRequest:
    return open_request(person=person(), kind=kind, words="Please.", locale="en", at=at)


def days(count: int) -> dt.date:
    return NOW.date() + dt.timedelta(days=count)


class TestClocks:
    @pytest.mark.parametrize(
        ("kind", "allowed"),
        [
            (RequestKind.SEE, 15),
            (RequestKind.COPY, 15),
            (RequestKind.CORRECT, 30),
            (RequestKind.STOP, 30),
            (RequestKind.ERASE, 30),
        ],
    )
    def test_run_as_article_13_says(self, kind, allowed):
        assert ask(kind).due_on == days(allowed)
        request = extend_request(number=ask(kind).pk, until=days(2 * allowed), reason="Many.", by_name="林", at=NOW)
        assert request.due_on == days(2 * allowed)
        with pytest.raises(RequestRefused):
            extend_request(number=ask(kind).pk, until=days(2 * allowed + 1), reason="Many.", by_name="林", at=NOW)

    def test_count_days_in_taipei(self):
        late = dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC)  # the 2nd there
        assert ask(RequestKind.SEE, at=late).due_on == dt.date(2026, 3, 17)


class TestExtend:
    def test_is_done_once_with_a_reason_and_told(self):
        request = ask()
        extend_request(number=request.pk, until=days(40), reason=" Archives. ", by_name="林", at=NOW)
        request.refresh_from_db()
        assert (request.extension_reason, request.extended_by_name) == ("Archives.", "林")
        assert Delivery.objects.get().mailing.key == "system:data_answer"
        with pytest.raises(RequestRefused, match=r"^$"):
            extend_request(number=request.pk, until=days(50), reason="Again.", by_name="林", at=NOW)

    @pytest.mark.parametrize(("until", "reason"), [(30, "No later day."), (61, "Too late."), (40, "  ")])
    def test_is_refused_without_change(self, until, reason):
        request = ask()
        with pytest.raises(RequestRefused) as caught:
            extend_request(number=request.pk, until=days(until), reason=reason, by_name="林", at=NOW)
        assert caught.value.reason
        request.refresh_from_db()
        assert (request.due_on, request.extended_at) == (days(30), None)
        assert not Delivery.objects.exists()


class TestAnswer:
    def test_is_recorded_and_told_with_the_reason(self):
        request = answer_request(number=ask().pk, decision=Decision.REFUSED, reason="Article 11.", by_name="林", at=NOW)
        assert (request.decision, request.reason, request.decided_by_name) == ("refused", "Article 11.", "林")
        assert Delivery.objects.get().address == ADDRESS

    def test_needs_a_reason_unless_all_was_done(self):
        for decision in (Decision.REFUSED, Decision.PARTLY):
            with pytest.raises(RequestRefused):
                answer_request(number=ask().pk, decision=decision, reason=" ", by_name="林", at=NOW)
        assert answer_request(number=ask().pk, decision=Decision.DONE, reason="", by_name="林", at=NOW).decided_at

    def test_is_given_once(self):
        number = ask().pk
        answer_request(number=number, decision=Decision.DONE, reason="", by_name="林", at=NOW)
        for act in (
            lambda: answer_request(number=number, decision=Decision.DONE, reason="", by_name="林", at=NOW),
            lambda: extend_request(number=number, until=days(40), reason="x", by_name="林", at=NOW),
        ):
            with pytest.raises(RequestRefused):
                act()

    def test_erases_the_person_with_their_account(self):
        user = User.objects.create_user(ADDRESS, "correct horse battery")
        make_subscriber(ADDRESS)
        answer_request(
            number=ask(RequestKind.ERASE).pk, decision=Decision.DONE, reason="", by_name="林", at=NOW, erases=True
        )
        assert not User.objects.filter(pk=user.pk).exists()
        assert Subscriber.objects.get().address is None
        assert Tombstone.objects.get().with_account
        assert DataRequest.objects.get().address == ""

    def test_erases_only_what_was_asked_to_be_erased(self):
        make_subscriber(ADDRESS)
        with pytest.raises(RequestRefused):
            answer_request(number=ask().pk, decision=Decision.DONE, reason="", by_name="林", at=NOW, erases=True)
        assert Subscriber.objects.get().address == ADDRESS

    def test_postgresql_refuses_a_refusal_without_a_reason(self):
        request = ask()
        with pytest.raises(IntegrityError), transaction.atomic():
            DataRequest.objects.filter(pk=request.pk).update(decision="refused", decided_at=NOW)


class TestReminders:
    def card(self) -> None:
        Agency.objects.create(language="en", name="Office", email="privacy@agency.example")

    def test_come_once_a_day_from_five_days_before_the_end_on(self):
        self.card()
        ask()
        assert remind_officer(at=NOW + dt.timedelta(days=24)) == 0
        assert remind_officer(at=NOW + dt.timedelta(days=25)) == 1
        assert remind_officer(at=NOW + dt.timedelta(days=25, hours=1)) == 0
        assert remind_officer(at=NOW + dt.timedelta(days=40)) == 1
        mails = Delivery.objects.filter(mailing__key="system:data_due")
        assert [mail.address for mail in mails] == ["privacy@agency.example"] * 2
        text = "".join(str(part) for part in mails[0].body.text)
        assert "/admin/data-requests/" in text
        assert ADDRESS not in text

    def test_end_with_the_answer(self):
        self.card()
        answer_request(number=ask().pk, decision=Decision.DONE, reason="", by_name="林", at=NOW)
        assert remind_officer(at=NOW + dt.timedelta(days=40)) == 0

    def test_wait_for_an_address(self):
        ask()
        assert remind_officer(at=NOW + dt.timedelta(days=40)) == 0
        self.card()
        assert remind_officer(at=NOW + dt.timedelta(days=40)) == 1


class TestAdmin:
    def officer(self) -> Client:
        user = desk.make_approver()
        user.user_permissions.add(Permission.objects.get(codename="answer_datarequest"))
        return desk.sign_in(user)

    def test_is_for_officers_alone(self):
        request = ask()
        officer, author = self.officer(), desk.sign_in(desk.make_author())
        for path in ("", f"{request.pk}/"):
            assert officer.get(f"/admin/data-requests/{path}").status_code == 200
            refused = author.get(f"/admin/data-requests/{path}")
            assert refused.status_code == 302
            assert Client().get(f"/admin/data-requests/{path}").status_code == 302

    def test_lists_what_is_open_first_and_marks_what_is_late(self):
        answered = ask()
        answer_request(number=answered.pk, decision=Decision.DONE, reason="", by_name="林", at=NOW)
        ask(RequestKind.SEE)
        rows = [
            " ".join(row.text_content().split())
            for row in Page(self.officer().get("/admin/data-requests/")).all("//table[@class='listing']//tbody/tr")
        ]
        assert "overdue" in rows[0]
        assert "Done" in rows[1]

    def test_logs_who_looked(self):
        from wagtail.models import ModelLogEntry

        request = ask()
        self.officer().get(f"/admin/data-requests/{request.pk}/")
        entry = ModelLogEntry.objects.get(action="privacy.look")
        assert entry.object_id == str(request.pk)
        assert ADDRESS not in entry.label

    def test_extends_and_answers(self):
        request = ask(at=timezone.now())
        client, path = self.officer(), f"/admin/data-requests/{request.pk}/"
        until = request.due_on + dt.timedelta(days=3)
        assert client.post(path, {"act": "extend", "until": until.isoformat(), "reason": "Much."}).status_code == 302
        refused = client.post(path, {"act": "answer", "decision": "refused", "reason": ""})
        assert refused.status_code == 422
        assert "article of the Act" in Page(refused).text
        assert client.post(path, {"act": "answer", "decision": "done", "reason": ""}).status_code == 302
        request.refresh_from_db()
        assert (request.due_on, request.decision) == (until, "done")
        assert request.decided_by_name

    @pytest.mark.parametrize(
        "fields", [{}, {"act": "extend"}, {"act": "extend", "until": "soon"}, {"act": "answer", "decision": "maybe"}]
    )
    def test_answers_what_it_cannot_read(self, fields):
        request = ask()
        assert self.officer().post(f"/admin/data-requests/{request.pk}/", fields).status_code == 422
        request.refresh_from_db()
        assert request.decided_at is None

    def test_knows_no_other_request(self):
        client = self.officer()
        assert client.get("/admin/data-requests/999/").status_code == 404
        assert client.post("/admin/data-requests/999/", {"act": "answer"}).status_code == 404
