"""`python -m bench.mail faults` breaks the engine, `python -m bench.mail speed` measures it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import django

from bench.mail.faults import Plan, run
from bench.mail.place import make_place
from bench.mail.sink import Faults


def main(arguments: list[str] | None = None) -> int:
    """Return 1 when a run of faults found one."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="where the database stays for the next run")
    parts = parser.add_subparsers(dest="part", required=True)
    faults = parts.add_parser("faults", help="kill, crash, and compare")
    faults.add_argument("--messages", type=int, default=20_000)
    faults.add_argument("--kills", type=int, default=20, help="kill -9 of workers")
    faults.add_argument("--crashes", type=int, default=2, help="PostgreSQL stopped in immediate mode")
    faults.add_argument("--processes", type=int, default=2)
    faults.add_argument("--connections", type=int, default=4)
    faults.add_argument("--relay", type=json.loads, default={}, metavar="JSON", help="fields of bench.mail.sink.Faults")
    faults.add_argument("--seed", type=int, default=1)
    faults.add_argument("--seconds", type=float, default=3600.0)
    faults.add_argument("--mutant", action="store_true", help="workers that record before they send: must be caught")
    speed = parts.add_parser("speed", help="messages a second, beside three other ways to send")
    speed.add_argument("--messages", type=int, default=20_000)
    speed.add_argument("--rounds", type=int, default=3)
    speed.add_argument("--processes", type=int, default=2)
    speed.add_argument("--connections", type=int, default=4)
    speed.add_argument("--large", type=int, default=100_000, help="size of the long mailing (memory, freezing)")
    options = parser.parse_args(arguments)
    with make_place(options.keep) as place:
        os.environ.update(place.environment())
        django.setup()
        # Models can only be imported when Django has been set up.
        if options.part == "speed":
            from bench.mail.speed import measure

            measure(place, options)
            return 0
        from bench.mail.fill import add_subscribers, freeze

        mailing, _count, _seconds = freeze(add_subscribers(options.messages), f"bench:faults:{os.getpid()}")
        plan = Plan(
            messages=options.messages,
            processes=options.processes,
            connections=options.connections,
            kills=options.kills,
            crashes=options.crashes,
            faults=Faults(**options.relay),
            mutant=options.mutant,
            seed=options.seed,
            seconds=options.seconds,
        )
        outcome = run(place, plan, mailing.pk)
    print(outcome)
    for fault in outcome.faults:
        print(f"*** {fault} ***")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
