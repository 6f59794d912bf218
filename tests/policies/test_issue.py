from __future__ import annotations

import datetime as dt

import pytest
from wagtail.models import Locale

from core.models import SiteVersion
from policies.choices import EffectiveRule, TextRole, UpdateType
from policies.drafts import stream_data
from policies.errors import EditionRefused
from policies.models import Edition, EditionClause, EditionText, LedgerEntry, PolicyPage
from policies.services import issue_edition, update_structure_from_source
from policies.services.texts import find_newest_text
from policies.signals import edition_issued, text_issued
from policies.text.clauses import Clause
from tests.factories.members import UserFactory
from tests.factories.policies import (
    CHINESE,
    ENGLISH,
    at,
    clauses,
    issue,
    key,
    make_bilingual_policy,
    make_page,
)

pytestmark = pytest.mark.django_db

FIVE_YEARS = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存五年，期滿刪除。</p>"), CHINESE[2])


class TestFirstEdition:
    def test_is_one_point_nought_and_substantive_whatever_was_answered(self):
        text = issue(make_page(), update_type=UpdateType.EDITORIAL)
        assert text.edition.number == "1.0"
        assert text.edition.update_type == UpdateType.SUBSTANTIVE

    def test_needs_no_change_note(self):
        assert issue(make_page(), note="").change_note == ""

    def test_copies_title_clauses_and_html(self):
        text = issue(make_page())
        assert text.title == "隱私權政策"
        assert [clause["heading"] for clause in text.clauses] == ["適用範圍", "保存期限", "聯絡方式"]
        assert f'id="c-{key("1")}"' in text.html
        rows = EditionClause.objects.filter(text=text).order_by("position")
        assert [row.number for row in rows] == ["一、", "二、", "三、"]
        assert rows[1].plain == "伺服器紀錄保存三年，期滿刪除。"

    def test_makes_the_page_live_and_names_it_as_what_the_next_draft_is_based_on(self):
        page = make_page()
        issue(page)
        page.refresh_from_db()
        assert page.live
        assert page.based_on_edition == "1.0"
        assert page.update_type == ""

    def test_sends_its_signal_only_after_commit(self, django_capture_on_commit_callbacks):
        heard = []
        edition_issued.connect(lambda **kwargs: heard.append(kwargs["edition"].number), weak=False, dispatch_uid="test")
        try:
            with django_capture_on_commit_callbacks() as callbacks:
                issue(make_page())
            assert heard == []
            for callback in callbacks:
                callback()
        finally:
            edition_issued.disconnect(dispatch_uid="test")
        assert heard == ["1.0"]


class TestNumbers:
    def test_substantive_begins_a_new_major_number(self):
        page = make_page()
        issue(page)
        assert issue(page, on="2024-06-01", content=FIVE_YEARS).edition.number == "2.0"

    def test_editorial_goes_on_within_it(self):
        page = make_page()
        issue(page)
        text = issue(page, on="2024-06-01", content=FIVE_YEARS, update_type=UpdateType.EDITORIAL, note="")
        assert text.edition.number == "1.1"
        assert text.edition.previous.number == "1.0"

    def test_the_database_refuses_a_number_twice(self, django_assert_num_queries):
        text = issue(make_page())
        twin = Edition(**{f.name: getattr(text.edition, f.name) for f in Edition._meta.fields if f.name != "id"})
        twin.previous = None
        with pytest.raises(Exception, match="policies_edition_number"):
            twin.save()


class TestWhatIsRefused:
    def refusal(self, page, **kwargs) -> EditionRefused:
        before = SiteVersion.current(), Edition.objects.count(), LedgerEntry.objects.count()
        with pytest.raises(EditionRefused) as caught:
            issue(page, **{"on": "2024-06-01", "content": FIVE_YEARS, **kwargs})
        assert (SiteVersion.current(), Edition.objects.count(), LedgerEntry.objects.count()) == before
        return caught.value

    def test_a_substantive_edition_without_a_note(self):
        page = make_page()
        issue(page)
        assert self.refusal(page, note=" ").field == "change_note"

    def test_an_unanswered_question(self):
        page = make_page()
        issue(page)
        assert self.refusal(page, update_type="").field == "update_type"

    def test_an_effective_date_before_the_edition_in_force(self):
        page = make_page()
        issue(page, effective_from="2024-03-01")
        refusal = self.refusal(page, effective_from="2024-02-29")
        assert refusal.field == "effective_from"
        assert "1 March 2024" in refusal.reason

    def test_a_date_that_was_not_given(self):
        page = make_page()
        issue(page)
        assert self.refusal(page, effective=EffectiveRule.ON_DATE).field == "effective_from"

    def test_less_than_the_promised_notice_without_a_reason(self):
        page = make_page(minimum_notice_days=14)
        issue(page)
        assert self.refusal(page, effective_from="2024-06-14").field == "notice_waiver"
        assert issue(page, on="2024-06-01", content=FIVE_YEARS, effective_from="2024-06-15").edition.number == "2.0"

    def test_less_than_the_promised_notice_with_a_reason_is_issued_and_kept(self):
        page = make_page(minimum_notice_days=14)
        issue(page)
        text = issue(page, on="2024-06-01", content=FIVE_YEARS, notice_waiver="已有攻擊事例，須即時實施。")
        assert text.notice_waiver == "已有攻擊事例，須即時實施。"

    def test_an_edition_older_than_the_newest(self):
        page = make_page()
        issue(page)
        assert "2024" not in self.refusal(page, on="2024-01-14").reason

    def test_a_text_that_says_nothing_new(self):
        page = make_page()
        issue(page)
        assert self.refusal(page, content=clauses(*CHINESE)).field == "clauses"

    def test_a_policy_without_text(self):
        with pytest.raises(EditionRefused):
            issue(make_page(content=[]))

    def test_a_text_in_another_language_than_its_page(self):
        with pytest.raises(EditionRefused) as caught:
            issue(make_page(content=clauses(*ENGLISH)))
        assert caught.value.field == "clauses"

    def test_a_draft_begun_before_the_newest_edition(self):
        page = make_page()
        issue(page)
        stale = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
        stale.based_on_edition = "1.0"
        stale.update_type, stale.change_note = UpdateType.SUBSTANTIVE, "修正。"
        issue(page, on="2024-06-01", content=FIVE_YEARS)
        stale.clauses = stream_data(clauses(*CHINESE[:2]))
        revision = stale.save_revision()
        with pytest.raises(EditionRefused, match=r"2\.0"):
            issue_edition(revision=revision, issued_at=at("2024-07-01"))

    def test_the_same_revision_twice(self):
        page = make_page()
        text = issue(page)
        with pytest.raises(EditionRefused, match="already"):
            issue_edition(revision=text.source_revision, issued_at=at("2024-07-01"))


class TestEffectiveDates:
    def test_an_announced_edition_is_not_in_force_before_its_day(self):
        page = make_page()
        issue(page)
        issue(page, on="2024-06-01", content=FIVE_YEARS, effective_from="2024-09-01")
        editions = Edition.objects.filter(policy=page.policy)
        assert editions.in_force(on=dt.date(2024, 8, 31)).first().number == "1.0"
        assert editions.in_force(on=dt.date(2024, 9, 1)).first().number == "2.0"
        assert [e.number for e in editions.announced(on=dt.date(2024, 8, 31))] == ["2.0"]

    def test_an_editorial_edition_of_an_announced_one_waits_with_it(self):
        page = make_page()
        issue(page)
        issue(page, on="2024-06-01", content=FIVE_YEARS, effective_from="2024-09-01")
        polished = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存五年，期滿即刪除。</p>"), CHINESE[2])
        text = issue(page, on="2024-06-02", content=polished, update_type=UpdateType.EDITORIAL)
        assert text.edition.effective_from == dt.date(2024, 9, 1)

    def test_to_be_announced_is_null_and_never_in_force(self):
        page = make_page()
        issue(page)
        text = issue(page, on="2024-06-01", content=FIVE_YEARS, to_be_announced=True)
        assert text.edition.effective_from is None
        assert Edition.objects.filter(policy=page.policy).in_force(on=dt.date(2099, 1, 1)).first().number == "1.0"


class TestTranslations:
    def test_joins_the_newest_edition_of_its_source(self):
        policy = make_bilingual_policy()
        text = find_newest_text(policy_id=policy.pk, locale="en")
        assert text.edition.number == "2.0"
        assert text.role == TextRole.TRANSLATION

    def test_is_refused_before_its_source(self):
        issue(make_page())
        other = make_page("security")
        translation = make_page("security", language="en")
        with pytest.raises(EditionRefused, match="正體中文"):
            issue(translation)
        assert not other.policy.has_editions

    def test_a_correction_of_it_is_the_next_text_of_the_same_edition(self):
        policy = make_bilingual_policy()
        page = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        better = clauses(ENGLISH[0], ("Retention", "<p>We keep server logs for five years.</p>"), ENGLISH[2])
        text = issue(page, on="2025-04-01", content=better)
        assert (text.edition.number, text.sequence) == ("2.0", 2)

    def test_records_what_each_clause_was_made_from(self):
        policy = make_bilingual_policy()
        english = EditionText.objects.get(edition__policy=policy, edition__major=2, locale="en")
        chinese = EditionText.objects.get(edition__policy=policy, edition__major=2, locale="zh-hant")
        sources = dict(chinese.clause_rows.values_list("key", "digest"))
        assert {row.key: row.based_on_digest for row in english.clause_rows.all()} == sources

    def test_a_clause_left_alone_keeps_the_base_it_had(self):
        policy = make_bilingual_policy()
        chinese = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        old_base = EditionClause.objects.get(text__edition__major=2, text__locale="en", key=key("1")).based_on_digest
        changed = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存七年，期滿刪除。</p>"), CHINESE[2])
        issue(chinese, on="2026-01-05", content=changed)
        title_only = PolicyPage.objects.get(pk=english.pk).get_latest_revision_as_object()
        text = issue(english, on="2026-01-06", content=None, title="Privacy Policy of the Agency")
        row = text.clause_rows.get(key=key("1"))
        assert title_only.title != text.title
        assert row.based_on_digest == old_base
        source = EditionClause.objects.get(text__edition__major=3, text__locale="zh-hant", key=key("1"))
        assert row.based_on_digest != source.digest

    def test_clauses_that_are_not_the_source_s_are_refused_with_the_remedy(self):
        policy = make_bilingual_policy()
        page = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        extra = [*clauses(*ENGLISH), Clause(key("new"), 1, "More", "<p>One more clause in English only.</p>")]
        with pytest.raises(EditionRefused, match="Update structure from source"):
            issue(page, on="2025-05-01", content=extra)

    def test_an_unchanged_translation_of_a_changed_source_must_say_why(self):
        policy = make_bilingual_policy()
        chinese = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        changed = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存七年，期滿刪除。</p>"), CHINESE[2])
        issue(chinese, on="2026-01-05", content=changed)
        with pytest.raises(EditionRefused, match=r"words of edition 2\.0") as caught:
            issue(english, on="2026-01-06", note="")
        assert caught.value.field == "change_note"
        assert issue(english, on="2026-01-06", note="No change in English.").edition.number == "3.0"

    def test_structure_comes_from_the_source_and_words_stay(self):
        policy = make_bilingual_policy()
        chinese = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        reordered = clauses(
            ("申訴", "<p>對處理結果不服，得提起申訴。</p>"), CHINESE[2], CHINESE[0], names=["complaints", "2", "0"]
        )
        issue(chinese, on="2026-01-05", content=reordered)
        update_structure_from_source(page=english, user=None, on=dt.date(2026, 1, 5))
        draft = PolicyPage.objects.get(pk=english.pk).get_latest_revision_as_object()
        assert [str(child.id) for child in draft.clauses] == [key("complaints"), key("2"), key("0")]
        assert [child.value["heading"] for child in draft.clauses] == ["", "Contact", "Scope"]

    def test_sends_text_issued(self, django_capture_on_commit_callbacks):
        issue(make_page())
        page = make_page(language="en")
        heard = []
        text_issued.connect(lambda **kwargs: heard.append(kwargs["text"].locale), weak=False, dispatch_uid="test")
        try:
            with django_capture_on_commit_callbacks(execute=True):
                issue(page)
        finally:
            text_issued.disconnect(dispatch_uid="test")
        assert heard == ["en"]

    def test_a_regime_of_equals_makes_authentic_texts(self):
        page = make_page(language_regime="equally_authentic")
        assert issue(page).role == TextRole.AUTHENTIC


class TestWagtailsWaysToPublish:
    def publishable(self, page: PolicyPage, user: object = None):
        draft = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
        draft.clauses = stream_data(FIVE_YEARS)
        draft.update_type, draft.change_note, draft.based_on_edition = UpdateType.SUBSTANTIVE, "延長。", ""
        return draft.save_revision(user=user)

    def test_publishing_a_revision_issues(self):
        page = make_page()
        issue(page)
        self.publishable(page).publish()
        assert Edition.objects.filter(policy=page.policy).newest_first().first().number == "2.0"

    def test_names_author_and_publisher(self):
        author, publisher = UserFactory(first_name="書瑜", last_name="林"), UserFactory(is_superuser=True)
        page = make_page()
        issue(page)
        self.publishable(page, user=author).publish(user=publisher)
        edition = Edition.objects.filter(policy=page.policy).newest_first().first()
        assert edition.issued_by_name == "林書瑜"
        assert edition.approved_by_name == str(publisher)

    def test_a_refusal_leaves_page_and_draft_as_they_were(self):
        page = make_page()
        issue(page)
        draft = PolicyPage.objects.get(pk=page.pk)
        draft.clauses = stream_data(FIVE_YEARS)
        revision = draft.save_revision()
        with pytest.raises(EditionRefused):
            revision.publish()
        page.refresh_from_db()
        assert page.live_revision_id != revision.pk
        assert page.revisions.filter(pk=revision.pk).exists()

    def test_an_issued_revision_is_never_overwritten(self):
        user = UserFactory()
        page = make_page()
        text = issue(page, user=user)
        sealed = text.source_revision
        draft = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
        draft.title = "改寫"
        revision = draft.save_revision(user=user, overwrite_revision=sealed)
        sealed.refresh_from_db()
        assert revision.pk != sealed.pk
        assert sealed.content["title"] == "隱私權政策"

    def test_a_copy_is_a_new_policy_without_editions(self):
        page = make_page()
        issue(page)
        copied = PolicyPage.objects.get(pk=page.pk).copy(update_attrs={"slug": "another", "title": "另一政策"})
        assert copied.policy_id != page.policy_id
        assert not copied.live
        assert not copied.is_on_record

    def test_a_translation_belongs_to_the_same_policy(self):
        page = make_page()
        translation = page.copy_for_translation(Locale.objects.get(language_code="en"))
        assert translation.policy_id == page.policy_id


class TestReasons:
    def test_a_reason_is_kept_for_a_clause_that_changes(self):
        page = make_page()
        issue(page)
        changed = list(FIVE_YEARS)
        changed[1] = Clause(changed[1].key, 1, changed[1].heading, changed[1].body, reason="配合檔案法。")
        assert issue(page, on="2024-06-01", content=changed).clauses[1]["reason"] == "配合檔案法。"

    def test_a_reason_left_over_from_an_older_edition_is_dropped(self):
        page = make_page()
        issue(page)
        changed = list(FIVE_YEARS)
        changed[1] = Clause(changed[1].key, 1, changed[1].heading, changed[1].body, reason="配合檔案法。")
        issue(page, on="2024-06-01", content=changed)
        changed[0] = Clause(changed[0].key, 1, "適用對象", changed[0].body)
        assert issue(page, on="2024-07-01", content=changed).clauses[1]["reason"] == ""


def test_every_issue_moves_the_site_version():
    before = SiteVersion.current()
    issue(make_page())
    assert SiteVersion.current() > before
