"""The index follows what becomes public, and tells when it does not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from home.models import HomePage
from policies.models import PolicyPage
from search.models import IndexedUnit, IndexedWord, SearchEntry
from search.services import find_stale, indexing, refresh, refresh_stale
from search.sources import PolicySource
from tests.factories.policies import CHINESE, clauses, issue, make_bilingual_policy, make_page
from tests.factories.search import NOW, index

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def bodies(language: str = "zh-hant") -> set[str]:
    return set(SearchEntry.objects.filter(locale=language, kind="clause").values_list("body", flat=True))


class TestRefresh:
    def test_writes_only_what_changed(self) -> None:
        make_bilingual_policy()
        assert index() == 10  # three clauses and a summary in each language, and one more wording of one clause in each
        kept = set(SearchEntry.objects.values_list("pk", flat=True))
        assert index() == 0
        page = PolicyPage.objects.get(policy__slug="privacy", locale__language_code="zh-hant")
        changed = (CHINESE[0], (CHINESE[1][0], "<p>保存十年。</p>"), CHINESE[2])
        issue(page, on="2025-12-01", content=clauses(*changed))
        # The wording before has an end now; all else stands as it was.
        assert index() == 2
        assert len(kept - set(SearchEntry.objects.values_list("pk", flat=True))) == 1

    def test_makes_everything_anew_when_the_shape_changes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        index()
        monkeypatch.setattr(indexing, "VERSION", 999)
        assert {fault.kind for fault in find_stale()} == {"stale"}
        index()
        assert find_stale() == []

    def test_removes_what_is_public_no_more(self) -> None:
        index()
        home = HomePage.objects.get(locale__language_code="en")
        PageViewRestriction.objects.create(page=home, restriction_type=PageViewRestriction.LOGIN)
        index()
        assert not SearchEntry.objects.filter(locale="en").exists()

    def test_takes_a_text_of_any_length(self) -> None:
        every = "".join(map(chr, range(0x4E00, 0x9FA5)))
        long = "".join(every[shift::7] + every[shift::5] for shift in range(5)) * 3 + "x" * 300_000
        home = HomePage.objects.get(locale__language_code="en")
        home.welcome = long
        home.save_revision().publish()
        index()
        entry = SearchEntry.objects.get(address="/en/")
        assert len(entry.body) > len(every)
        assert find_stale() == []

    def test_learns_words_for_did_you_mean(self) -> None:
        make_bilingual_policy()
        index()
        assert {"retention", "policy"} <= set(IndexedWord.objects.values_list("text", flat=True))
        assert not IndexedWord.objects.filter(text__in=["and", "三年"]).exists()

    def test_asks_few_queries(self) -> None:
        policy = make_bilingual_policy()
        for year in range(2026, 2031):
            page = PolicyPage.objects.get(policy=policy, locale__language_code="zh-hant")
            issue(page, on=f"{year}-01-05", content=clauses(("標題", f"<p>{year}</p>")))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            refresh_stale(source=PolicySource.name, at=NOW)
        assert len(queries) < 40


@pytest.mark.usefixtures("transactional_db")
class TestAfterCommit:
    """With real commits, as publishing does."""

    def test_a_published_clause_is_there_at_once_and_the_old_wording_ends(self) -> None:
        make_bilingual_policy()
        assert find_stale() == []
        entries = SearchEntry.objects.filter(locale="zh-hant", body__contains="年").order_by("applies_from", "pk")
        assert [(entry.body[7:9], entry.applies_until is None) for entry in entries] == [
            ("三年", False),
            ("五年", True),
        ]

    def test_pages_follow_too(self) -> None:
        home = HomePage.objects.get(locale__language_code="en")
        home.summary = "A summary of ours"
        home.save_revision().publish()
        entry = SearchEntry.objects.get(address="/en/")
        assert entry.body == "A summary of ours"
        PageViewRestriction.objects.create(page=home, restriction_type=PageViewRestriction.LOGIN)
        assert not SearchEntry.objects.filter(address="/en/").exists()

    def test_a_failed_write_stops_no_publication_and_is_noticed(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_arguments: object) -> int:
            raise DatabaseError("planted")

        with monkeypatch.context() as patch:
            patch.setattr(indexing, "_write", fail)
            issue(make_page())
        assert "could not be brought up to date" in caplog.text
        assert [fault.kind for fault in find_stale()] == ["missing"]
        # Whatever is published next in that policy makes it good; so does the command.
        call_command("check_search_index")
        assert find_stale() == []


class TestCheckSearchIndex:
    @pytest.fixture(autouse=True)
    def _indexed(self) -> None:
        make_bilingual_policy()
        index()

    def test_says_that_all_is_right(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("check_search_index")
        entries, units = SearchEntry.objects.count(), IndexedUnit.objects.count()
        assert capsys.readouterr().out == f"{entries} entries of {units} units are right; 0 were made anew.\n"

    PLANTED = {
        "altered text": lambda entries: entries.update(body="x"),
        "altered vector": lambda entries: entries.update(vector="'x'"),
        "altered day": lambda entries: entries.update(applies_until="1999-01-01"),
        "lost entries": lambda entries: entries.delete(),
        "lost unit": lambda entries: IndexedUnit.objects.filter(name__endswith=":en").delete(),
        "old unit": lambda entries: IndexedUnit.objects.filter(name__endswith=":en").update(fingerprint="old"),
        "unit of nothing": lambda entries: IndexedUnit.objects.filter(name__endswith=":en").update(name="0:en"),
    }

    @pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
    def test_reports_and_repairs_a_planted_fault(
        self, plant: Callable[[object], object], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        def kept() -> list[tuple[object, ...]]:
            return list(SearchEntry.objects.order_by(*indexing.FACTS).values_list(*indexing.COLUMNS))

        right = kept()
        plant(SearchEntry.objects.filter(locale="en", position=2))
        with pytest.raises(CommandError, match=r"differ. Run “manage.py check_search_index”"):
            call_command("check_search_index", "--report")
        assert "policies" in capsys.readouterr().err
        call_command("check_search_index")
        assert kept() == right
        assert "made anew" in caplog.text
        call_command("check_search_index", "--report")

    def test_makes_the_whole_index_anew(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("check_search_index", "--anew")
        count = SearchEntry.objects.count()
        assert f"{count} were made anew" in capsys.readouterr().out
        assert IndexedWord.objects.exists()

    def test_gives_up_when_repairing_does_not_help(self, monkeypatch: pytest.MonkeyPatch) -> None:
        SearchEntry.objects.all().delete()
        IndexedUnit.objects.all().delete()
        monkeypatch.setattr("search.management.commands.check_search_index.refresh", lambda **_options: 0)
        with pytest.raises(CommandError, match="missing, still"):
            call_command("check_search_index")


def test_migrating_indexes_what_was_there_before(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    IndexedUnit.objects.all().delete()
    make_bilingual_policy()
    call_command("migrate", verbosity=0)
    assert find_stale() == []
    assert refresh(source="policies", names=[], at=NOW) == 0
