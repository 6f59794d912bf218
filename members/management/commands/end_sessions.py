"""End sessions from the server: `manage.py end_sessions ADDRESS`, or `--all` of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError

from members.models import User
from members.services.account_erasure import end_sessions

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Sign out one account, or everybody with --all; whoever was signed in has to sign in again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address or --all."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("address", nargs="?", help="the e-mail address of an account")
        who.add_argument("--all", action="store_true", help="every account")

    def handle(self, *args: Any, **options: Any) -> None:
        """End them, or refuse when nobody has the address."""
        if options["all"]:
            Session.objects.all().delete()
            self.stdout.write("Everybody is signed out.")
            return
        user = User.objects.filter(email__iexact=options["address"]).first()
        if user is None:
            msg = "No account has this address. Check it."
            raise CommandError(msg)
        end_sessions(user.pk)
        self.stdout.write("The account is signed out everywhere.")
