"""What is measured of search, ours and stock."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench.load import read_rate
from bench.place import ROOT
from bench.rows import Row, at_least, at_most
from bench.search import catalogue
from bench.search.terms import Asked, places, sample
from bench.serve import HOST, fetch, gunicorn
from core.dates import today
from search import matching
from search.choices import EntryKind
from search.matching import Scope, Slice, find
from search.models import SearchEntry
from search.selectors import read_query
from search.services import refresh_stale
from search.sources import PolicySource
from search.text.folding import fold

if TYPE_CHECKING:
    from bench.place import Place

P95_BUDGET, RATE_BUDGET, INDEX_BUDGET = 50, 100, 200
_CONNECTIONS = 4


def prepare(place: Place, clauses: int) -> list[Row]:
    """Fill both databases, and time the indexing."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    catalogue.fill(clauses)
    begun = time.perf_counter()
    entries = refresh_stale(source=PolicySource.name, at=timezone.now())
    rate = entries / (time.perf_counter() - begun)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE search_searchentry")
    rows = [at_least(f"indexing {entries:,} entries", rate, INDEX_BUDGET, unit="entries/s")]
    done = _stock(place, "fill", str(clauses))
    rows.append(Row("the same, stock", f"{float(done):.0f} clauses/s"))
    (place.directory / "filled").touch()
    return rows


def recall(place: Place, count: int) -> list[Row]:
    """Compare what is found with what is there, over sampled terms, with no bound on how much is read."""
    texts: dict[str, list[tuple[int, str]]] = {}
    for pk, locale, heading, body in (
        SearchEntry.objects.filter(kind="clause").order_by("pk").values_list("pk", "locale", "heading", "body")
    ):
        texts.setdefault(locale, []).append((pk, f"{heading}\n{body}"))
    asked = sample({locale: [text for _pk, text in rows] for locale, rows in texts.items()}, count)
    folded = {locale: [fold(text) for _pk, text in rows] for locale, rows in texts.items()}
    wanted = [{texts[one.language][n][0] for n in places(one, folded[one.language])} for one in asked]
    bounds = matching.MOST, matching.TIMEOUT
    matching.MOST, matching.TIMEOUT = 10**9, "60s"
    try:
        found = [_found(one) for one in asked]
    finally:
        matching.MOST, matching.TIMEOUT = bounds
    whole = sum(want <= have for want, have in zip(wanted, found, strict=True))
    phrases = [(w, h) for one, w, h in zip(asked, wanted, found, strict=True) if one.is_phrase]
    false = sum(len(have - want) for want, have in phrases)
    hits = sum(len(have) for _want, have in phrases)
    stock = json.loads(_stock(place, "recall", json.dumps([[one.text, one.language] for one in asked])))
    stock_whole = sum(have >= len(want) for want, have in zip(wanted, stock, strict=True))
    stock_any = sum(have > 0 for have in stock)
    return [
        at_least(f"terms of which every clause is found, of {count:,}", 100 * whole / count, 100, unit="%"),
        Row("the same, stock", f"{100 * stock_whole / count:.1f} % ({100 * stock_any / count:.1f} % find anything)"),
        at_least(f"phrases: right hits, of {hits:,}", 100 * (1 - false / max(hits, 1)), 100, unit="%"),
    ]


def _found(one: Asked) -> set[int]:
    wanted = Slice(length=matching.MOST, kind=EntryKind.CLAUSE)
    return set(find(read_query(one.text), Scope(one.language, today()), wanted).keys)


def speed(place: Place, count: int, *, rounds: int, seconds: int) -> list[Row]:
    """Time the results page at one client, and load it from several, in turns with the stock site's."""
    texts = {
        locale: list(
            SearchEntry.objects.filter(kind="clause", locale=locale)
            .order_by("pk")
            .values_list("body", flat=True)[:5_000]
        )
        for locale in ("en", "zh-hant")
    }
    asked = sample(texts, count)
    ours = [f"/{one.language}/search/?{urlencode({'q': one.text})}" for one in asked]
    theirs = [f"/search/?{urlencode({'query': one.text})}" for one in asked]
    rows = []
    with (
        gunicorn("cms.wsgi", place.environment(), path="/en/search/") as port,
        gunicorn("bench.stock.wsgi", place.stock_environment(), path="/search/") as stock_port,
    ):
        times = {port: _times(port, ours), stock_port: _times(stock_port, theirs[: max(20, count // 10)])}
        rates: dict[int, list[float]] = {port: [], stock_port: []}
        scripts = {port: _script(place, "ours", ours), stock_port: _script(place, "stock", theirs)}
        for _ in range(rounds):
            for one, script in scripts.items():
                rates[one].append(_load(one, script, seconds))
    rate, stock_rate = (statistics.median(rates[one]) for one in (port, stock_port))
    rows += [
        at_most(
            f"results page, one client, p95 of {count:,}",
            _percentile(times[port]),
            P95_BUDGET,
            unit="ms",
            note=f"median {statistics.median(times[port]):.1f}",
        ),
        Row(
            "the same, stock",
            f"{_percentile(times[stock_port]):.1f} ms (median {statistics.median(times[stock_port]):.1f})",
        ),
        at_least(f"results pages, {_CONNECTIONS} clients", rate, RATE_BUDGET, unit="pages/s"),
        Row("the same, stock", f"{stock_rate:.1f} pages/s"),
    ]
    return rows


def _times(port: int, paths: list[str]) -> list[float]:
    for path in paths[:10]:
        fetch(port, path)
    found = []
    for path in paths:
        begun = time.perf_counter()
        answer = fetch(port, path)
        found.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            msg = f"{path} answers {answer.status}"
            raise LookupError(msg)
    return found


def _percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _script(place: Place, name: str, paths: list[str]) -> str:
    """Write what wrk asks for: each path in its turn."""
    path = place.directory / f"{name}.lua"
    listed = ",\n".join(json.dumps(one) for one in paths)
    path.write_text(
        f"local paths = {{\n{listed}\n}}\nlocal n = 0\n"
        'function request() n = n % #paths + 1; return wrk.format("GET", paths[n]) end\n'
    )
    return str(path)


def _load(port: int, script: str, seconds: int) -> float:
    command = ["wrk", "--threads", "1", "--connections", str(_CONNECTIONS), "--duration", f"{seconds}s"]
    command += ["--header", "X-Forwarded-Proto: https", "--script", script, f"http://{HOST}:{port}/"]
    return read_rate(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _stock(place: Place, *arguments: str) -> str:
    command = [sys.executable, "-m", "bench.stock.search", *arguments[:1]]
    done = subprocess.run(
        command,
        input="\n".join(arguments[1:]),
        check=True,
        cwd=ROOT,
        env=place.stock_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip().splitlines()[-1]
