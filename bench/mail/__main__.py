"""`python -m bench.mail faults` breaks the engine, `budgets` measures it, `postfix` tries it with a real relay."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

from bench.mail.faults import Plan, run
from bench.mail.place import make_place
from bench.mail.sink import Faults
from bench.rows import format_table

if TYPE_CHECKING:
    from bench.mail.place import MailPlace


def _measure(place: MailPlace, options: argparse.Namespace) -> int:
    """Print the table; nothing is asserted of a machine that others share."""
    from bench.mail.speed import measure
    from bench.mail.waits import measure_backlog, measure_slow_destination

    parts = {"speed": measure, "slow": measure_slow_destination, "backlog": measure_backlog}
    rows = []
    for name in options.parts or parts:
        for row in parts[name](place, options):
            print(f"{row.name}: {row.measured} {row.verdict}", flush=True)
            rows.append(row)
    print(format_table(rows))
    return 0


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
    budgets = parts.add_parser("budgets", help="measure every budget, or only those of some parts")
    budgets.add_argument("parts", nargs="*", choices=["speed", "slow", "backlog", []], metavar="speed|slow|backlog")
    budgets.add_argument("--messages", type=int, default=20_000)
    budgets.add_argument("--rounds", type=int, default=3)
    budgets.add_argument("--processes", type=int, default=2)
    budgets.add_argument("--connections", type=int, default=8)
    budgets.add_argument(
        "--large", type=int, default=100_000, help="size of the long mailing, for the memory (1000000)"
    )
    budgets.add_argument("--backlog", type=int, default=1_000_000, help="how many wait behind confirmations and pauses")
    budgets.add_argument("--probes", type=int, default=200, help="confirmations among them")
    postfix = parts.add_parser("postfix", help="bounces and the log of a real Postfix (as root)")
    postfix.add_argument("--messages", type=int, default=100)
    postfix.add_argument("--connections", type=int, default=4)
    options = parser.parse_args(arguments)
    # Whoever ends it early finds no cluster, worker or Postfix left behind.
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(143))
    with make_place(options.keep) as place:
        os.environ.update(place.environment())
        django.setup()
        # Models can only be imported when Django has been set up.
        if options.part == "budgets":
            return _measure(place, options)
        if options.part == "postfix":
            from bench.mail.postfix import prove

            return prove(place, options)
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
