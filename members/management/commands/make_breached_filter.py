"""Make the filter of breached passphrases from a list: `manage.py make_breached_filter LIST --source WORDS --on DATE`."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.breached import digest_of_line, write_filter

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Make the filter of breached passphrases; without LIST from the common passwords that Django ships."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the list and what is to be said of it."""
        parser.add_argument("list", nargs="?", help="passphrases or SHA-1 digests, one a line; may end in .gz")
        parser.add_argument("--source", default="", help="where the list comes from, for the filter's head")
        parser.add_argument("--on", type=dt.date.fromisoformat, help="the day of the list (YYYY-MM-DD)")
        parser.add_argument("--output", type=Path, default=settings.AVOW_BREACHED_FILTER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the filter, or refuse with the reason; a filter that was there stays until the new one is whole."""
        if options["list"] and not (options["source"] and options["on"]):
            msg = "Say where the list comes from and of which day it is: --source WORDS --on YYYY-MM-DD."
            raise CommandError(msg)
        path = Path(options["list"] or CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH)
        try:
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as lines:
                digests = {digest for line in lines if (digest := digest_of_line(line)) is not None}
        except OSError as error:
            msg = f"{path}: {error.strerror or error}. Name a list that can be read."
            raise CommandError(msg) from error
        head = write_filter(
            options["output"],
            digests,
            count=len(digests),
            source=options["source"] or f"common-passwords.txt.gz of Django {django.__version__}",
            made_on=(options["on"] or timezone.localdate()).isoformat(),
        )
        self.stdout.write(f"{head.count} passphrases of “{head.source}” ({head.made_on}) in {options['output']}")
