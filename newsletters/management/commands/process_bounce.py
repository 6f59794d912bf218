"""Take in one report from standard input, as a mail server's pipe: `manage.py process_bounce --recipient ADDRESS`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from newsletters.bounces.mime import read_stream
from newsletters.choices import BounceChannel
from newsletters.services.bounces import take_in

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

#: sysexits.h: the mail server keeps the message and tries again.
EX_TEMPFAIL = 75


class Command(BaseCommand):
    help = (
        "Take in a report about mail that could not be delivered, or a complaint, from standard input. "
        "Exits 0 when it was dealt with, and 75 (try again) when the database could not be asked."
    )
    # The database may be away, and a mail server is waiting.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--recipient", default="", metavar="ADDRESS", help="to whom the envelope was addressed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read all of standard input, whatever it is, and record what it says."""
        data = read_stream(sys.stdin.buffer)
        try:
            result = take_in(data=data, channel=BounceChannel.PIPE, at=timezone.now(), recipient=options["recipient"])
        except DatabaseError as error:
            msg = "The database cannot be asked. The mail server keeps the report and tries again."
            raise CommandError(msg, returncode=EX_TEMPFAIL) from error
        self.stdout.write(result.name.lower())
