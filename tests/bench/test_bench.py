"""The bench in small: every part runs, so that none can rot. Nothing here looks at a clock."""

from __future__ import annotations

import gzip
import re
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from bench import catalogue, compared, edge, freshness, history, nginx, pages, queries, wire
from bench.__main__ import main
from bench.load import LoadError, Rates, Subject, command, read_rate
from bench.place import Place, make_place
from bench.rows import Row, at_least, at_most, format_table
from bench.serve import Answer
from home.demo.loader import load
from policies.models import LedgerEntry, Policy
from policies.services import verify_policy
from tests.factories.policies import make_bilingual_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

PLACE = Place(Path("/nowhere"), "postgresql:///unused", "postgresql:///unused")
WRK = "Running 1s test\n  812 requests in 1.00s, 16.05MB read\nRequests/sec:    {rate}\nTransfer/sec:     16.01MB\n"


@pytest.fixture
def loopback(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put Django's test client in place of the servers, and a made-up rate in place of wrk's."""

    def fetch(port: int, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Answer:
        response = client.generic(method, path, headers=headers or {}, secure=True)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, dict(response.headers), body)

    for module in (pages, edge, wire, history):
        monkeypatch.setattr(module, "gunicorn", lambda *_args, **_named: nullcontext(1))
        monkeypatch.setattr(module, "fetch", fetch, raising=False)
    monkeypatch.setattr("bench.load.run", lambda subject, *, seconds: float(len(subject.name)))
    return


class TestRows:
    def test_says_loudly_what_was_missed(self) -> None:
        table = format_table([at_least("speed", 4.0, 5), at_most("size", 3, 4, unit="bytes"), Row("說明", "1")])

        lines = table.splitlines()
        assert "*** MISSED ***" in lines[2]
        assert "| met " in lines[3]
        assert len({line.count("|") for line in lines}) == 1

    @pytest.mark.parametrize(("value", "shown"), [(0.934, "0.93 ×"), (12.34, "12.3 ×"), (54321.0, "54,321 ×")])
    def test_rounds_for_people(self, value: float, shown: str) -> None:
        assert at_least("", value, 1).measured == shown


class TestLoad:
    def test_reads_the_rate(self) -> None:
        assert read_rate(WRK.format(rate="811.52")) == 811.52

    @pytest.mark.parametrize(
        "output", ["", WRK.format(rate="0.00"), WRK.format(rate="9") + "Non-2xx or 3xx responses: 3"]
    )
    def test_refuses_what_does_not_count(self, output: str) -> None:
        with pytest.raises(LoadError):
            read_rate(output)

    def test_asks_compressed_and_as_behind_tls(self) -> None:
        made = command(Subject("page", 8000, "/en/", {"If-None-Match": '"x"'}), seconds=2)

        assert made[-1] == "http://127.0.0.1:8000/en/"
        assert {"Accept-Encoding: gzip", "X-Forwarded-Proto: https", 'If-None-Match: "x"'} <= set(made)

    def test_takes_ratios_within_a_round(self) -> None:
        rates = Rates([{"a": 10, "b": 5}, {"a": 90, "b": 30}, {"a": 4, "b": 4}])

        assert rates.ratio("a", "b") == 2
        assert rates.spread("a", "b") == "1.00–3.00"


class TestPlace:
    def test_is_gone_afterwards(self) -> None:
        with make_place() as place:
            name = conninfo_to_dict(place.database)["dbname"]
            assert place.directory.is_dir()
            assert place.environment(AVOW_PAGE_CACHE="0")["AVOW_PAGE_CACHE"] == "0"

        assert str(name).startswith("avow_bench_")
        assert not place.directory.exists()


class TestNginx:
    def test_knows_every_mark_of_the_shipped_configuration(self, tmp_path: Path) -> None:
        text = nginx.on_loopback(nginx.SHIPPED.read_text(), directory=tmp_path, port=1, application=2, static=tmp_path)

        assert "listen 127.0.0.1:1;" in text
        assert "server 127.0.0.1:2;" in text
        assert "ssl" not in re.sub(r"#.*", "", text)

    def test_an_unknown_mark_stops_the_bench(self, tmp_path: Path) -> None:
        with pytest.raises(nginx.ServerError, match="root </new/place>"):
            nginx.on_loopback("  root </new/place>;\n", directory=tmp_path, port=1, application=2, static=tmp_path)

    def test_the_file_has_the_headers_of_the_page(self) -> None:
        lines = nginx.add_headers(
            {"ETag": '"x"', "Referrer-Policy": "same-origin", "Content-Security-Policy": "default-src 'none'"}
        )

        assert lines.split("\n")[:2] == [
            "            add_header Referrer-Policy 'same-origin';",
            "            add_header Content-Security-Policy 'default-src \\'none\\'';",
        ]
        assert "ETag" not in lines

    def test_shared_memory_zones_have_names_of_their_own(self) -> None:
        made = re.findall(r"(?:keys_zone=|limit_req_zone \S+ zone=|shared:)(\w+):", nginx.SHIPPED.read_text())

        assert len(made) == len(set(made)) == 4

    def test_logs_no_full_address(self) -> None:
        logged = re.findall(r"log_format .*", nginx.SHIPPED.read_text())

        assert len(logged) == 1
        assert "$remote_addr" not in logged[0]
        assert "$args" not in logged[0]
        assert "$request_uri" not in logged[0]

    def test_pages_are_not_shown_while_they_are_fetched_anew(self) -> None:
        settings = re.sub(r"#.*", "", nginx.SHIPPED.read_text())

        assert "updating" not in settings
        assert "proxy_cache_valid" not in settings


@pytest.mark.django_db
class TestParts:
    def test_pages(self, loopback: None) -> None:
        load(password="not used", factor="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

        rows = pages.measure(PLACE, rounds=2, seconds=1)

        assert len(rows) == 5

    def test_edge(self, loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
        load(password="not used", factor="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        seen = {}

        def made(_directory: Path, **named: bytes) -> nullcontext[nginx.Edge]:
            seen.update(named)
            return nullcontext(nginx.Edge(1, 2))

        monkeypatch.setattr(edge, "edge", made)

        rows = edge.measure(PLACE, rounds=1, seconds=1)

        assert len(rows) == 2
        assert gzip.decompress(seen["compressed"]) == seen["page"]

    def test_wire(self, loopback: None) -> None:
        load(password="not used", factor="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

        rows = wire.measure(PLACE)

        assert [row.name for row in rows] == ["HTML + CSS, en", "HTML + CSS, zh-hant"]

    def test_queries(self) -> None:
        load(password="not used", factor="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

        rows = queries.measure()

        assert [row.is_met for row in rows[:2]] == [True, True]

    def test_history(self, loopback: None) -> None:
        rows = history.measure(PLACE, editions=45, requests=1, page=2)

        assert rows[0].is_met
        assert len(rows) == 4

    def test_freshness_reads_what_it_published(self, client: Client) -> None:
        for mark in (0, 1):
            freshness.issue(mark)

            answer = client.get(freshness.PATH, headers={"Accept-Encoding": "gzip"})

            assert freshness.read_mark(answer.content) == mark

    def test_freshness_finds_the_oldest_answer(self) -> None:
        watcher = freshness.Watcher(1, seen=[(0.5, 0), (1.2, 0), (1.4, 0), (1.5, 1), (9.0, 1)])

        assert watcher.oldest_after(1.0, 1) == pytest.approx(0.4)
        assert watcher.oldest_after(1.45, 1) == 0

    def test_comparison(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bench.comparison.CLAUSES", 20)

        assert len(compared.rows()) == 6


@pytest.mark.django_db
class TestCatalogue:
    def test_is_a_true_record(self) -> None:
        policy = catalogue.find_or_make(25)

        assert list(verify_policy(policy)) == []
        assert list(catalogue.verify(policy, every=10)) == []
        assert policy.editions.newest_first()[0].number == catalogue.number_at(24) == "3.4"

    def test_is_made_once(self) -> None:
        assert catalogue.find_or_make(3) == catalogue.find_or_make(3)

    def test_sample_finds_a_planted_fault(self) -> None:
        policy = catalogue.find_or_make(3)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # triggers off
            cursor.execute("UPDATE policies_ledgerentry SET payload_digest = 'x' WHERE position = 2")

        assert LedgerEntry.objects.filter(payload_digest="x").exists()
        assert list(catalogue.verify(policy, every=1))


@pytest.mark.django_db
def test_stock_page_has_the_same_text() -> None:
    make_bilingual_policy()
    # Its name is the demo's; the text is whatever that policy says today.
    from bench.demo import stock_text

    assert Policy.objects.filter(slug="privacy").exists()
    assert stock_text()["title"] == "Privacy policy"


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bench.load.shutil.which", lambda _name: None)

    assert main([]) == 1
    assert "apt-get install wrk" in capsys.readouterr().err
