"""Several people at once, on several connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from policies.choices import UpdateType
from policies.drafts import stream_data
from policies.errors import EditionRefused
from policies.models import Edition, LedgerEntry, PolicyPage
from policies.services import issue_edition, verify_policy
from tests.factories.policies import CHINESE, clauses, issue, make_page


def drafts_of(page: PolicyPage, count: int, *, based_on: str, **fields: object) -> list[int]:
    ids = []
    for number in range(count):
        draft = PolicyPage.objects.get(pk=page.pk)
        draft.clauses = stream_data(clauses((CHINESE[0][0], f"<p>本政策適用於本署第{number}個網站。</p>")))
        draft.update_type, draft.change_note = UpdateType.SUBSTANTIVE, "修正適用範圍。"
        draft.based_on_edition = based_on
        for name, value in fields.items():
            setattr(draft, name, value)
        ids.append(draft.save_revision().pk)
    return ids


def publish_together(revision_ids: list[int]) -> list[str]:
    """Publish each revision on a thread and connection of its own, all at the same moment."""
    barrier = threading.Barrier(len(revision_ids))

    def publish(pk: int) -> str:
        try:
            revision = PolicyPage.objects.first().revisions.get(pk=pk)
            barrier.wait(timeout=30)
            return issue_edition(revision=revision, issued_at=timezone.now()).edition.number
        except EditionRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(revision_ids)) as pool:
        return sorted(pool.map(publish, revision_ids))


@pytest.mark.django_db(transaction=True)
class TestPublishingAtOnce:
    def test_editors_who_saw_the_same_edition_get_one_number_and_one_refusal(self):
        page = make_page()
        issue(page)
        assert publish_together(drafts_of(page, 2, based_on="1.0")) == ["2.0", "refused"]
        assert list(verify_policy(page.policy)) == []

    def test_acts_that_name_no_basis_get_numbers_of_their_own(self):
        page = make_page()
        issue(page)
        assert publish_together(drafts_of(page, 4, based_on="")) == ["2.0", "3.0", "4.0", "5.0"]
        assert Edition.objects.filter(policy=page.policy).count() == 5
        positions = LedgerEntry.objects.order_by("position").values_list("position", flat=True)
        assert list(positions) == [1, 2, 3, 4, 5]
        assert list(verify_policy(page.policy)) == []

    def test_two_corrections_of_the_edition_in_force_get_one_number_and_one_refusal(self):
        page = make_page()
        issue(page)
        issue(page, on="2024-02-01", content=clauses(*CHINESE[:2]), to_be_announced=True)
        corrections = drafts_of(page, 2, based_on="2.0", of_edition="1.0", update_type=UpdateType.EDITORIAL)
        assert publish_together(corrections) == ["1.1", "refused"]
        assert list(verify_policy(page.policy)) == []

    def test_a_correction_and_a_replacement_leave_one_order(self):
        page = make_page()
        issue(page)
        issue(page, on="2024-02-01", content=clauses(*CHINESE[:2]), to_be_announced=True)
        correction = drafts_of(page, 1, based_on="", of_edition="1.0", update_type=UpdateType.EDITORIAL)
        replacement = drafts_of(page, 1, based_on="", replaces_announced=True)
        assert publish_together(correction + replacement) in (["1.1", "3.0"], ["3.0", "refused"])
        assert list(verify_policy(page.policy)) == []
