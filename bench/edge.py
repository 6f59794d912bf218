"""The policy page behind the shipped nginx configuration, against a static file of the same bytes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from bench.demo import PATH
from bench.load import Subject, alternate
from bench.nginx import edge
from bench.rows import Row, at_least
from bench.serve import fetch, gunicorn

if TYPE_CHECKING:
    from bench.place import Place

BUDGET = 0.9
CONNECTIONS = 16


def measure(place: Place, *, rounds: int, seconds: int) -> list[Row]:
    """Load both in turns through the same nginx worker."""
    with gunicorn("cms.wsgi", place.environment(), path=PATH) as port:
        answer = fetch(port, PATH, {"Accept-Encoding": "gzip"})
        body = answer.body
        with edge(
            place.directory / "nginx",
            application=port,
            static=place.directory / "avow" / "static",
            page=gzip.decompress(body),
            compressed=body,
            path=PATH,
            headers=answer.headers,
        ) as ports:
            rates = alternate(
                [
                    Subject("file", ports.static, "/page.html", connections=CONNECTIONS),
                    Subject("page", ports.site, PATH, connections=CONNECTIONS),
                ],
                rounds=rounds,
                seconds=seconds,
            )
    return [
        Row("static file from nginx, requests/s", f"{rates.median('file'):,.0f}"),
        at_least(
            "policy page behind nginx, against the file",
            rates.ratio("page", "file"),
            BUDGET,
            note=f"{rates.median('page'):,.0f}/s; rounds {rates.spread('page', 'file')}",
        ),
    ]
