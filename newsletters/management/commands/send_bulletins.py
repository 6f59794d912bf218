"""Send what waits: `manage.py send_bulletins`, under a supervisor such as systemd, on any number of machines."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from newsletters.engine.database import connect
from newsletters.engine.options import EngineOptions
from newsletters.engine.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.management.base import CommandParser

_MOST_CONNECTIONS = 64
_MOST_PROCESSES = 32
_SHOW_SECONDS = 0.5
_COUNT_SECONDS = 5.0
_BAR = 30
_COUNT = """
SELECT count(*) FROM newsletters_delivery d JOIN newsletters_mailing m ON m.id = d.mailing_id
WHERE m.state = 'sending' AND d.state IN ('ready', 'claimed', 'inflight')
"""


class Command(BaseCommand):
    help = (
        "Hand waiting mail to the relay. Runs until it is stopped (SIGTERM: what is under way is finished first), "
        "unless --once or --drain is given. Any number may run at once, on any number of machines."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; what is out of bounds is wrong usage (exit 2)."""
        parser.add_argument(
            "--connections", type=_number(_MOST_CONNECTIONS), default=4, help="to the relay, for each process (4)"
        )
        parser.add_argument("--processes", type=_number(_MOST_PROCESSES), default=1, help="worker processes (1)")
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--once", action="store_true", help="send what is due now, then end")
        ends.add_argument("--drain", action="store_true", help="send until nothing waits, further attempts included")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when stopped, or when all was sent; 1 when the database or the relay did not let us."""
        engine = replace(
            EngineOptions(),
            connections=options["connections"],
            once=options["once"] or options["drain"],
            until_empty=options["drain"],
        )
        try:
            total = _count()
        except psycopg.OperationalError as error:
            msg = "The database does not answer. Start it, or set DATABASE_URL to the one that runs."
            raise CommandError(msg) from error
        is_watched = self.stdout.isatty()
        progress = _Progress(self.stdout, total) if is_watched else None
        code = Supervisor(engine, options["processes"], progress.show if progress else lambda _accepted: None).run()
        if progress is not None:
            progress.end()
        if code:
            sys.exit(code if code == 1 else 1)


class _Progress:
    """A bar in the terminal: accepted of those that waited, and how many a second."""

    def __init__(self, stdout: Any, total: int) -> None:
        self._stdout = stdout
        self._total = total
        self._began = self._shown_at = self._counted_at = time.monotonic()
        self._accepted = 0

    def show(self, accepted: int) -> None:
        now = time.monotonic()
        self._accepted = accepted
        if now - self._shown_at < _SHOW_SECONDS:
            return
        self._shown_at = now
        if now - self._counted_at >= _COUNT_SECONDS:
            self._counted_at = now
            self._total = max(self._total, accepted + _count())
        self._write()

    def end(self) -> None:
        self._write()
        self._stdout.write("")

    def _write(self) -> None:
        share = min(1.0, self._accepted / self._total) if self._total else 1.0
        filled = round(share * _BAR)
        rate = self._accepted / max(0.001, time.monotonic() - self._began)
        bar = "█" * filled + "░" * (_BAR - filled)
        self._stdout.write(f"\r{bar} {self._accepted:,} of {self._total:,} accepted, {rate:,.0f}/s ", ending="")
        self._stdout.flush()


def _count() -> int:
    with connect("progress") as connection:
        row = connection.execute(_COUNT).fetchone()
    return int(row[0]) if row else 0


def _number(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            msg = f"“{text}” is not a number from 1 to {most}."
            raise argparse.ArgumentTypeError(msg)
        return int(text)

    return read
