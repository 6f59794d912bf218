"""Prove that the record is as it was issued: `manage.py verify_editions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from policies.models import LedgerEntry, Policy
from policies.services import verify_policy

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Walk the hash chain of every policy and name the first row that is not as it was when it became public."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--policy", metavar="SLUG", help="one policy only")
        parser.add_argument("--all-faults", action="store_true", help="go on after the first broken row")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 naming the first broken row; exit 0 with the count of entries when there is none."""
        policies = Policy.objects.order_by("slug")
        if options["policy"]:
            policies = policies.filter(slug=options["policy"])
            if not policies.exists():
                msg = f"There is no policy “{options['policy']}”. “manage.py verify_editions” checks all of them."
                raise CommandError(msg)
        found = 0
        for policy in policies:
            for fault in verify_policy(policy):
                line = f"{fault.row}: {fault.reason}"
                if not options["all_faults"]:
                    msg = f"{line} Compare it with a backup or with a digest that a reader holds."
                    raise CommandError(msg)
                self.stderr.write(line)
                found += 1
        if found:
            msg = f"{found} faults."
            raise CommandError(msg)
        entries = LedgerEntry.objects.filter(policy__in=policies).count()
        self.stdout.write(f"{entries} entries of {policies.count()} policies are as they were issued.")
