"""Workers as `send_bulletins` runs them, with times short enough to watch, and a mutant for the harness to catch."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from newsletters.engine.office import Slot, Want
    from newsletters.engine.rows import ClaimedRow


def plant_mutant() -> None:
    """Have workers record messages as accepted when they fetch them, as mailers do that keep their place by batches."""
    from newsletters.engine.ledger import Result
    from newsletters.engine.pump import Pump

    honest = Pump.claimed

    def claimed(self: Pump, rows: list[ClaimedRow], wants: list[Want]) -> None:
        honest(self, rows, wants)
        self._batch.results += [Result(row.id, row.token, "accepted") for row in rows]

    def ask(self: Pump, slot: Slot, number: int) -> None:
        _row, message = slot.messages[number]
        if slot.channel is not None:
            self._take(slot, slot.channel.send_content(message))

    Pump.claimed = claimed  # type: ignore[method-assign] # the mutant
    Pump._ask = ask  # type: ignore[method-assign] # noqa: SLF001 -- a mutant reaches inside


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mail.worker")
    parser.add_argument("options", type=json.loads, metavar="JSON", help="fields of EngineOptions; times in seconds")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mutant", action="store_true")
    given = parser.parse_args(arguments)
    django.setup()
    from newsletters.engine.options import EngineOptions
    from newsletters.engine.supervisor import Supervisor
    from newsletters.smtp import Timeouts

    options = dict(given.options)
    if "lease" in options:
        options["lease"] = dt.timedelta(seconds=options["lease"])
    if "timeouts" in options:
        options["timeouts"] = Timeouts(**options["timeouts"])
    if given.mutant:
        plant_mutant()
    return Supervisor(EngineOptions(**options), given.processes).run()


if __name__ == "__main__":
    sys.exit(main())
