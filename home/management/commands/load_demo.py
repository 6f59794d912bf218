"""Load the invented agency and its policies: `manage.py load_demo`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from home.demo.loader import load
from home.demo.records import DemoError
from home.demo.secrets import demo_factor, demo_password
from home.demo.source import load_agency
from policies.errors import Refused


class Command(BaseCommand):
    help = "Load the demo agency, its staff, its policies, bulletins and glossary; what is there already stays."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing in one transaction, and say how to sign in."""
        if not settings.AVOW_ALLOW_DEMO:
            msg = "This is production: demo content and its accounts are not loaded here."
            raise CommandError(msg)
        password, factor = demo_password(), demo_factor()
        try:
            loaded = load(password=password, factor=factor)
        except (DemoError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"  {loaded.policies} policies with {loaded.editions} editions, {loaded.bulletins} bulletins"
            f" and {loaded.terms} glossary terms loaded."
        )
        self.stdout.write("  Sign in to the editors' side with the password " + password + " as:")
        for editor in load_agency().editors:
            if editor.is_active:
                self.stdout.write(f"    {editor.email:<28} {editor.role}")
        self.stdout.write(f"  Second factor: put the key {factor} into an authenticator app,")
        self.stdout.write("  or let .venv/bin/python manage.py demo_code say its code of the moment.")
