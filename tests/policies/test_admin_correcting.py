"""Correcting the edition in force from the admin, while another is announced."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.translation import override

from core.dates import today
from policies.drafts import page_document
from policies.models import Edition, EditionText, PolicyPage
from policies.services import StandingOrder, issue_edition, withdraw_policy
from tests.factories.policies import CHINESE, ENGLISH, at, clauses, issue, make_bilingual_policy
from tests.pages import Page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

NEXT_YEAR = today() + dt.timedelta(days=365)
WRONG, RIGHT = "<p>對本政策有疑問，請洽本署。</p>", "<p>對本政策有疑問，請洽本署，電話02-3333-4444。</p>"


@pytest.fixture
def editor():
    return desk.sign_in(desk.make_user("Editor", is_superuser=True))


@pytest.fixture
def policy():
    """Edition 2.0 in force in both languages (五年, “five”), and 3.0 announced in Chinese (七年)."""
    policy = make_bilingual_policy()
    issue(page_of(policy), on="2025-06-01", content=chinese("七年"), effective_from=NEXT_YEAR.isoformat())
    return policy


def page_of(policy, language="zh-hant"):
    return PolicyPage.objects.get(policy=policy, locale__language_code=language)


def chinese(years, contact=WRONG):
    return clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", years)), (CHINESE[2][0], contact))


def english(years, contact="<p>Questions about this policy are welcome.</p>"):
    return clauses(ENGLISH[0], (ENGLISH[1][0], ENGLISH[1][1].replace("three", years)), (ENGLISH[2][0], contact))


def begin(editor, page):
    return desk.post(editor, reverse("avow_policies:correct", args=[page.pk]))


def draft_of(page):
    return PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def bodies(page):
    return [clause.body for clause in page_document(draft_of(page)).clauses]


def form(editor, page):
    return Page(editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))


def record(editor, policy):
    return Page(editor.get(reverse("avow_policies:record", args=[policy.pk])))


class TestBeginning:
    def test_takes_the_text_in_force_and_says_so(self, editor, policy):
        page = page_of(policy)
        response = begin(editor, page)

        assert response.status_code == 302
        assert draft_of(page).of_edition == "2.0"
        assert "五年" in bodies(page)[1]
        assert "This draft corrects edition 2.0, in force. Publishing issues 2.1" in form(editor, page).text

    def test_is_offered_on_the_record_and_the_form_only_while_something_is_announced(self, editor, policy):
        address = reverse("avow_policies:correct", args=[page_of(policy).pk])
        assert address in record(editor, policy).links
        assert address in form(editor, page_of(policy)).links
        other = make_bilingual_policy("security")
        assert not any("/correct/" in link for link in record(editor, other).links)
        assert (
            "Nothing is announced" in Page(editor.get(reverse("avow_policies:correct", args=[page_of(other).pk]))).text
        )

    def test_is_refused_when_nothing_is_announced(self, editor):
        other = make_bilingual_policy("security")
        response = begin(editor, page_of(other))
        assert "Nothing is announced after edition 2.0" in str(desk.errors_of(response))
        assert draft_of(page_of(other)).of_edition == ""

    def test_needs_the_right_to_edit_the_page(self, policy):
        stranger = desk.sign_in(desk.make_user("Stranger"))
        assert begin(stranger, page_of(policy)).status_code == 403
        assert draft_of(page_of(policy)).of_edition == ""

    def test_is_open_to_authors_who_may_not_publish(self, policy):
        author = desk.sign_in(desk.make_author())
        begin(author, page_of(policy))
        assert draft_of(page_of(policy)).of_edition == "2.0"

    def test_waits_until_a_draft_in_review_is_decided(self, editor, policy):
        author = desk.sign_in(desk.make_author())
        desk.edit(
            author,
            page_of(policy),
            "submit",
            clauses=chinese("九年"),
            update_type="substantive",
            change_note="九年。",
            effective="on_date",
            effective_from=NEXT_YEAR.isoformat(),
            replaces_announced="on",
        )
        assert page_of(policy).workflow_in_progress
        assert "waits for approval" in str(desk.errors_of(begin(editor, page_of(policy))))

    def test_explains_in_chinese_too(self, editor, policy):
        with override("zh-hant"):
            answer = editor.get(
                reverse("avow_policies:correct", args=[page_of(policy).pk]), headers={"accept-language": "zh-Hant"}
            )
        assert "發布後為第2.1版" in Page(answer).text


class TestPublishing:
    def publish(self, editor, policy, **kwargs):
        page = page_of(policy)
        begin(editor, page)
        fields = {"clauses": chinese("五年", RIGHT), "update_type": "editorial", **kwargs}
        return desk.edit(editor, page, "publish", **fields)

    def test_issues_the_next_number_within_the_major_in_force_until_the_announced_day(self, editor, policy):
        response = self.publish(editor, policy)

        assert desk.numbers(page_of(policy)) == ["1.0", "2.0", "3.0", "2.1"]
        edition = Edition.objects.get(policy=policy, major=2, minor=1)
        assert (edition.effective_from, edition.previous.number) == (today(), "2.0")
        assert "Edition 3.0 does not have the correction of edition 2.1." in desk.said(response)

    def test_keeps_what_changed_against_the_text_in_force(self, editor, policy):
        self.publish(editor, policy)
        text = EditionText.objects.get(edition__policy=policy, edition__minor=1, locale="zh-hant")
        assert [change["heading"] for change in text.changes] == ["聯絡方式"]

    def test_may_be_substantive_with_a_note(self, editor, policy):
        assert "change_note" in desk.errors_of(self.publish(editor, policy, update_type="substantive"))
        self.publish(editor, policy, update_type="substantive", change_note="更正電話。")
        edition = Edition.objects.get(policy=policy, major=2, minor=1)
        assert edition.is_substantive

    def test_may_take_effect_on_a_day_before_the_announced_one_only(self, editor, policy):
        for day, is_open in (
            (today() - dt.timedelta(days=1), False),
            (NEXT_YEAR, False),
            (NEXT_YEAR - dt.timedelta(days=1), True),
        ):
            response = self.publish(editor, policy, effective="on_date", effective_from=day.isoformat())
            if is_open:
                assert response.status_code == 302
            else:
                assert "effective_from" in desk.errors_of(response)

    def test_has_no_open_date(self, editor, policy):
        begin(editor, page_of(policy))
        page = form(editor, page_of(policy))
        assert [item.get("value") for item in page.all("//input[@name='effective']")] == ["on_issue", "on_date"]
        response = self.publish(editor, policy, effective="to_be_announced")
        assert "effective" in desk.errors_of(response)

    def test_lets_the_draft_go_on_from_the_announced_text_with_the_correction(self, editor, policy):
        self.publish(editor, policy)
        page = page_of(policy)

        assert draft_of(page).of_edition == ""
        assert "七年" in bodies(page)[1]
        assert "02-3333-4444" in bodies(page)[2]
        assert page.has_unpublished_changes
        said = form(editor, page).text
        assert "Edition 2.1 corrected the text in force. Edition 3.0 does not have that correction." in said
        assert "This draft has it in: 聯絡方式." in said
        desk.edit(editor, page, "publish", update_type="editorial")
        assert desk.numbers(page)[-1] == "3.1"
        assert "corrected the text in force" not in form(editor, page).text

    def test_names_what_must_be_put_right_by_hand(self, editor, policy):
        page = page_of(policy)
        begin(editor, page)
        desk.edit(
            editor, page, "publish", clauses=chinese("六年", RIGHT), update_type="substantive", change_note="更正。"
        )
        assert "This draft reads otherwise in: 保存期限." in form(editor, page).text
        assert "七年" in bodies(page)[1]

    def test_leaves_no_draft_waiting_when_the_announced_text_was_right(self, editor):
        policy = make_bilingual_policy()
        page = page_of(policy)
        issue(page, on="2025-06-01", content=chinese("七年", RIGHT), to_be_announced=True)
        self.publish(editor, policy)
        page = page_of(policy)
        assert not page.has_unpublished_changes
        assert "七年" in bodies(page)[1]
        assert "corrected the text in force" not in form(editor, page).text

    def test_brings_back_the_draft_that_was_under_way(self, editor, policy):
        page = page_of(policy)
        desk.edit(editor, page, clauses=chinese("九年"), change_note="改為九年。")
        self.publish(editor, policy)
        assert "九年" in bodies(page)[1]
        assert "02-3333-4444" in bodies(page)[2]
        assert draft_of(page).change_note == "改為九年。"

    def test_is_refused_when_a_colleague_corrected_it_first(self, editor, policy):
        page = page_of(policy)
        begin(editor, page)
        stale = draft_of(page)
        self.publish(editor, policy)
        stale.update_type = "editorial"
        revision = stale.save_revision()
        response = desk.edit(
            editor,
            page,
            "publish",
            clauses=chinese("五年", "<p>請洽本署總機，電話02-5555-6666。</p>"),
            update_type="editorial",
            based_on_edition="3.0",
        )
        assert revision.pk
        reasons = " ".join(desk.errors_of(response)["__all__"])
        assert "Edition 2.1 was published after this draft was begun" in reasons
        assert "corrects edition 2.0, which is not in force any more" in reasons
        assert "not in force any more" in form(editor, page).text

    def test_can_be_done_again(self, editor, policy):
        self.publish(editor, policy)
        response = self.publish(editor, policy, clauses=chinese("五年", "<p>請洽本署總機，電話02-5555-6666。</p>"))
        assert response.status_code == 302
        assert desk.numbers(page_of(policy))[-1] == "2.2"
        assert "02-5555-6666" in bodies(page_of(policy))[2]

    def test_replaces_a_correction_that_waits_only_when_confirmed(self, editor, policy):
        self.publish(editor, policy, effective="on_date", effective_from=(today() + dt.timedelta(days=30)).isoformat())
        again = {"clauses": chinese("五年", "<p>請洽本署總機，電話02-5555-6666。</p>")}
        assert "replaces_announced" in desk.errors_of(self.publish(editor, policy, **again))
        self.publish(editor, policy, **again, replaces_announced="on")
        assert desk.numbers(page_of(policy))[-1] == "2.2"

    def test_is_possible_before_an_announced_withdrawal(self, editor):
        policy = make_bilingual_policy()
        withdraw_policy(
            StandingOrder(
                policy=policy,
                notices={"zh-hant": "停止適用。", "en": "Withdrawn."},
                effective_from=NEXT_YEAR,
                issued_at=at("2025-06-01"),
                issued_by="林",
            )
        )
        page = page_of(policy)
        response = desk.edit(editor, page, "publish", clauses=chinese("五年", RIGHT), update_type="editorial")
        assert "Until then the edition in force can be corrected" in " ".join(desk.errors_of(response)["__all__"])
        assert self.publish(editor, policy).status_code == 302
        assert desk.numbers(page)[-1] == "2.1"


class TestDropping:
    def test_goes_back_to_the_newest_text(self, editor, policy):
        page = page_of(policy)
        begin(editor, page)
        assert reverse("avow_policies:drop_correction", args=[page.pk]) in form(editor, page).response.text
        desk.post(editor, reverse("avow_policies:drop_correction", args=[page.pk]))
        assert draft_of(page).of_edition == ""
        assert "七年" in bodies(page)[1]

    def test_goes_back_to_the_draft_that_was_under_way(self, editor, policy):
        page = page_of(policy)
        desk.edit(editor, page, clauses=chinese("九年"))
        begin(editor, page)
        begin(editor, page)
        desk.post(editor, reverse("avow_policies:drop_correction", args=[page.pk]))
        assert "九年" in bodies(page)[1]

    def test_is_refused_where_there_is_none_and_by_reading(self, editor, policy):
        address = reverse("avow_policies:drop_correction", args=[page_of(policy).pk])
        assert "corrects no edition" in desk.said(desk.post(editor, address))
        assert editor.get(address).status_code == 405


class TestTranslations:
    @pytest.fixture
    def corrected(self, editor, policy):
        page = page_of(policy)
        begin(editor, page)
        desk.edit(editor, page, "publish", clauses=chinese("五年", RIGHT), update_type="editorial")
        return policy

    def joined(self, policy):
        texts = EditionText.objects.filter(edition__policy=policy, locale="en").order_by("pk")
        return [text.edition.number for text in texts]

    def test_must_say_which_edition_they_belong_to(self, editor, corrected):
        page = page_of(corrected, "en")
        response = desk.edit(editor, page, "publish", clauses=english("seven"))
        assert desk.errors_of(response)["of_edition"] == ["Choose the edition that this text belongs to: 2.1, 3.0."]
        choices = form(editor, page).all("//input[@type='radio'][@name='of_edition']")
        assert [(choice.get("value"), choice.get("checked")) for choice in choices] == [("3.0", None), ("2.1", None)]
        desk.edit(editor, page, "publish", clauses=english("seven"), of_edition="3.0")
        assert self.joined(corrected) == ["1.0", "2.0", "3.0"]

    def test_of_the_correction_begin_from_the_text_in_force_and_join_it(self, editor, corrected):
        page = page_of(corrected, "en")
        desk.edit(editor, page, "publish", clauses=english("seven"), of_edition="3.0")
        begin(editor, page)
        assert draft_of(page).of_edition == "2.1"
        assert "five" in bodies(page)[1]
        assert form(editor, page).one("//input[@name='of_edition'][@checked]").get("value") == "2.1"
        phone = "<p>Questions are welcome: telephone 02-3333-4444.</p>"
        desk.edit(editor, page, "publish", clauses=english("five", phone))
        assert self.joined(corrected) == ["1.0", "2.0", "3.0", "2.1"]
        text = EditionText.objects.get(edition__policy=corrected, locale="en", edition__minor=1)
        assert [change["heading"] for change in text.changes] == ["Contact"]
        # The draft goes on from the announced translation, with the correction in it.
        assert draft_of(page).of_edition == "3.0"
        assert "seven" in bodies(page)[1]
        assert "02-3333-4444" in bodies(page)[2]

    def test_show_the_source_of_the_edition_they_name(self, editor, corrected):
        page = page_of(corrected, "en")
        begin(editor, page)
        assert '"number": "2.1"' in form(editor, page).response.text
        desk.edit(editor, page, of_edition="3.0")
        assert '"number": "3.0"' in form(editor, page).response.text

    def test_of_an_edition_that_is_neither_in_force_nor_announced_are_refused(self, editor, corrected):
        page = page_of(corrected, "en")
        response = desk.edit(editor, page, "publish", clauses=english("seven"), of_edition="2.0")
        assert "Choose the edition that this text belongs to: 2.1, 3.0." in desk.errors_of(response)["of_edition"][0]

    def test_need_not_choose_where_there_is_one(self, editor):
        policy = make_bilingual_policy()
        page = page_of(policy, "en")
        assert not form(editor, page).all("//input[@type='radio'][@name='of_edition']")
        desk.edit(editor, page, "publish", clauses=english("5"), of_edition="")
        assert self.joined(policy)[-1] == "2.0"

    def test_record_what_each_clause_was_made_from_in_their_own_line(self, editor, corrected):
        page = page_of(corrected, "en")
        desk.edit(editor, page, "publish", clauses=english("five"), of_edition="2.1", change_note="As it was.")
        text = EditionText.objects.get(edition__policy=corrected, locale="en", edition__minor=1)
        source = EditionText.objects.get(edition__policy=corrected, locale="zh-hant", edition__minor=1)
        lagging = [
            row.heading
            for row in text.clause_rows.order_by("position")
            if row.based_on_digest != source.clause_rows.get(key=row.key).digest
        ]
        assert lagging == ["Contact"]


class TestScheduled:
    def test_a_correction_that_goes_live_too_late_is_refused(self, policy):
        page = page_of(policy)
        draft = draft_of(page)
        draft.of_edition, draft.update_type = "2.0", "editorial"
        revision = draft.save_revision()
        with pytest.raises(Exception, match="not in force any more"):
            issue_edition(revision=revision, issued_at=at(NEXT_YEAR.isoformat()))
