"""Prove that the search index is what it is made from, and put it right: `manage.py check_search_index`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from search.models import IndexedUnit, IndexedWord, SearchEntry
from search.services import check, find_stale, refresh

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

logger = logging.getLogger("avow.search")


class Command(BaseCommand):
    help = "Compare every entry of the search index with the record and the pages; name what differs and make it anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--report", action="store_true", help="name what differs and change nothing")
        parser.add_argument("--anew", action="store_true", help="make the whole index anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when the index is right, or was put right; exit 1 when it is not, and say what to do."""
        if options["anew"]:
            IndexedUnit.objects.all().delete()
            IndexedWord.objects.all().delete()
        faults = [*find_stale()] if options["anew"] else self._look()
        if faults and options["report"]:
            msg = f"{len(faults)} units differ. Run “manage.py check_search_index” to make them anew."
            raise CommandError(msg)
        written = 0
        for number, fault in enumerate(faults, start=1):
            written += refresh(source=fault.source, names=[fault.name], at=timezone.now(), anew=True)
            self._show(number, len(faults))
        if faults and not options["anew"]:
            logger.warning("The search index differed in %s units and was made anew there.", len(faults))
        left = find_stale()
        if left:
            msg = f"{left[0]}, still. Run the command again; if it stays, the log of the database says why."
            raise CommandError(msg)
        units, entries = IndexedUnit.objects.count(), SearchEntry.objects.count()
        self.stdout.write(f"{entries} entries of {units} units are right; {written} were made anew.")

    def _look(self) -> list[Any]:
        faults = []
        total = IndexedUnit.objects.count()
        for number, fault in enumerate(check(), start=1):
            self._show(number, total)
            if fault is not None:
                self.stderr.write(str(fault))
                faults.append(fault)
        return faults

    def _show(self, number: int, total: int) -> None:
        if self.stderr.isatty() and total > 1:
            self.stderr.write(f"\r{number}/{total}", ending="\n" if number >= total else "")
