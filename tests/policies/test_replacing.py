"""Acts that take the place of what is announced, before its day."""

from __future__ import annotations

import datetime as dt

import pytest

from policies.choices import UpdateType
from policies.errors import EditionRefused, Refused
from policies.models import Edition, PolicyPage
from policies.selectors import find_current, list_policies
from policies.services import StandingOrder, reinstate_policy, verify_policy, withdraw_policy
from tests.factories.policies import CHINESE, ENGLISH, at, clauses, issue, make_bilingual_policy

pytestmark = pytest.mark.django_db


class TestWhatIsAnnouncedIsReplaced:
    """2.0 in force, 3.0 announced for 2026 in Chinese only."""

    NOTICES = {"zh-hant": "併入資訊安全政策。", "en": "Merged into the security policy."}
    SEVEN = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存七年，期滿刪除。</p>"), CHINESE[2])

    @pytest.fixture
    def policy(self):
        policy = make_bilingual_policy()
        issue(self.page(policy), on="2025-06-01", content=self.SEVEN, effective_from="2026-01-01")
        return policy

    def page(self, policy):
        return PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")

    def order(self, policy, day, **kwargs):
        fields = {"notices": self.NOTICES, "issued_at": at("2025-07-01"), "issued_by": "林書瑜", **kwargs}
        return StandingOrder(policy=policy, effective_from=dt.date.fromisoformat(day), **fields)

    def in_force(self, policy, day):
        found = Edition.objects.filter(policy=policy).in_force(on=dt.date.fromisoformat(day)).first()
        return found.number

    def test_a_withdrawal_now_must_be_confirmed_and_keeps_the_text_that_applied(self, policy):
        with pytest.raises(Refused, match=r"Edition 3\.0 is announced and would never apply") as caught:
            withdraw_policy(self.order(policy, "2025-07-01"))
        assert caught.value.field == "replaces_announced"
        edition = withdraw_policy(self.order(policy, "2025-07-01", replaces_announced=True))
        assert (edition.number, edition.previous.number) == ("4.0", "2.0")
        assert "五年" in edition.texts.get(locale="zh-hant").html
        assert edition.texts.get(locale="zh-hant").changes == []
        assert [self.in_force(policy, day) for day in ("2025-06-30", "2025-07-01", "2026-01-01")] == [
            "2.0",
            "4.0",
            "4.0",
        ]
        assert list(verify_policy(policy)) == []

    def test_a_withdrawal_after_its_day_ends_it(self, policy):
        edition = withdraw_policy(self.order(policy, "2026-02-01"))
        assert edition.previous.number == "3.0"
        assert "七年" in edition.texts.get(locale="zh-hant").html
        assert self.in_force(policy, "2026-01-31") == "3.0"

    def test_a_reinstatement_brings_back_what_applied_last(self, policy):
        withdraw_policy(self.order(policy, "2025-12-01", replaces_announced=True))
        corrected = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存五年，期滿即刪除。</p>"), CHINESE[2])
        issue(self.page(policy), on="2025-08-01", content=corrected, update_type=UpdateType.EDITORIAL, of_edition="2.0")
        edition = reinstate_policy(self.order(policy, "2026-02-01", issued_at=at("2026-01-05")))
        assert "期滿即刪除" in edition.texts.get(locale="zh-hant").html
        assert list(verify_policy(policy)) == []

    def test_an_announced_withdrawal_can_be_moved_forward_renewed_and_cancelled(self, policy):
        withdraw_policy(self.order(policy, "2025-12-01", replaces_announced=True))
        with pytest.raises(Refused, match="already"):
            withdraw_policy(self.order(policy, "2025-12-02", replaces_announced=True))
        with pytest.raises(Refused, match="1 December 2025"):
            reinstate_policy(self.order(policy, "2025-11-30", replaces_announced=True))
        withdraw_policy(self.order(policy, "2025-12-01", replaces_announced=True))
        withdraw_policy(self.order(policy, "2025-10-01", replaces_announced=True))
        assert self.in_force(policy, "2025-10-01") == "6.0"
        edition = reinstate_policy(self.order(policy, "2025-10-01", replaces_announced=True))
        assert edition.previous.number == "2.0"
        assert "五年" in edition.texts.get(locale="zh-hant").html
        assert list(verify_policy(policy)) == []

    def test_what_is_issued_before_a_later_act_keeps_its_time(self, policy):
        with pytest.raises(Refused, match="issued later"):
            withdraw_policy(self.order(policy, "2025-12-01", issued_at=at("2025-05-01"), replaces_announced=True))

    def test_a_new_edition_before_its_day_must_be_confirmed(self, policy):
        nine = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存九年，期滿刪除。</p>"), CHINESE[2])
        with pytest.raises(EditionRefused, match=r"Edition 3\.0 is announced") as caught:
            issue(self.page(policy), on="2025-07-01", content=nine)
        assert caught.value.field == "replaces_announced"
        text = issue(self.page(policy), on="2025-07-01", content=nine, replaces_announced=True)
        assert (text.edition.number, text.edition.previous.number) == ("4.0", "2.0")
        assert [change["heading"] for change in text.changes] == ["保存期限"]
        page = PolicyPage.objects.get(pk=self.page(policy).pk)
        assert not page.replaces_announced

    def test_an_announced_text_can_be_brought_forward_or_called_off(self, policy):
        text = issue(
            self.page(policy), on="2025-07-01", content=self.SEVEN, effective_from="2025-09-01", replaces_announced=True
        )
        assert self.in_force(policy, "2025-09-01") == text.edition.number == "4.0"
        five = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存五年，期滿刪除。</p>"), CHINESE[2])
        with pytest.raises(EditionRefused, match="Nothing has changed"):
            issue(self.page(policy), on="2025-07-02", content=self.SEVEN, effective_from="2025-10-01")
        called_off = issue(
            self.page(policy), on="2025-07-02", content=five, effective_from="2025-09-01", replaces_announced=True
        )
        assert called_off.changes == []
        assert self.in_force(policy, "2026-01-01") == "5.0"

    def test_a_text_in_another_language_that_was_never_to_apply_is_not_shown(self, policy):
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        seven = clauses(ENGLISH[0], (ENGLISH[1][0], "<p>Server logs are kept for seven years.</p>"), ENGLISH[2])
        issue(english, on="2025-06-02", content=seven, of_edition="3.0")
        nine = clauses(CHINESE[0], (CHINESE[1][0], "<p>伺服器紀錄保存九年，期滿刪除。</p>"), CHINESE[2])
        issue(self.page(policy), on="2025-07-01", content=nine, replaces_announced=True)
        for day in (dt.date(2025, 7, 2), dt.date(2026, 2, 1)):
            current = find_current(slug="privacy", language="en", on=day)
            assert (current.in_force.number, current.text.edition.number) == ("4.0", "2.0")
            [listed] = list_policies(language="en", on=day)
            assert listed.text.edition.number == "2.0"
