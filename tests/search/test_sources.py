"""What gets into the index, and on which days it is in force there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage
from policies.models import PolicyPage
from policies.services import StandingOrder, announce_effective_date, reinstate_policy, withdraw_policy
from policies.text.clauses import Clause
from search.sources import PageSource, PolicySource
from search.sources.policies import unit_name
from tests.factories.policies import CHINESE, at, clauses, issue, key, make_bilingual_policy, make_page

if TYPE_CHECKING:
    from policies.models import Policy
    from search.sources import Content

pytestmark = pytest.mark.django_db

D = dt.date
Shown = list[tuple[str, str | None, str | None, str]]


def build(policy: Policy, language: str = "zh-hant") -> list[Content]:
    return list(PolicySource().build(unit_name(policy.pk, language)))


def wordings(policy: Policy, name: str = "1", language: str = "zh-hant") -> Shown:
    """Return the wordings of a clause: the words that differ, from when, until when, and the first edition."""
    return [
        (
            next((word for word in ("三年", "五年", "十年") if word in content.body), content.body),
            content.applies_from and content.applies_from.isoformat(),
            content.applies_until and content.applies_until.isoformat(),
            content.first_edition,
        )
        for content in build(policy, language)
        if content.address.endswith(f"#c-{key(name)}")
    ]


def revised(years: str) -> tuple[Clause, ...]:
    return clauses(CHINESE[0], (CHINESE[1][0], CHINESE[1][1].replace("三年", years)), CHINESE[2])


def source_page(policy: Policy) -> PolicyPage:
    page: PolicyPage = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
    return page


class TestPolicySource:
    def test_gives_each_wording_once_with_its_days(self) -> None:
        policy = make_bilingual_policy()
        assert wordings(policy) == [("三年", "2024-01-15", "2025-03-01", "1.0"), ("五年", "2025-03-01", None, "2.0")]
        assert [(row[1], row[2]) for row in wordings(policy, "0")] == [("2024-01-15", None)]

    def test_gives_title_and_summary_as_an_entry_of_their_own(self) -> None:
        (whole,) = [content for content in build(make_bilingual_policy()) if content.kind == "policy"]
        assert (whole.heading, whole.title, whole.address) == ("隱私權政策", "隱私權政策", "/zh-hant/policies/privacy/")

    def test_leads_to_the_clause_now_and_to_the_edition_for_ever(self) -> None:
        content = build(make_bilingual_policy(), "en")[2]
        assert content.address == f"/en/policies/privacy/#c-{key('1')}"
        assert content.past_address == f"/en/policies/privacy/editions/1.0/#c-{key('1')}"

    def test_an_announced_text_waits_for_its_day(self) -> None:
        policy = make_bilingual_policy()
        issue(source_page(policy), on="2025-12-01", content=revised("十年"), effective_from="2027-01-01")
        assert wordings(policy)[1:] == [
            ("五年", "2025-03-01", "2027-01-01", "2.0"),
            ("十年", "2027-01-01", None, "3.0"),
        ]

    def test_a_date_to_be_announced_is_open_until_it_is(self) -> None:
        policy = make_bilingual_policy()
        text = issue(source_page(policy), on="2025-12-01", content=revised("十年"), to_be_announced=True)
        before = PolicySource().fingerprints()
        assert wordings(policy)[1:] == [("五年", "2025-03-01", None, "2.0"), ("十年", None, None, "3.0")]
        announce_effective_date(
            edition=text.edition, effective_from=D(2026, 6, 1), issued_at=at("2026-05-01"), issued_by="林書瑜"
        )
        assert wordings(policy)[1:] == [
            ("五年", "2025-03-01", "2026-06-01", "2.0"),
            ("十年", "2026-06-01", None, "3.0"),
        ]
        after = PolicySource().fingerprints()
        assert [name for name in before if before[name] != after[name]] == [unit_name(policy.pk, "zh-hant")]

    def test_a_wording_that_comes_back_is_another_entry(self) -> None:
        policy = make_bilingual_policy()
        issue(source_page(policy), on="2025-12-01", content=revised("三年"))
        assert [row[0] for row in wordings(policy)] == ["三年", "五年", "三年"]

    def test_a_withdrawn_policy_is_in_force_no_more(self) -> None:
        policy = make_bilingual_policy()
        notices = {"en": "The law says it now.", "zh-hant": "法律已有規定。"}
        withdraw_policy(
            StandingOrder(
                policy=policy,
                notices=notices,
                effective_from=D(2025, 9, 1),
                issued_at=at("2025-08-01"),
                issued_by="林書瑜",
            )
        )
        assert wordings(policy)[-1] == ("五年", "2025-03-01", "2025-09-01", "2.0")
        reinstate_policy(
            StandingOrder(
                policy=policy,
                notices=notices,
                effective_from=D(2025, 10, 1),
                issued_at=at("2025-09-15"),
                issued_by="林書瑜",
            )
        )
        assert wordings(policy)[-1] == ("五年", "2025-10-01", None, "4.0")

    def test_a_language_that_lags_is_found_in_its_newest_text(self) -> None:
        policy = make_bilingual_policy()
        issue(source_page(policy), on="2025-06-01", content=revised("十年"))
        assert wordings(policy, language="en")[-1][2] is None

    def test_a_text_put_right_takes_the_place_of_the_one_before_on_its_day(self) -> None:
        policy = make_bilingual_policy()
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        put_right = clauses(("Scope", "<p>A</p>"), ("Retention", "<p>B</p>"), ("Contact", "<p>C</p>"))
        issue(english, on="2025-04-01", content=put_right)
        old, new = wordings(policy, language="en")[1:]
        assert old[1:3] == ("2025-03-01", "2025-04-01")
        assert new == ("B", "2025-04-01", None, "2.0")
        replaced = build(policy, "en")[-4]
        assert replaced.past_address.endswith(f"/editions/2.0/?sequence=1#c-{key('1')}")

    def test_a_text_that_will_never_apply_is_in_force_on_no_day(self) -> None:
        policy = make_bilingual_policy()
        page = source_page(policy)
        issue(page, on="2025-12-01", content=revised("十年"), effective_from="2027-01-01")
        english = PolicyPage.objects.get(policy=policy, locale__language_code="en")
        ten = clauses(("Scope", "<p>A</p>"), ("Retention", "<p>Ten.</p>"), ("Contact", "<p>C</p>"))
        issue(english, on="2025-12-02", content=ten, of_edition="3.0")
        before = PolicySource().fingerprints()
        issue(page, on="2026-01-05", content=revised("三年"), replaces_announced=True)
        assert wordings(policy)[1:] == [
            ("五年", "2025-03-01", "2026-01-05", "2.0"),
            ("十年", None, "2026-01-05", "3.0"),
            ("三年", "2026-01-05", None, "4.0"),
        ]
        assert [row[1:3] for row in wordings(policy, language="en")[1:]] == [("2025-03-01", None), (None, None)]
        after = PolicySource().fingerprints()
        assert {name for name in before if before[name] != after[name]} == set(before)

    def test_numbers_name_the_clauses_above(self) -> None:
        keys = [key(name) for name in "abcdef"]
        depths = [1, 2, 3, 2, 1, 2]
        content = [
            Clause(k, depth, f"標題{depth}", "<p>文</p>", numbered=k != keys[4])
            for k, depth in zip(keys, depths, strict=True)
        ]
        policy = issue(make_page(content=content)).edition.policy
        found = [(content.number, content.path) for content in build(policy)[1:]]
        assert found == [
            ("一、", (1,)),
            ("一、（一）", (1, 1)),
            ("一、（一）1.", (1, 1, 1)),
            ("一、（二）", (1, 2)),
            ("", ()),
            ("（一）", (1,)),
        ]

    def test_a_clause_without_words_is_none(self) -> None:
        policy = issue(make_page(content=[Clause(key("0"), 1), Clause(key("1"), 2, "標題")])).edition.policy
        assert [content.number for content in build(policy)] == ["", "一、（一）"]

    def test_a_draft_is_nothing(self) -> None:
        make_page()
        assert PolicySource().fingerprints() == {}


class TestPageSource:
    def names(self) -> set[str]:
        return set(PageSource().fingerprints())

    def test_gives_the_words_of_search_fields(self) -> None:
        home = HomePage.objects.get(locale__language_code="zh-hant")
        home.title, home.summary, home.welcome = "海外聯絡署", "摘要", "<p>歡迎<b>光臨</b></p>"
        home.save_revision().publish()
        (content,) = PageSource().build(str(home.pk))
        assert (content.kind, content.locale, content.title) == ("page", "zh-hant", "海外聯絡署")
        assert content.body.split() == ["摘要", "歡迎光臨"]
        assert content.address == "/zh-hant/"

    def test_leaves_out_drafts_private_pages_and_policies(self) -> None:
        home = HomePage.objects.get(locale__language_code="en")
        hidden = home.get_children().get(slug="policies")
        policy = make_page()
        assert {str(home.pk), str(hidden.pk)} <= self.names()
        assert str(policy.pk) not in self.names()
        PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
        assert str(hidden.pk) not in self.names()
        assert list(PageSource().build(str(hidden.pk))) == []
        Page.objects.filter(pk=home.pk).update(live=False)
        assert str(home.pk) not in self.names()

    def test_never_reads_a_draft(self) -> None:
        home = HomePage.objects.get(locale__language_code="en")
        before = PageSource().fingerprints()
        home.summary = "secret"
        home.save_revision()
        (content,) = PageSource().build(str(home.pk))
        assert "secret" not in content.body
        assert PageSource().fingerprints() == before

    def test_a_page_outside_of_every_site_has_no_address(self) -> None:
        stray = Page.get_first_root_node().add_child(instance=Page(title="Stray", slug="stray"))
        assert list(PageSource().build(str(stray.pk))) == []
