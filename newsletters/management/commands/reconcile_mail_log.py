"""Settle uncertain messages by a Postfix log: `manage.py reconcile_mail_log FILE…`."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsletters.choices import DeliveryState
from newsletters.models import Delivery
from newsletters.relay_log import find_traces
from newsletters.services.uncertain import settle_by_relay_log

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from newsletters.relay_log import Trace


class Command(BaseCommand):
    help = (
        "Settle messages of which it is not known whether they were accepted, by the log of our own Postfix. "
        "What its queue had is counted as accepted; what the log does not know stays uncertain."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="a log, also .gz; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="count, and settle nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every file before anything is settled; exit 1 when one cannot be read."""
        uncertain = Delivery.objects.filter(state=DeliveryState.UNCERTAIN)
        wanted = frozenset(uncertain.values_list("pk", flat=True))
        traces: dict[int, Trace] = {}
        for name in options["files"]:
            traces |= self._read(name, wanted)
        if options["dry_run"]:
            self.stdout.write(f"{len(traces)} of {len(wanted)} uncertain messages would be settled as accepted.")
            return
        count = settle_by_relay_log(traces=traces, at=timezone.now())
        self.stdout.write(f"{count} of {len(wanted)} uncertain messages are settled as accepted.")

    def _read(self, name: str, wanted: frozenset[int]) -> dict[int, Trace]:
        if name == "-":
            return find_traces(sys.stdin.buffer, wanted)
        opened = gzip.open if Path(name).suffix == ".gz" else Path.open
        try:
            with opened(Path(name), "rb") as log:
                return find_traces(cast("BinaryIO", log), wanted)
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or "it is not a whole gzip file"
            msg = f"{name}: {reason}. Nothing was settled. Give the path of a log that can be read."
            raise CommandError(msg) from error
