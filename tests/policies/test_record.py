"""The record refuses to change, and says so when it was changed behind its back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from core.append_only import RecordImmutableError
from policies.choices import EditionKind, UpdateType
from policies.errors import EditionRefused, PageActionRefused, Refused
from policies.models import (
    Edition,
    EditionText,
    EffectiveDate,
    LedgerEntry,
    NoteCorrection,
    PolicyPage,
    append_only_models,
)
from policies.services import (
    StandingOrder,
    announce_effective_date,
    correct_note,
    reinstate_policy,
    verify_policy,
    withdraw_policy,
)
from tests.factories.policies import CHINESE, at, clauses, issue, make_bilingual_policy, make_page

pytestmark = pytest.mark.django_db

TABLES = [model._meta.db_table for model in append_only_models()]


def tamper(sql: str, *params: object) -> None:
    """Change the record as somebody with the database's keys could: with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        assert cursor.rowcount > 0
        cursor.execute("SET LOCAL session_replication_role = origin")


class TestImmutability:
    def test_models_refuse_to_save_again_and_to_delete(self):
        edition = issue(make_page()).edition
        with pytest.raises(RecordImmutableError):
            edition.save()
        with pytest.raises(RecordImmutableError):
            edition.delete()

    def test_querysets_refuse_to_update_and_to_delete(self):
        issue(make_page())
        with pytest.raises(RecordImmutableError):
            Edition.objects.update(major=9)
        with pytest.raises(RecordImmutableError):
            EditionText.objects.all().delete()

    def test_postgresql_refuses_every_change(self):
        fill_all_tables(make_bilingual_policy())
        statements = [
            template.format(table)
            for table in TABLES
            if table.startswith("policies_")
            for template in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")
        ]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for statement in statements:
                with pytest.raises(IntegrityError, match="public record"), transaction.atomic():
                    cursor.execute(statement)

    def test_every_append_only_model_has_its_triggers(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE %s",
                ["%_append_only"],
            )
            guarded = {row[0] for row in cursor.fetchall()}
        assert guarded == set(TABLES)

    def test_a_page_on_record_is_not_deleted_unpublished_moved_or_aliased(self):
        page = make_page()
        issue(page)
        page = PolicyPage.objects.get(pk=page.pk)
        parent = page.get_parent()
        for act in (page.delete, page.unpublish, lambda: page.move(parent), lambda: page.create_alias(parent=parent)):
            with pytest.raises(PageActionRefused):
                act()

    def test_a_page_off_record_is_deleted_with_its_policy(self):
        page = make_page()
        policy = page.policy
        PolicyPage.objects.get(pk=page.pk).delete()
        assert not type(policy).objects.filter(pk=policy.pk).exists()

    def test_purging_revisions_keeps_what_was_issued(self):
        page = make_page()
        text = issue(page)
        draft = PolicyPage.objects.get(pk=page.pk)
        draft.save_revision()
        call_command("purge_revisions", verbosity=0)
        assert page.revisions.filter(pk=text.source_revision_id).exists()


def fill_all_tables(policy) -> None:
    """Put at least one row into every table of the record."""
    text = EditionText.objects.filter(edition__policy=policy).order_by("pk").first()
    correct_note(text=text, note="訂定全文，並公告。", issued_at=at("2025-04-01"), issued_by="林書瑜")
    page = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
    edition = issue(page, on="2025-05-01", content=clauses(*CHINESE[:2]), to_be_announced=True).edition
    announce_effective_date(
        edition=edition, effective_from=dt.date(2025, 7, 1), issued_at=at("2025-06-01"), issued_by="林書瑜"
    )
    clause = text.clause_rows.order_by("pk").first()
    clause.reviews.create(source_digest=clause.digest, decision="still_accurate", reviewed_at=at("2025-06-02"))


class TestVerification:
    def test_finds_nothing_where_nothing_was_changed(self):
        policy = make_bilingual_policy()
        fill_all_tables(policy)
        assert list(verify_policy(policy)) == []

    FAULTS = {
        "UPDATE policies_edition SET effective_from = '2024-01-01' WHERE major = 2": "privacy 2.0",
        "UPDATE policies_edition SET digest = repeat('0', 64) WHERE major = 2": "privacy 2.0",
        "UPDATE policies_editiontext SET title = '假的' WHERE sequence = 1 AND locale = 'zh-hant'": "privacy 1.0 zh-hant #1",
        "UPDATE policies_editiontext SET html = replace(html, '三年', '十年')": "privacy 1.0 zh-hant #1",
        "UPDATE policies_editiontext SET change_note = '' WHERE locale = 'en'": "privacy 1.0 en #1",
        "UPDATE policies_editionclause SET plain = 'x', html = 'x' WHERE position = 2": "privacy 1.0 zh-hant #1",
        "DELETE FROM policies_editionclause WHERE position = 3": "privacy 1.0 zh-hant #1",
        "UPDATE policies_notecorrection SET note = '改'": "privacy 1.0 zh-hant note 1",
        "UPDATE policies_effectivedate SET effective_from = '2024-01-01'": "privacy 3.0 effective date",
        "DELETE FROM policies_ledgerentry WHERE position = 2": "privacy ledger #2",
        "UPDATE policies_ledgerentry SET digest = repeat('0', 64) WHERE position = 3": "privacy ledger #3",
    }

    def test_names_the_first_broken_row(self):
        policy = make_bilingual_policy()
        fill_all_tables(policy)
        named = {}
        for sql in self.FAULTS:
            with transaction.atomic():
                tamper(sql)
                named[sql] = next(verify_policy(policy)).row
                transaction.set_rollback(True)
        assert named == self.FAULTS
        assert list(verify_policy(policy)) == []

    def test_html_and_digests_forged_together_still_do_not_derive_from_the_clauses(self):
        policy = make_bilingual_policy()
        tamper("UPDATE policies_editiontext SET html = '<section id=\"c-1\"></section>' WHERE locale = 'zh-hant'")
        reasons = [fault.reason for fault in verify_policy(policy)]
        assert any("does not derive" in reason for reason in reasons)

    def test_a_row_slipped_in_is_found(self):
        policy = make_bilingual_policy()
        tamper(
            "INSERT INTO policies_edition (policy_id, major, minor, kind, update_type, issued_at, issued_by_name, approved_by_name,"
            " document_no, language_regime, prevailing_locale, hosts, payload_version, digest)"
            " SELECT policy_id, 7, 0, kind, update_type, issued_at, '', '', '', language_regime, prevailing_locale, hosts, 2, digest"
            " FROM policies_edition WHERE major = 2"
        )
        assert [fault.row for fault in verify_policy(policy)] == ["privacy 7.0"]

    def test_the_command_exits_one_and_names_the_row(self):
        make_bilingual_policy()
        tamper("UPDATE policies_editiontext SET summary = 'x' WHERE locale = 'en' AND sequence = 1")
        with pytest.raises(CommandError, match=r"privacy 1\.0 en #1") as caught:
            call_command("verify_editions")
        assert caught.value.returncode == 1

    def test_the_command_counts_what_it_verified(self, capsys):
        make_bilingual_policy()
        call_command("verify_editions")
        assert "4 entries of 1 policies" in capsys.readouterr().out

    def test_the_command_refuses_a_policy_that_is_not_there(self):
        with pytest.raises(CommandError, match="no policy"):
            call_command("verify_editions", "--policy", "nothing")


class TestCorrectedNotes:
    def test_a_correction_is_a_new_row(self):
        text = issue(make_page())
        correct_note(text=text, note="訂定全文並自公布日施行。", issued_at=at("2024-02-01"), issued_by="林書瑜")
        second = correct_note(
            text=text, note="訂定全文，自公布日施行。", issued_at=at("2024-02-02"), issued_by="林書瑜"
        )
        assert second.sequence == 2
        assert NoteCorrection.objects.filter(text=text).count() == 2

    @pytest.mark.parametrize("note", ["", "  ", "修正條文。"])
    def test_nothing_new_is_refused(self, note):
        text = issue(make_page())
        with pytest.raises(Refused):
            correct_note(text=text, note=note, issued_at=at("2024-02-01"), issued_by="林書瑜")


class TestAnnouncedDates:
    def announced(self):
        page = make_page()
        issue(page)
        return page, issue(page, on="2024-06-01", content=clauses(*CHINESE[:2]), to_be_announced=True).edition

    def test_brings_the_edition_into_force_on_its_day(self):
        page, edition = self.announced()
        announce_effective_date(
            edition=edition, effective_from=dt.date(2024, 9, 1), issued_at=at("2024-08-01"), issued_by="林書瑜"
        )
        editions = Edition.objects.filter(policy=page.policy)
        assert editions.in_force(on=dt.date(2024, 8, 31)).first().number == "1.0"
        assert editions.in_force(on=dt.date(2024, 9, 1)).first().number == "2.0"

    def test_is_refused_twice_in_the_past_and_after_a_later_edition(self):
        page, edition = self.announced()
        later = issue(page, on="2024-07-01", content=clauses(*CHINESE[:1]), effective_from="2024-10-01").edition
        for day, reason in (("2024-07-31", "before"), ("2024-10-02", "later edition")):
            with pytest.raises(Refused, match=reason):
                announce_effective_date(
                    edition=edition,
                    effective_from=dt.date.fromisoformat(day),
                    issued_at=at("2024-08-01"),
                    issued_by="林書瑜",
                )
        with pytest.raises(Refused, match="already"):
            announce_effective_date(
                edition=later, effective_from=dt.date(2024, 11, 1), issued_at=at("2024-08-01"), issued_by="林書瑜"
            )
        assert EffectiveDate.objects.count() == 0

    def test_takes_the_place_of_lower_numbers_only_when_that_is_confirmed(self):
        page, _edition = self.announced()
        dated = issue(page, on="2024-07-01", content=clauses(*CHINESE[:1]), effective_from="2024-12-01").edition
        open_again = issue(page, on="2024-07-02", content=clauses(*CHINESE[1:]), to_be_announced=True).edition
        order = {
            "edition": open_again,
            "effective_from": dt.date(2024, 11, 1),
            "issued_at": at("2024-08-01"),
            "issued_by": "林書瑜",
        }
        with pytest.raises(Refused, match=rf"Edition {dated.number} is announced and would never apply") as caught:
            announce_effective_date(**order)
        assert caught.value.field == "replaces_announced"
        announce_effective_date(**order, replaces_announced=True)
        editions = Edition.objects.filter(policy=page.policy)
        assert editions.in_force(on=dt.date(2024, 12, 1)).first() == open_again
        assert list(verify_policy(page.policy)) == []

    def test_is_refused_for_what_cannot_apply_any_more(self):
        page, edition = self.announced()
        issue(page, on="2024-07-01", content=clauses(*CHINESE[:1]), replaces_announced=True)
        order = {"effective_from": dt.date(2024, 11, 1), "issued_at": at("2024-08-01"), "issued_by": "林書瑜"}
        with pytest.raises(Refused, match=r"Edition 3\.0 has taken the place of edition 2\.0"):
            announce_effective_date(edition=edition, **order)

    def test_is_given_to_the_newest_wording(self):
        page, edition = self.announced()
        polished = clauses((CHINESE[0][0], "<p>本政策適用於本署之網站。</p>"), CHINESE[1])
        better = issue(page, on="2024-07-01", content=polished, update_type=UpdateType.EDITORIAL).edition
        order = {"effective_from": dt.date(2024, 11, 1), "issued_at": at("2024-08-01"), "issued_by": "林書瑜"}
        with pytest.raises(Refused, match=r"announce the date of that one"):
            announce_effective_date(edition=edition, **order)
        announce_effective_date(edition=better, **order)
        assert Edition.objects.filter(policy=page.policy).in_force(on=dt.date(2024, 11, 1)).first() == better


class TestWithdrawal:
    NOTICES = {"zh-hant": "併入資訊安全政策。", "en": "Merged into the security policy."}

    def withdraw(self, policy, **kwargs):
        defaults = {
            "notices": self.NOTICES,
            "effective_from": dt.date(2026, 1, 1),
            "issued_at": at("2025-12-01"),
            "issued_by": "林書瑜",
        }
        return withdraw_policy(StandingOrder(policy=policy, **{**defaults, **kwargs}))

    def test_is_an_edition_that_keeps_the_text_in_every_language(self):
        policy = make_bilingual_policy()
        edition = self.withdraw(policy)
        assert (edition.number, edition.kind) == ("3.0", EditionKind.WITHDRAWAL)
        texts = {text.locale: text for text in edition.texts.all()}
        assert set(texts) == {"zh-hant", "en"}
        assert "五年" in texts["zh-hant"].html
        assert texts["en"].change_note == "Merged into the security policy."
        assert list(verify_policy(policy)) == []

    def test_needs_its_notice_in_every_language(self):
        with pytest.raises(Refused, match="English"):
            self.withdraw(make_bilingual_policy(), notices={"zh-hant": "併入資訊安全政策。"})

    def test_stops_new_texts_until_reinstatement(self):
        policy = make_bilingual_policy()
        self.withdraw(policy)
        page = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
        with pytest.raises(EditionRefused, match="Reinstate"):
            issue(page, on="2026-02-01", content=clauses(*CHINESE[:1]))
        edition = reinstate_policy(
            StandingOrder(
                policy=policy,
                notices=self.NOTICES,
                effective_from=dt.date(2026, 3, 1),
                issued_at=at("2026-02-01"),
                issued_by="林書瑜",
            )
        )
        assert (edition.number, edition.kind) == ("4.0", EditionKind.REINSTATEMENT)
        text = issue(page, on="2026-04-01", content=clauses(*CHINESE[:1]), update_type=UpdateType.SUBSTANTIVE)
        assert text.edition.number == "5.0"

    def test_is_refused_twice_before_the_first_edition_and_in_the_past(self):
        policy = make_bilingual_policy()
        with pytest.raises(Refused, match="before"):
            self.withdraw(policy, effective_from=dt.date(2025, 11, 30))
        self.withdraw(policy)
        with pytest.raises(Refused, match="already"):
            self.withdraw(policy, effective_from=dt.date(2026, 2, 1))
        with pytest.raises(Refused, match="Nothing"):
            self.withdraw(make_page("empty").policy)
        assert LedgerEntry.objects.filter(edition__kind=EditionKind.WITHDRAWAL).count() == 1
