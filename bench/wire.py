"""Bytes on the wire: what a reader's first visit to a policy takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.demo import LANGUAGES, SLUG
from bench.rows import Row, at_most
from bench.serve import fetch, gunicorn
from core.dates import today
from policies.selectors import find_current

if TYPE_CHECKING:
    from bench.place import Place

#: Ten segments of 1,460 bytes: the initial window of TCP (RFC 6928).
BUDGET = 14_600
_GZIP = {"Accept-Encoding": "gzip"}


def measure(place: Place) -> list[Row]:
    """Fetch the page and its sheet, compressed, in every language."""
    rows = []
    with gunicorn("cms.wsgi", place.environment(), path=f"/{LANGUAGES[0]}/") as port:
        for language in LANGUAGES:
            page, sheet = fetch_page(port, f"/{language}/policies/{SLUG}/")
            found = find_current(slug=SLUG, language=language, on=today())
            clauses = len(found.text.clauses) if found and found.text else 0
            note = f"{page:,} + {sheet:,}, {clauses} clauses"
            rows.append(at_most(f"HTML + CSS, {language}", page + sheet, BUDGET, unit="bytes", note=note))
    return rows


def fetch_page(port: int, path: str) -> tuple[int, int]:
    """Return the bytes of a page and of its style sheet as they cross the wire under gzip, without headers."""
    page = fetch(port, path, _GZIP)
    html = fetch(port, path).body.decode()
    sheet = re.search(r'<link rel="stylesheet" href="([^"]+)"', html)
    if page.headers.get("Content-Encoding") != "gzip" or sheet is None:
        msg = f"{path} is not compressed, or has no style sheet"
        raise LookupError(msg)
    css = fetch(port, sheet[1], _GZIP)
    return len(page.body), len(css.body)
