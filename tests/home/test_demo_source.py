import re
import tomllib
from datetime import date, datetime, timedelta, timezone

import pytest

from home.demo.records import DemoEdition, DemoError, DemoPolicy
from home.demo.source import POLICY_SLUGS, load_agency, load_policy, read_agency, read_policy, today_in_taipei
from home.demo.structure import clause_key
from home.demo.tables import LANGUAGES, Table, read_table
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


class TestTheAgency:
    def test_has_editors_of_every_role_at_reserved_addresses(self):
        agency = load_agency()

        assert {editor.role for editor in agency.editors} == {"editor", "moderator", "administrator"}
        assert all(editor.email.endswith("@ola.example") for editor in agency.editors)
        assert agency.editor("lin").display_name == "林書瑜 Lin Shu-yu"
        assert {host for policy in POLICIES.values() for host in policy.scope} <= set(agency.hosts)

    def test_refuses_two_editors_with_one_id(self):
        table = read_table("agency.toml")
        editors = table.take("editors", list)
        broken = Table({"agency": table.take("agency", dict), "editors": [*editors, editors[0]]}, "agency.toml")

        with pytest.raises(DemoError, match=r"agency\.toml: two editors"):
            read_agency(broken)

    def test_refuses_an_address_that_may_be_real(self):
        table = read_table("agency.toml")
        editor = table.take("editors", list)[0] | {"email": "someone@real.invalid"}
        broken = Table({"agency": table.take("agency", dict), "editors": [editor]}, "agency.toml")

        with pytest.raises(DemoError, match="not a reserved address"):
            read_agency(broken)


HEAD = """
[policy]
slug = "sample"
kind = "other"
language_regime = "one_prevails"
prevailing = "zh-hant"
owner = {zh-hant = "室", en = "Office"}
contact = {zh-hant = "室", en = "Office"}
review_due_in_days = 9
minimum_notice_days = 14
scope = ["www.ola.example"]
title = {zh-hant = "題", en = "Title"}
summary = {zh-hant = "要旨", en = "Summary"}
"""
FIRST = """
[[editions]]
number = "1.0"
update_type = "substantive"
issued_at = 2020-01-01T10:00:00+08:00
effective_from = 2020-01-02
document_no = "字第1號"
issued_by = "lin"
approved_by = "chen"
note = {zh-hant = "訂定", en = "First"}
[[editions.put]]
id = "a"
depth = 1
body = {zh-hant = "甲", en = "Alpha"}
[[editions.put]]
id = "b"
depth = 2
body = {zh-hant = "乙", en = "Beta"}
[[editions.put]]
id = "c"
depth = 1
body = {zh-hant = "丙", en = "Gamma"}
"""
SECOND = """
[[editions]]
number = "2.0"
update_type = "substantive"
issued_at = 2021-01-01T10:00:00+08:00
effective_from = 2021-02-01
document_no = "字第2號"
issued_by = "lin"
approved_by = "chen"
note = {zh-hant = "修正", en = "Second"}
"""
REASON = 'reason = {zh-hant = "由", en = "Why"}\n'
PUT_C = '[[editions.put]]\nid = "c"\nbody = {zh-hant = "丁", en = "Delta"}\n' + REASON


def read(toml: str) -> DemoPolicy:
    return read_policy(Table(tomllib.loads(toml), "sample.toml"), load_agency(), TODAY)


def outline(policy: DemoPolicy) -> list[tuple[str, int]]:
    names = {clause_key("sample", name): name for name in "abcdefg"}
    return [(names[clause.key], clause.depth) for clause in policy.editions[-1].texts["en"].clauses]


class TestReadPolicy:
    def test_moves_a_clause_with_what_is_beneath_it(self):
        policy = read(HEAD + FIRST + SECOND + '[[editions.move]]\nid = "a"\nafter = "c"\ndepth = 2\n' + REASON)

        assert outline(policy) == [("c", 1), ("a", 2), ("b", 3)]

    def test_places_a_clause_after_all_that_is_beneath_another(self):
        put = '[[editions.put]]\nid = "d"\ndepth = 1\nafter = "a"\nbody = {zh-hant = "丁", en = "Delta"}\n'

        assert outline(read(HEAD + FIRST + SECOND + put + REASON)) == [("a", 1), ("b", 2), ("d", 1), ("c", 1)]

    def test_places_a_clause_first(self):
        policy = read(HEAD + FIRST + SECOND + '[[editions.move]]\nid = "c"\nfirst = true\n' + REASON)

        assert outline(policy) == [("c", 1), ("a", 1), ("b", 2)]

    def test_keeps_what_is_not_given(self):
        put = '[[editions.put]]\nid = "c"\nheading = {zh-hant = "標題", en = "Heading"}\nnumbered = false\n'
        clause = read(HEAD + FIRST + SECOND + put + REASON).editions[-1].texts["en"].clauses[-1]

        assert (clause.heading, clause.body, clause.numbered) == ("Heading", "<p>Gamma</p>", False)

    def test_forgets_reasons_with_the_next_edition(self):
        third = SECOND.replace('"2.0"', '"2.1"').replace("substantive", "editorial").replace("2021-0", "2022-0")
        policy = read(HEAD + FIRST + SECOND + PUT_C + third)

        assert policy.editions[1].texts["en"].clauses[-1].reason == "Why"
        assert policy.editions[2].texts["en"].clauses[-1].reason == ""

    def test_takes_titles_per_edition(self):
        policy = read(HEAD + FIRST + SECOND + 'title = {zh-hant = "新題", en = "New title"}\n')

        assert [edition.texts["en"].title for edition in policy.editions] == ["Title", "New title"]
        assert policy.title["en"] == "New title"

    def test_turns_clause_links_into_keys(self):
        put = '[[editions.put]]\nid = "c"\nbody = {zh-hant = \'<p><a href="#clause:a">甲</a></p>\', '
        put += "en = '<p><a href=\"/en/policies/x/#clause:x/y\">A</a></p>'}\n"
        texts = read(HEAD + FIRST + SECOND + put + REASON).editions[-1].texts

        assert links(texts["zh-hant"].clauses[-1]) == [f"#c-{clause_key('sample', 'a')}"]
        assert links(texts["en"].clauses[-1]) == [f"/en/policies/x/#c-{clause_key('x', 'y')}"]

    def test_counts_days_from_today_and_numbers_the_document_by_year(self):
        second = SECOND.replace("issued_at = 2021-01-01T10:00:00+08:00", "issued_days_ago = 1")
        second = second.replace("effective_from = 2021-02-01", "effective_in_days = 20").replace(
            "第2號", "第{roc_year}號"
        )
        edition = read(HEAD + FIRST + second).editions[-1]

        assert edition.issued_at == datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=8)))
        assert (edition.effective_from, edition.document_no) == (date(2026, 12, 12), "字第115號")

    def test_leaves_an_effective_date_open(self):
        policy = read(HEAD + FIRST + SECOND.replace("effective_from = 2021-02-01", 'effective = "to_be_announced"'))

        assert policy.editions[-1].settled_effective_from is None
        assert policy.in_force(TODAY).number == "1.0"

    @pytest.mark.parametrize(
        ("extra", "message"),
        [
            ("colour = 1\n", "unknown colour"),
            ('[[editions.put]]\nid = "c"\nsize = 1\n', "put 1: c says what it said before"),
            (PUT_C + "size = 1\n", "put 1: unknown size"),
            (PUT_C.replace(', en = "Delta"', ""), "en is missing"),
            (PUT_C.replace(REASON, ""), "no reason is given for c"),
            (PUT_C.replace('en = "Delta"', 'en = "<p>Delta<script>x</script></p>"'), "sanitiser"),
            (PUT_C.replace('en = "Delta"', "en = '<p><a href=\"/zh-hant/x/\">Delta</a></p>'"), "links to /zh-hant/x/"),
            (PUT_C.replace('en = "Delta"', "en = '<p><a href=\"#clause:z\">Delta</a></p>'"), "links to z"),
            ('[[editions.put]]\nid = "d"\ndepth = 1\nbody = {zh-hant = "丁", en = "D"}\n', "after is missing"),
            ('[[editions.put]]\nid = "d"\ndepth = 5\nbody = {zh-hant = "丁", en = "D"}\n', "depth must be 1 to 4"),
            ('[[editions.put]]\nid = "D!"\n', "not an id"),
            ('[[editions.put]]\nid = "d"\ndepth = 1\nafter = "c"\n', "neither a heading nor a body"),
            (
                '[[editions.put]]\nid = "d"\ndepth = 3\nafter = "a"\nbody = {zh-hant = "丁", en = "D"}\n' + REASON,
                "depth 3",
            ),
            ('[[editions.move]]\nid = "z"\nafter = "a"\n', "no clause z"),
            ('[[editions.move]]\nid = "b"\nafter = "z"\n', "no clause z"),
            ('[[editions.move]]\nid = "c"\nafter = "a"\n' + REASON, "stays where it was"),
            ('[[editions.move]]\nid = "a"\nafter = "c"\ndepth = 4\n' + REASON, "too deep"),
            ('[[editions.remove]]\nid = "a"\n' + REASON, "still has b beneath it"),
            ('[[editions.remove]]\nid = "c"\n', "reason is missing"),
            ("put = 1\n", "put must be a list"),
            ("put = [1]\n", r"must be written as \[\[put\]\]"),
            ('kind = "farewell"\n', "kind must be one of"),
            ('notice_waiver = {zh-hant = "急", en = "Urgent"}\n', "not needed"),
            ("late = {en = 2020-06-01T10:00:00+08:00}\n", "not between issue and today"),
            ("late = {zh-hant = 2021-06-01T10:00:00+08:00}\n", "unknown zh-hant"),
            (
                '[[editions.effective_dates]]\nat = 2021-01-05T10:00:00+08:00\neffective_from = 2021-03-01\ndocument_no = "3"\n',
                "only where it was left open",
            ),
        ],
    )
    def test_refuses_a_change_that_is_not_right(self, extra, message):
        with pytest.raises(DemoError, match=message) as refusal:
            read(HEAD + FIRST + SECOND + extra)

        assert str(refusal.value).startswith("sample.toml, edition 2.0")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('number = "2.0"', 'number = "3.0"', "must be 2.0"),
            ('update_type = "substantive"', 'update_type = "editorial"', "must be 1.1"),
            ('approved_by = "chen"', 'approved_by = "lin"', "same person"),
            ('approved_by = "chen"', 'approved_by = "nobody"', "no editor nobody"),
            ("2021-01-01T10:00:00+08:00", "2021-01-01T10:00:00", "must state its offset"),
            ("2021-01-01T10:00:00+08:00", "2019-01-01T10:00:00+08:00", "issued before all of edition 1.0"),
            ("2021-01-01T10:00:00+08:00", "2031-01-01T10:00:00+08:00", "after today"),
            ("effective_from = 2021-02-01", "effective_from = 2021-01-03", "2 days of notice are too few"),
            ("effective_from = 2021-02-01", "effective_from = 2020-12-31", "applies before it was issued"),
            ("effective_from = 2021-02-01", "effective_from = 2020-01-01", "would apply before edition 1.0"),
            ("effective_from = 2021-02-01", 'effective_from = "soon"', "effective_from must be a date"),
            ('document_no = "字第2號"', 'document_no = ""', "document_no is empty"),
        ],
    )
    def test_refuses_an_edition_that_does_not_follow(self, old, new, message):
        assert old in SECOND

        with pytest.raises(DemoError, match=message):
            read(HEAD + FIRST + SECOND.replace(old, new))

    def test_refuses_an_edition_after_one_without_a_date(self):
        open_ended = SECOND.replace("effective_from = 2021-02-01", 'effective = "to_be_announced"')
        third = SECOND.replace('"2.0"', '"3.0"').replace("2021-0", "2022-0")

        with pytest.raises(DemoError, match=r"edition 3\.0: would apply before edition 2\.0"):
            read(HEAD + FIRST + open_ended + third)

    def test_refuses_an_id_that_was_used_before(self):
        third = SECOND.replace('"2.0"', '"3.0"').replace("2021-0", "2022-0")
        again = '[[editions.put]]\nid = "c"\ndepth = 1\nafter = "a"\nbody = {zh-hant = "丁", en = "D"}\n' + REASON

        with pytest.raises(DemoError, match="c was removed before"):
            read(HEAD + FIRST + SECOND + '[[editions.remove]]\nid = "c"\n' + REASON + third + again)

    def test_refuses_a_policy_without_editions_or_clauses(self):
        with pytest.raises(DemoError, match="no editions"):
            read(HEAD)
        with pytest.raises(DemoError, match="no clauses"):
            read(HEAD + FIRST.partition("[[editions.put]]")[0])

    def test_refuses_a_first_edition_that_withdraws(self):
        with pytest.raises(DemoError, match="a first edition is no withdrawal"):
            read(HEAD + FIRST.replace('number = "1.0"', 'number = "1.0"\nkind = "withdrawal"'))

    def test_refuses_a_scope_that_is_empty(self):
        with pytest.raises(DemoError, match="scope must be a list of texts"):
            read(HEAD.replace('["www.ola.example"]', "[]") + FIRST)


class TestReadTable:
    def test_names_a_file_that_is_not_there(self):
        with pytest.raises(DemoError, match=r"missing\.toml: there is no such demo file"):
            read_table("missing.toml")

    def test_names_a_file_that_is_not_toml(self):
        with pytest.raises(DemoError, match=r"source\.py: not valid TOML"):
            read_table("source.py")

    def test_refuses_a_file_that_holds_another_policy(self, monkeypatch):
        monkeypatch.setattr("home.demo.source.POLICY_FILES", {"privacy": "cookies.toml"})

        with pytest.raises(DemoError, match="slug is website-cookies, not privacy"):
            load_policy("privacy", today=TODAY)
