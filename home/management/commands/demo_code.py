"""Say what the demo's authenticator app would show at this moment: `manage.py demo_code`."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from home.demo.secrets import demo_factor
from members.services.factors import code_at

_SECONDS = 30


class Command(BaseCommand):
    help = "Print the present code of the demo accounts' second factor."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print six digits. Each is taken once for each account: sign in again half a minute later."""
        if not settings.AVOW_ALLOW_DEMO:
            msg = "This is production: there are no demo accounts here."
            raise CommandError(msg)
        self.stdout.write(code_at(demo_factor(), int(time.time()) // _SECONDS))
