"""`python -m bench.search`: measure search against its budgets, beside a stock Wagtail. `make bench-search` runs it."""

from __future__ import annotations

import argparse
import os
import sys

import django

from bench.load import LoadError, require_wrk
from bench.place import make_place
from bench.rows import format_table

PARTS = ("index", "recall", "speed")


def main(arguments: list[str] | None = None) -> int:
    """Run the parts asked for; return 0 even when a budget is missed, 1 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="Measure search.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these: " + " ".join(PARTS))
    parser.add_argument("--clauses", type=int, default=100_000, help="half of them Chinese (default 100,000)")
    parser.add_argument("--queries", type=int, default=1_000, help="sampled terms (default 1,000)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each site under load (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a turn (default 3)")
    parser.add_argument(
        "--keep", default="", metavar="NAME", help="keep the databases under this name, or use those kept"
    )
    options = parser.parse_args(arguments)
    try:
        require_wrk()
    except LoadError as error:
        print(error, file=sys.stderr)
        return 1
    with make_place(keep=options.keep) as place:
        os.environ.update(place.environment())
        django.setup()
        # Models can only be imported when Django has been set up.
        from bench.search import measure

        wanted = options.parts or PARTS
        rows = [] if place.is_made else measure.prepare(place, options.clauses)
        if "recall" in wanted:
            rows += measure.recall(place, options.queries)
        if "speed" in wanted:
            rows += measure.speed(place, options.queries, rounds=options.rounds, seconds=options.seconds)
    print(format_table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
