"""Editions that were written past the services' checks: the chain is whole, and the order of numbers and dates is not."""

from __future__ import annotations

import datetime as dt

import pytest

from policies.choices import EditionKind, LedgerKind, UpdateType
from policies.models import Edition, EffectiveDate
from policies.payloads import clauses_from_data, effective_date_payload
from policies.services import verify_policy
from policies.services.issue import new_edition, write_edition
from policies.services.ledger import append, next_link
from policies.services.planning import Plan
from policies.services.texts import Signatures, TextContent, find_newest_text
from policies.text.clauses import Document
from tests.factories.policies import CHINESE, at, clauses, issue, make_page

pytestmark = pytest.mark.django_db

NUMBER = "The number does not follow from those before it."
DAY = "The day from which it applies was not open when it was issued."
CHANGES = "The edition does not name one before it that it changes."
DATED = "The edition had a date already, or could not apply any more."
ANNOUNCED_DAY = "The day from which it applies was not open when it was announced."


@pytest.fixture
def policy():
    """1.0 of 2024-01-15, 2.0 in force from 2024-06-01, 3.0 announced for 2025-01-01 and 4.0 with its date open."""
    page = make_page()
    issue(page, on="2024-01-15")
    issue(page, on="2024-06-01", content=clauses(*CHINESE[:2]))
    issue(page, on="2024-07-01", content=clauses(*CHINESE[:1]), effective_from="2025-01-01")
    issue(page, on="2024-08-01", content=clauses(*CHINESE[1:]), to_be_announced=True)
    return page.policy


def edition(policy, number):
    major, minor = map(int, number.split("."))
    return Edition.objects.get(policy=policy, major=major, minor=minor)


def write(policy, number, *, day, previous="2.0", on="2024-09-01", update_type=UpdateType.SUBSTANTIVE):
    """Write an edition as the service would that had made this of the record's rules."""
    text = find_newest_text(policy_id=policy.pk, locale="zh-hant")
    major, minor = map(int, number.split("."))
    plan = Plan(
        number=(major, minor),
        effective_from=dt.date.fromisoformat(day) if day else None,
        previous=edition(policy, previous) if previous else None,
    )
    made = new_edition(
        policy,
        plan,
        kind=EditionKind.ISSUE,
        update_type=update_type,
        issued_at=at(on),
        signatures=Signatures(issued_by="林書瑜"),
        document_no="",
    )
    document = Document("zh-hant", text.title, "", clauses_from_data(text.clauses))
    write_edition(made, contents=[TextContent(document=document, change_note="說明。")], revisions=[None])


def announce(policy, number, *, day, on="2024-09-01"):
    date = EffectiveDate(
        edition=edition(policy, number),
        effective_from=dt.date.fromisoformat(day),
        issued_at=at(on),
        issued_by_name="林書瑜",
    )
    date.save()
    link = next_link(policy, kind=LedgerKind.EFFECTIVE_DATE, payload=effective_date_payload(date))
    append(link, effective_date=date)


class TestEditions:
    def test_that_keep_the_rules_are_no_fault(self, policy):
        write(policy, "2.1", day="2024-09-01", update_type=UpdateType.EDITORIAL)
        write(policy, "2.2", day="2024-12-31", previous="2.1")
        write(policy, "5.0", day="2024-10-01", previous="2.1")
        write(policy, "5.1", day="2024-10-01", previous="5.0", update_type=UpdateType.EDITORIAL)
        announce(policy, "4.0", day="2024-09-15")
        assert list(verify_policy(policy)) == []

    @pytest.mark.parametrize(
        ("number", "fields", "reason"),
        [
            ("6.0", {"day": "2025-02-01"}, NUMBER),
            ("3.1", {"day": "2024-09-01", "update_type": UpdateType.EDITORIAL}, NUMBER),
            ("2.2", {"day": "2024-09-01"}, NUMBER),
            ("1.1", {"day": "2024-09-01", "previous": "1.0"}, NUMBER),
            ("4.1", {"day": None, "previous": "4.0"}, NUMBER),
            ("5.0", {"day": "2025-02-01", "update_type": UpdateType.EDITORIAL}, NUMBER),
            ("5.0", {"day": "2024-05-31"}, DAY),
            ("2.1", {"day": "2025-01-01"}, DAY),
            ("2.1", {"day": "2024-08-31"}, DAY),
            ("2.1", {"day": None}, DAY),
            ("2.1", {"day": "2024-09-01", "previous": "1.0"}, CHANGES),
            ("5.0", {"day": "2025-02-01", "previous": None}, CHANGES),
        ],
    )
    def test_that_break_them_are_named(self, policy, number, fields, reason):
        write(policy, number, **fields)
        faults = list(verify_policy(policy))
        assert [fault.row for fault in faults] == [f"privacy {number}"] * len(faults)
        assert reason in [fault.reason for fault in faults]

    def test_of_an_earlier_moment_are_named(self, policy):
        write(policy, "5.0", day="2025-02-01", on="2024-07-15")
        assert [fault.reason for fault in verify_policy(policy)] == [
            "The edition was issued before the one that stands before it."
        ]

    def test_of_another_policy_are_not_changed(self, policy):
        other = make_page("security")
        issue(other, on="2024-01-15")
        text = find_newest_text(policy_id=policy.pk, locale="zh-hant")
        plan = Plan(number=(5, 0), effective_from=None, previous=edition(other.policy, "1.0"))
        made = new_edition(
            policy,
            plan,
            kind=EditionKind.ISSUE,
            update_type=UpdateType.SUBSTANTIVE,
            issued_at=at("2024-09-01"),
            signatures=Signatures(),
            document_no="",
        )
        document = Document("zh-hant", text.title, "", clauses_from_data(text.clauses))
        write_edition(made, contents=[TextContent(document=document)], revisions=[None])
        assert [fault.reason for fault in verify_policy(policy)] == [CHANGES]


class TestAnnouncedDates:
    @pytest.mark.parametrize(
        ("number", "day", "reason"),
        [
            ("4.0", "2024-08-31", ANNOUNCED_DAY),
            ("3.0", "2024-12-01", DATED),
            ("2.0", "2024-12-01", DATED),
        ],
    )
    def test_that_break_the_rules_are_named(self, policy, number, day, reason):
        announce(policy, number, day=day)
        assert [(fault.row, fault.reason) for fault in verify_policy(policy)] == [
            (f"privacy {number} effective date", reason)
        ]

    def test_later_than_that_of_a_higher_number_are_named(self, policy):
        write(policy, "5.0", day="2024-12-01", previous="2.0")
        announce(policy, "4.0", day="2024-12-02")
        assert [fault.reason for fault in verify_policy(policy)] == [ANNOUNCED_DAY]
