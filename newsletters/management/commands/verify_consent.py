"""Prove that the record of consent is as it was written: `manage.py verify_consent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from newsletters.models import ConsentEvent
from newsletters.services.consent import verify_consent

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Walk the hash chain of consent and name the first event that is not as it was written."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--all-faults", action="store_true", help="go on after the first broken row")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 naming the first broken row; exit 0 with the count and the last digest when there is none."""
        found = 0
        for fault in verify_consent():
            line = f"{fault.row}: {fault.reason}"
            if not options["all_faults"]:
                msg = f"{line} Compare it with a backup, or with the digest on a subscriber’s preferences page."
                raise CommandError(msg)
            self.stderr.write(line)
            found += 1
        if found:
            msg = f"{found} faults."
            raise CommandError(msg)
        newest = ConsentEvent.objects.order_by("-position").first()
        if newest is None:
            self.stdout.write("No consent has been recorded yet.")
            return
        self.stdout.write(
            f"{newest.position} events of consent are as they were written. Keep the last digest elsewhere, so that "
            f"events cut off at the end are missed: {newest.digest}"
        )
