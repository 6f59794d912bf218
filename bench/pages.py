"""The policy page against the stock page: nothing cached, from memory, and not changed since."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench.demo import PATH, STOCK_PATH
from bench.load import Subject, alternate
from bench.rows import Row, at_least
from bench.serve import fetch, gunicorn

if TYPE_CHECKING:
    from bench.place import Place

COLD_BUDGET = 5
WARM_BUDGET = 15
#: The stock site compresses nothing, so the page that is written anew is asked for uncompressed too.
_IDENTITY = {"Accept-Encoding": "identity"}


def measure(place: Place, *, rounds: int, seconds: int) -> list[Row]:
    """Serve both sites side by side and load them in turns."""
    with ExitStack() as servers:
        stock = servers.enter_context(gunicorn("bench.stock.wsgi", place.stock_environment(), path=STOCK_PATH))
        cold = servers.enter_context(gunicorn("cms.wsgi", place.environment(AVOW_PAGE_CACHE="0"), path=PATH))
        warm = servers.enter_context(gunicorn("cms.wsgi", place.environment(), path=PATH))
        etag = fetch(warm, PATH, {"Accept-Encoding": "gzip"}).headers["ETag"]
        rates = alternate(
            [
                Subject("stock", stock, STOCK_PATH, _IDENTITY),
                Subject("cold", cold, PATH, _IDENTITY),
                Subject("compressed", cold, PATH),
                Subject("warm", warm, PATH),
                Subject("same", warm, PATH, {"If-None-Match": etag}),
            ],
            rounds=rounds,
            seconds=seconds,
        )
    names = {
        "cold": ("policy page, nothing cached, against stock", COLD_BUDGET),
        "warm": ("policy page from memory, against stock", WARM_BUDGET),
        "same": ("If-None-Match, against stock", WARM_BUDGET),
    }
    compressed = f"{rates.ratio('compressed', 'stock'):.2f} × ({rates.median('compressed'):,.0f}/s)"
    rows = [
        Row("stock Wagtail page, requests/s", f"{rates.median('stock'):,.0f}"),
        Row("policy page, nothing cached, and compressed", compressed),
    ]
    for name, (title, budget) in names.items():
        note = f"{rates.median(name):,.0f}/s; rounds {rates.spread(name, 'stock')}"
        rows.append(at_least(title, rates.ratio(name, "stock"), budget, note=note))
    return rows
