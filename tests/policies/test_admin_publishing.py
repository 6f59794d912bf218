"""Publishing from the editor's form, through Wagtail's own view."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision

from core.dates import today
from policies.drafts import page_document
from policies.models import Edition, EditionText, PolicyIndexPage, PolicyPage, ScheduledRefusal
from policies.services import StandingOrder, withdraw_policy
from policies.services.readiness import check_readiness
from policies.text.clauses import Clause
from tests.factories.policies import CHINESE, clauses, issue, key, make_bilingual_policy, make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return desk.sign_in(desk.make_user("Editor", is_superuser=True))


@pytest.fixture
def page():
    page = make_page()
    issue(page, note="訂定全文。")
    return PolicyPage.objects.get(pk=page.pk)


def changed(word: str = "五年"):
    return clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", word)), CHINESE[2])


def newest_draft(page):
    return PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def edit_address(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


class TestSavingADraft:
    def test_needs_none_of_what_publishing_needs(self, editor, page):
        response = desk.edit(editor, page, clauses=[])

        assert response.status_code == 302
        assert page_document(newest_draft(page)).clauses == ()

    def test_keeps_no_draft_that_says_nothing_beyond_what_was_issued(self, editor, page):
        desk.edit(editor, page)
        desk.edit(editor, page, summary="新摘要")
        found = PolicyPage.objects.get(pk=page.pk)

        assert page.revisions.count() == 3  # made, issued, and the one with the new summary
        assert found.has_unpublished_changes

    def test_keeps_the_key_of_every_clause(self, editor, page):
        desk.edit(editor, page, clauses=changed())

        assert [c.key for c in page_document(newest_draft(page)).clauses] == [key("0"), key("1"), key("2")]

    def test_gives_a_fresh_key_to_a_clause_with_anothers_or_none(self, editor, page):
        twice = changed()[0]
        desk.edit(editor, page, clauses=[twice, twice, replace(twice, key=""), replace(twice, key="no-uuid")])

        keys = [clause.key for clause in page_document(newest_draft(page)).clauses]
        assert keys[0] == twice.key
        assert len(set(keys)) == 4

    def test_sanitises_what_the_browser_sends(self, editor, page):
        desk.edit(editor, page, clauses=[replace(changed()[0], heading="<script>alert(1)</script>")])

        document = page_document(newest_draft(page))
        assert document.clauses[0].heading == "<script>alert(1)</script>"  # plain text, escaped wherever it is shown


class TestPublishing:
    def test_issues_the_next_edition(self, editor, page):
        response = desk.edit(
            editor, page, "publish", clauses=changed(), update_type="substantive", change_note="改為五年。"
        )

        assert response.status_code == 302
        assert desk.numbers(page) == ["1.0", "2.0"]
        text = EditionText.objects.get(edition__major=2)
        assert text.change_note == "改為五年。"
        assert text.issued_by_name == "Editor"

    def test_issues_the_first_edition_without_a_question(self, editor):
        page = make_page("security")
        response = desk.edit(editor, page, "publish", change_note="訂定。")

        assert response.status_code == 302
        assert desk.numbers(page) == ["1.0"]

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({}, "update_type", "do readers need to know"),
            ({"update_type": "substantive"}, "change_note", "needs a change note"),
            (
                {"update_type": "substantive", "change_note": "改。", "effective": "on_date"},
                "effective_from",
                "Give the date",
            ),
            (
                {
                    "update_type": "substantive",
                    "change_note": "改。",
                    "effective": "on_date",
                    "effective_from": "2020-01-01",
                },
                "effective_from",
                "cannot apply before it",
            ),
            (
                {
                    "update_type": "substantive",
                    "change_note": "改。",
                    "effective": "on_date",
                    "effective_from": "9999-12-31",
                },
                "effective_from",
                "A day that is not known yet is “To be announced later”",
            ),
        ],
    )
    def test_puts_each_refusal_beside_its_field_and_keeps_what_was_typed(self, editor, page, fields, field, words):
        response = desk.edit(editor, page, "publish", clauses=changed(), **fields)

        assert words in " ".join(desk.errors_of(response)[field])
        assert desk.numbers(page) == ["1.0"]
        assert "五年" in page_document(response.context["form"].instance).clauses[1].body

    def test_reads_dates_of_either_calendar(self, editor, page):
        day = today() + dt.timedelta(days=40)
        written = f"民國{day.year - 1911}年{day.month}月{day.day}日"
        fields = {
            "update_type": "substantive",
            "change_note": "改。",
            "effective": "on_date",
            "effective_from": written,
        }
        response = desk.edit(editor, page, "publish", clauses=changed(), **fields)
        assert response.status_code == 302, desk.errors_of(response)

        assert Edition.objects.get(major=2).effective_from == day

    def test_asks_why_an_edition_applies_from_a_day_that_has_passed(self, editor, page):
        yesterday = (today() - dt.timedelta(days=1)).isoformat()
        fields = {"update_type": "substantive", "change_note": "改。", "effective": "on_date"}
        response = desk.edit(editor, page, "publish", clauses=changed(), effective_from=yesterday, **fields)

        assert "That day has passed." in " ".join(desk.errors_of(response)["notice_waiver"])
        fields["notice_waiver"] = "依法溯及適用。"
        assert (
            desk.edit(editor, page, "publish", clauses=changed(), effective_from=yesterday, **fields).status_code == 302
        )

    @pytest.mark.parametrize("day", ["0001-01-01", "民國0年1月1日", "民國前1年1月1日"])
    def test_knows_no_day_before_the_republic(self, editor, page, day):
        response = desk.edit(editor, page, effective="on_date", effective_from=day)

        assert desk.errors_of(response)["effective_from"] == ["Enter a valid date."]

    @pytest.mark.parametrize(
        "damage",
        [{"clauses-0-value-body": "{"}, {"clauses-0-value-body": "3"}, {"clauses-count": "x"}, {"clauses-count": "9"}],
    )
    def test_turns_away_a_list_of_clauses_that_no_form_of_ours_sends(self, editor, page, damage):
        assert desk.post(editor, edit_address(page), desk.fields_of(page) | damage).status_code == 400

    def test_names_the_clauses_that_say_nothing(self, editor, page):
        scope, logs, contact = changed()
        parent = replace(scope, heading="", body="")
        blank = Clause(key("blank"), 2, body="<p>\u00a0</p>")
        unnumbered = Clause(key("unnumbered"), 1, numbered=False)
        content = [parent, replace(logs, depth=2), blank, contact, unnumbered]
        response = desk.edit(editor, page, "publish", clauses=content, update_type="substantive", change_note="改。")

        assert "Clauses that say nothing: 一、（二）, no. 5 in the list." in " ".join(
            desk.errors_of(response)["clauses"]
        )
        assert desk.numbers(page) == ["1.0"]

    def test_refuses_a_translation_with_gaps(self, editor):
        make_bilingual_policy()
        english = PolicyPage.objects.get(locale__language_code="en")
        scope, logs, contact = page_document(english.get_latest_revision_as_object()).clauses
        gap = replace(logs, heading="", body="")
        response = desk.edit(editor, english, "publish", clauses=[scope, gap, contact], change_note="Shorter.")

        assert "Clauses that are not translated yet: 2." in " ".join(desk.errors_of(response)["clauses"])

    def test_refuses_a_text_that_says_the_same(self, editor, page):
        response = desk.edit(editor, page, "publish", update_type="editorial")

        assert "Nothing has changed since edition 1.0" in " ".join(desk.errors_of(response)["clauses"])

    def test_refuses_an_empty_policy_beside_the_clauses(self, editor, page):
        response = desk.edit(editor, page, "publish", clauses=[], update_type="editorial")

        assert "no text yet" in " ".join(desk.errors_of(response)["clauses"])
        assert b"no text yet" in response.content

    def test_asks_the_same_before_a_draft_is_submitted(self, page):
        author = desk.sign_in(desk.make_author())
        response = desk.edit(author, page, "submit", clauses=changed(), update_type="substantive")

        assert "change_note" in desk.errors_of(response)
        assert PolicyPage.objects.get(pk=page.pk).current_workflow_state is None

    def test_issues_a_text_of_the_newest_edition_from_a_translation(self, editor, page):
        english = make_page(language="en")
        response = desk.edit(editor, english, "publish", change_note="First edition.")

        assert response.status_code == 302
        assert desk.numbers(page) == ["1.0"]
        assert set(EditionText.objects.values_list("locale", flat=True)) == {"zh-hant", "en"}


class TestTheForm:
    def test_starts_blank_after_an_edition_was_issued(self, editor, page):
        desk.edit(editor, page, "publish", clauses=changed(), update_type="substantive", change_note="改為五年。")
        form = editor.get(edit_address(page)).context["form"]

        assert [form[name].value() for name in ("update_type", "change_note", "document_no")] == ["", "", ""]
        assert form["based_on_edition"].value() == "2.0"

    def test_keeps_a_drafts_words_when_another_edition_appeared_and_says_so(self, editor, page):
        desk.edit(editor, page, clauses=changed(), update_type="substantive", change_note="改為五年。")
        draft = newest_draft(page).latest_revision
        stale = {**draft.content, "based_on_edition": "0.9"}
        Revision.objects.filter(pk=draft.pk).update(content=stale)
        response = editor.get(edit_address(page))

        assert response.context["form"]["change_note"].value() == "改為五年。"
        assert response.context["form"]["based_on_edition"].value() == "1.0"
        assert "Edition 1.0 was published after this draft was begun" in desk.said(response)

    def test_starts_blank_when_an_old_revision_is_brought_back(self, editor, page):
        old = page.latest_revision_id
        desk.edit(editor, page, "publish", clauses=changed(), update_type="substantive", change_note="改為五年。")
        address = reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old])
        response = editor.get(address)
        form = response.context["form"]

        assert form["change_note"].value() == ""
        assert form["based_on_edition"].value() == "2.0"
        data = desk.fields_of(page, clauses=clauses(*CHINESE), update_type="substantive", change_note="回復三年。")
        desk.post(editor, address, data | {"action-publish": "1"})
        assert desk.numbers(page) == ["1.0", "2.0", "3.0"]
        assert "三年" in EditionText.objects.get(edition__major=3).html
        assert "五年" in EditionText.objects.get(edition__major=2).html

    def test_asks_a_translation_only_for_its_note(self, editor):
        make_bilingual_policy()
        english = PolicyPage.objects.get(locale__language_code="en")
        fields = editor.get(edit_address(english)).context["form"].fields

        assert "change_note" in fields
        assert not {"update_type", "effective", "effective_from", "document_no", "notice_waiver"} & fields.keys()

    def test_shows_the_redline_and_what_it_suggests(self, editor, page):
        desk.edit(editor, page, clauses=changed())
        content = editor.get(edit_address(page)).content.decode()

        assert "<del>" in content
        assert "suggests: yes, readers need to know (substantive)" in content

    def test_does_not_offer_expiry_or_privacy(self, editor, page):
        content = editor.get(edit_address(page)).content.decode()

        assert 'name="expire_at"' not in content
        assert 'data-a11y-dialog-show="set-privacy"' not in content

    def test_says_beside_a_translation_what_the_source_says(self, editor):
        make_bilingual_policy()
        english = PolicyPage.objects.get(locale__language_code="en")
        content = editor.get(edit_address(english)).content.decode()

        assert "Update structure from source" in content
        assert 'data-structure="source"' in content

    def test_creates_a_policy_from_wagtails_own_page(self, editor):
        parent = PolicyIndexPage.objects.get(locale__language_code="zh-hant")
        address = reverse("wagtailadmin_pages:add", args=["policies", "policypage", parent.pk])
        data = desk.clause_fields(list(clauses(*CHINESE))) | {
            "title": "資訊安全政策",
            "slug": "security",
            "effective": "on_issue",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
        }

        assert editor.get(address).status_code == 200
        response = desk.post(editor, address, data | {"action-publish": "1"})
        assert response.status_code == 302
        assert desk.numbers(PolicyPage.objects.get(slug="security")) == ["1.0"]


class TestScheduling:
    def publish_later(self, editor, page, **fields):
        moment = timezone.localtime() + dt.timedelta(hours=3)
        data = {
            "update_type": "substantive",
            "change_note": "改為五年。",
            "go_live_at": moment.strftime("%Y-%m-%d %H:%M"),
        }
        return desk.edit(editor, page, "publish", clauses=changed(), **(data | fields))

    def go_live(self, page):
        past = timezone.now() - dt.timedelta(minutes=1)
        revision = Revision.objects.get(approved_go_live_at__isnull=False)
        revision.content["go_live_at"] = past.isoformat()
        revision.approved_go_live_at = past
        revision.save()
        call_command("publish_scheduled")
        page.refresh_from_db()

    def test_issues_one_edition_when_the_time_has_come(self, editor, page):
        assert self.publish_later(editor, page).status_code == 302
        assert desk.numbers(page) == ["1.0"]

        self.go_live(page)
        call_command("publish_scheduled")

        assert desk.numbers(page) == ["1.0", "2.0"]

    def test_checks_notice_and_note_when_it_is_scheduled(self, editor, page):
        response = self.publish_later(editor, page, change_note="")

        assert "change_note" in desk.errors_of(response)

    def test_keeps_the_draft_and_notes_why_it_was_refused(self, editor, page):
        self.publish_later(editor, page)
        notices = {"zh-hant": "本政策已無適用之業務，自即日起停止適用。"}
        now = timezone.now()
        withdraw_policy(
            StandingOrder(policy=page.policy, notices=notices, effective_from=today(), issued_at=now, issued_by="林")
        )
        self.go_live(page)

        assert desk.numbers(page) == ["1.0", "2.0"]
        refusal = ScheduledRefusal.objects.get(page=page)
        assert "Edition 2.0 was published after this draft was begun from 1.0" in refusal.reason
        assert refusal.reason in editor.get(reverse("wagtailadmin_home")).content.decode()


def test_what_the_form_accepts_the_service_accepts(editor, page):
    """Both ask `check_readiness`, so nothing that the form lets through is refused afterwards."""
    draft = page.get_latest_revision_as_object()

    assert check_readiness(draft, at=timezone.now())
