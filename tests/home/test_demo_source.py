import re
import tomllib
from datetime import date, datetime, timedelta, timezone

import pytest

from home.demo.records import DemoError, DemoPolicy
from home.demo.source import load_agency, load_policy, read_agency, read_policy
from home.demo.structure import clause_key
from home.demo.tables import Table, read_table

TODAY = date(2026, 11, 22)


class TestTheAgency:
    def test_has_editors_of_every_role_at_reserved_addresses(self):
        agency = load_agency()

        assert {editor.role for editor in agency.editors} == {"editor", "moderator", "administrator"}
        assert all(editor.email.endswith("@ola.example") for editor in agency.editors)
        assert agency.editor("lin").display_name == "林書瑜 Lin Shu-yu"

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


def addresses(body: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', body)


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

        assert addresses(texts["zh-hant"].clauses[-1].body) == [f"#c-{clause_key('sample', 'a')}"]
        assert addresses(texts["en"].clauses[-1].body) == [f"/en/policies/x/#c-{clause_key('x', 'y')}"]

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

    def test_refuses_a_file_that_holds_another_policy(self, monkeypatch):
        monkeypatch.setattr("home.demo.source.POLICY_FILES", {"privacy": "cookies.toml"})

        with pytest.raises(DemoError, match="slug is website-cookies, not privacy"):
            load_policy("privacy", today=TODAY)
