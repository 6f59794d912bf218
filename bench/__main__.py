"""`python -m bench`: measure everything that has a budget, print one table. `make bench` runs it."""

from __future__ import annotations

import argparse
import os
import sys

import django

from bench.load import LoadError, require_wrk
from bench.place import make_place


def main(arguments: list[str] | None = None) -> int:
    """Run the parts asked for; return 0 even when a budget is missed, 1 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure against the budgets of the design.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="only these: pages edge freshness wire queries history comparison"
    )
    parser.add_argument("--rounds", type=int, default=12, help="turns of each subject (default 12)")
    parser.add_argument("--seconds", type=int, default=2, help="length of a turn in seconds (default 2)")
    parser.add_argument("--publications", type=int, default=8, help="publications under load (default 8)")
    parser.add_argument("--editions", type=int, default=10_000, help="length of the long history (default 10,000)")
    parser.add_argument(
        "--keep", default="", metavar="NAME", help="keep the databases under this name, or use those kept"
    )
    parser.add_argument("--requests", type=int, default=30, help="requests for each page of the history (default 30)")
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
        from bench.run import run

        run(place, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
