"""A history of very many editions: its first page, and one far down."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from bench.catalogue import SLUG, find_or_make, number_at, verify
from bench.rows import Row, at_most
from bench.serve import fetch, gunicorn
from policies.views.history import PAGE_SIZE

if TYPE_CHECKING:
    from bench.place import Place

BUDGET = 50
#: How much slower the far page may be for the pages to count as flat.
FLAT_BUDGET = 1.25
PATH = f"/en/policies/{SLUG}/history/"
_CHECK_EVERY = 100


def measure(place: Place, *, editions: int, requests: int, page: int = 100) -> list[Row]:
    """Time both pages in turns, nothing cached, and check that the record they show is whole."""
    policy = find_or_make(editions)
    faults = list(verify(policy, every=_CHECK_EVERY))
    # The page ends where the one before it did.
    far = f"{PATH}?before={number_at(max(editions - (page - 1) * PAGE_SIZE, 1))}"
    with gunicorn("cms.wsgi", place.environment(AVOW_PAGE_CACHE="0"), path=PATH) as port:
        times: dict[str, list[float]] = {PATH: [], far: []}
        for path in times:
            for _ in range(4):  # both workers
                fetch(port, path)
        for _ in range(requests):
            for path, found in times.items():
                begun = time.perf_counter()
                answer = fetch(port, path, {"Accept-Encoding": "gzip"})
                found.append((time.perf_counter() - begun) * 1000)
                if answer.status != 200:
                    msg = f"{path} answers {answer.status}"
                    raise LookupError(msg)
    first, last = (statistics.median(found) for found in times.values())
    ratio = statistics.median(b / a for a, b in zip(*times.values(), strict=True))
    return [
        Row(f"history of {editions:,} editions: faults in the chain", str(len(faults)), "0", not faults),
        at_most("history, first page", first, BUDGET, unit="ms", note=f"best {min(times[PATH]):.0f}"),
        at_most(f"history, page {page}", last, BUDGET, unit="ms", note=f"best {min(times[far]):.0f}"),
        at_most(f"history, page {page} against the first", ratio, FLAT_BUDGET, unit="×"),
    ]
