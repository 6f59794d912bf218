"""All the parts of a run, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import compared, edge, freshness, history, pages, queries, wire
from bench.demo import prepare
from bench.rows import format_table

if TYPE_CHECKING:
    import argparse

    from bench.place import Place
    from bench.rows import Row


def run(place: Place, options: argparse.Namespace) -> list[Row]:
    """Measure the parts that `options` asks for, and print the table."""
    print("Preparing two sites …", flush=True)
    prepare(place)
    turns = {"rounds": options.rounds, "seconds": options.seconds}
    parts = {
        "pages": lambda: pages.measure(place, **turns),
        "edge": lambda: edge.measure(place, **turns),
        "freshness": lambda: freshness.measure(place, publications=options.publications),
        "wire": lambda: wire.measure(place),
        "queries": queries.measure,
        "history": lambda: history.measure(place, editions=options.editions, requests=options.requests),
        "comparison": compared.rows,
    }
    rows: list[Row] = []
    for name, part in parts.items():
        if options.parts and name not in options.parts:
            continue
        print(f"Measuring {name} …", flush=True)
        rows += part()
    print()
    print(format_table(rows))
    missed = [row.name for row in rows if row.is_met is False]
    print(f"\n*** MISSED: {'; '.join(missed)} ***" if missed else "\nEvery budget is met.")
    return rows
