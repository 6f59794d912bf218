"""Erase again, after a backup was restored, whoever was erased since it was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy.services.restoring import apply_erasures

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Run it before a restored site is opened to anybody; it may be run again at any time."""

    help = "Erase again everybody who was erased after the restored backup was made, by the file of erasures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="path",
            type=Path,
            help="The file of erasures, one code a line; that of AVOW_ERASURES when it is not given.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["path"] or settings.AVOW_ERASURES
        if options["path"] is not None and not path.is_file():
            raise CommandError(f"{path}: there is no such file. Name the copy of AVOW_ERASURES that was kept apart.")
        outcome = apply_erasures(path=path, at=timezone.now())
        self.stdout.write(f"{outcome.taken_in} erasures taken in from {path}, {outcome.erased} people erased again.")
        if outcome.unreadable:
            lines = ", ".join(str(number) for number in outcome.unreadable[:20])
            message = (
                f"{path}: {len(outcome.unreadable)} lines are not as we wrote them and were left out (line {lines}). "
                "Compare with another copy of the file; AVOW_SUPPRESSION_KEY must be the one of that time."
            )
            raise CommandError(message)
