"""The demo agency's own texts: complete, right in both languages, and with something of everything to show."""

import re
from datetime import date, timedelta

import pytest

from home.demo.records import DemoEdition, DemoPolicy
from home.demo.source import POLICY_SLUGS, load_agency, load_policy, today_in_taipei
from home.demo.structure import clause_key
from home.demo.tables import LANGUAGES
from policies.text.body import parse_body
from policies.text.clauses import Clause
from policies.text.languages import looks_like
from policies.text.plain import plain_text
from policies.text.sanitize import sanitize_body, sanitize_line

TODAY = date(2026, 11, 22)
HAN = "\u4e00-\u9fff"
POLICIES = {slug: load_policy(slug, today=TODAY) for slug in POLICY_SLUGS}
EDITIONS = [
    pytest.param(policy, edition, id=f"{policy.slug}-{edition.number}")
    for policy in POLICIES.values()
    for edition in policy.editions
]


def edition_of(policy: DemoPolicy, number: str) -> DemoEdition:
    return next(edition for edition in policy.editions if edition.number == number)


def links(clause: Clause) -> list[str]:
    return [run.href for block in parse_body(clause.body) for run in block.runs if run.href]


def clauses_by_key(edition: DemoEdition, language: str = "en") -> dict[str, Clause]:
    return {clause.key: clause for clause in edition.texts[language].clauses}


class TestTheDemoPolicies:
    @pytest.mark.parametrize(
        ("slug", "clauses", "depth"), [("privacy", (35, 45), 4), ("information-security", (21, 29), 2)]
    )
    def test_have_the_promised_size_in_force(self, slug, clauses, depth):
        text = POLICIES[slug].in_force(TODAY).texts["zh-hant"]

        assert clauses[0] <= len(text.clauses) <= clauses[1]
        assert max(clause.depth for clause in text.clauses) == depth

    @pytest.mark.parametrize("slug", ["privacy", "information-security"])
    def test_have_every_kind_of_edition(self, slug):
        policy = POLICIES[slug]
        editions = policy.editions

        assert len(editions) >= 5
        assert editions[-1].issued_at.year - editions[0].issued_at.year >= 5
        assert {edition.update_type for edition in editions} == {"substantive", "editorial"}
        assert any(edition.texts["en"].issued_at > edition.issued_at for edition in editions)
        assert any(edition.note_corrections for edition in editions)
        assert any(edition.effective_from is None and edition.effective_dates for edition in editions)
        assert editions[-1].issued_at.date() < TODAY < editions[-1].settled_effective_from

    def test_include_one_that_was_withdrawn(self):
        policy = POLICIES["website-cookies"]

        assert 6 <= len(policy.editions[0].texts["en"].clauses) <= 10
        assert [edition.kind for edition in policy.editions] == ["issue", "issue", "issue", "withdrawal"]
        assert policy.in_force(TODAY).kind == "withdrawal"

    def test_include_a_notice_period_that_was_shortened(self):
        waived = [edition.number for edition in POLICIES["information-security"].editions if edition.notice_waiver]

        assert waived == ["2.0"]

    def test_give_the_comparison_something_to_show(self):
        policy = POLICIES["privacy"]
        former, announced = policy.in_force(TODAY), policy.editions[-1]
        old, new = clauses_by_key(former), clauses_by_key(announced)
        common_before = [key for key in old if key in new]
        common_after = [key for key in new if key in old]

        assert new.keys() - old.keys()
        assert {removal.key for removal in announced.removals} == old.keys() - new.keys() != set()
        assert common_before != common_after
        assert any(links(old[key]) != links(new[key]) for key in common_before)
        assert any(old[key].body != new[key].body and links(old[key]) == links(new[key]) for key in common_before)

    def test_change_three_years_into_five(self):
        editions = POLICIES["privacy"].editions
        key = clause_key("privacy", "retention")
        before, after = (
            clauses_by_key(edition, "zh-hant")[key].body for edition in editions if edition.number in {"3.0", "4.0"}
        )

        assert before.replace("結案後三年", "結案後五年") == after

    @pytest.mark.parametrize("slug", POLICY_SLUGS)
    def test_stay_announced_whenever_they_are_loaded(self, slug):
        later = TODAY + timedelta(days=2000)
        policy = load_policy(slug, today=later)

        assert policy.review_due_on > later
        assert [edition.number for edition in policy.editions] == [
            edition.number for edition in POLICIES[slug].editions
        ]
        if slug != "website-cookies":
            assert policy.editions[-1].settled_effective_from > later

    def test_are_loaded_as_of_today_by_default(self):
        assert load_policy("privacy").review_due_on >= today_in_taipei()

    def test_keep_their_keys_between_loads(self):
        again = load_policy("privacy", today=TODAY + timedelta(days=1))

        assert clauses_by_key(again.editions[-1]).keys() == clauses_by_key(POLICIES["privacy"].editions[-1]).keys()

    def test_apply_to_websites_of_the_agency(self):
        assert {host for policy in POLICIES.values() for host in policy.scope} <= set(load_agency().hosts)

    def test_have_nothing_in_force_before_the_first_edition(self):
        policy = POLICIES["privacy"]

        assert policy.in_force(date(2019, 6, 2)) is None
        assert policy.in_force(date(2019, 6, 3)).number == "1.0"
        assert policy.in_force(date(2023, 8, 31)).number == "2.1"
        assert policy.in_force(date(2023, 9, 1)).number == "3.0"


@pytest.mark.parametrize(("policy", "edition"), EDITIONS)
class TestEveryDemoEdition:
    def test_says_the_same_in_both_languages_by_shape(self, policy, edition):
        chinese, english = (edition.texts[language].clauses for language in LANGUAGES)

        def shape(clause: Clause, language: str) -> tuple[object, ...]:
            blocks = [block.kind for block in parse_body(clause.body)]
            neutral = [href.replace(f"/{language}/", "/") for href in links(clause)]
            said = (bool(clause.heading), bool(clause.body), bool(clause.reason))
            return clause.key, clause.depth, clause.numbered, said, blocks, neutral

        assert [shape(clause, "zh-hant") for clause in chinese] == [shape(clause, "en") for clause in english]

    def test_is_written_in_its_language(self, policy, edition):
        for language, text in edition.texts.items():
            lines = [text.title, text.summary, text.change_note]
            lines += [
                line for clause in text.clauses for line in (clause.heading, plain_text(clause.body), clause.reason)
            ]
            assert [line for line in lines if not looks_like(line, language)] == []

    def test_is_what_the_sanitiser_would_leave(self, policy, edition):
        for text in edition.texts.values():
            for clause in text.clauses:
                assert sanitize_body(clause.body) == clause.body
                assert sanitize_line(clause.heading) == clause.heading

    def test_uses_full_width_punctuation_without_spaces_in_chinese(self, policy, edition):
        text = edition.texts["zh-hant"]
        for clause in text.clauses:
            for line in (clause.heading, clause.reason, plain_text(clause.body).replace("- ", "")):
                assert not re.search(rf"[{HAN}][,.;:!?]|[,;:!?][{HAN}]|[{HAN}] |[^\n] [{HAN}]", line), line
                # 臺 in official writing; the first edition keeps the slip that 1.1 puts right.
                assert "台" not in line or edition.number == "1.0"

    def test_gives_reasons_for_what_it_changes(self, policy, edition):
        place = policy.editions.index(edition)
        if place == 0 or edition.update_type == "editorial":
            return
        former = clauses_by_key(policy.editions[place - 1])
        for key, clause in clauses_by_key(edition).items():
            old = former.get(key)
            is_changed = old is None or (old.heading, old.body, old.depth) != (
                clause.heading,
                clause.body,
                clause.depth,
            )
            assert not is_changed or clause.reason

    def test_links_only_to_clauses_that_exist(self, policy, edition):
        newest = {
            clause.key for other in POLICIES.values() for kept in other.editions for clause in kept.texts["en"].clauses
        }
        for text in edition.texts.values():
            for clause in text.clauses:
                for href in links(clause):
                    _, mark, key = href.partition("#c-")
                    assert not mark or key in newest
                    assert ".example" in href or href.startswith(("/", "#", "tel:+88620000"))

    def test_keeps_bodies_short(self, policy, edition):
        chinese = [len(re.sub(r"\s", "", plain_text(clause.body))) for clause in edition.texts["zh-hant"].clauses]
        english = [len(plain_text(clause.body).split()) for clause in edition.texts["en"].clauses]

        assert sum(chinese) / len(chinese) <= 90
        assert sum(english) / len(english) <= 55

    def test_can_be_read_as_a_document(self, policy, edition):
        document = edition.texts["en"].document

        assert (document.language, document.title) == ("en", edition.texts["en"].title)
        assert (edition.major, edition.minor) == tuple(int(part) for part in edition.number.split("."))
