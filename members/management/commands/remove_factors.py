"""For whoever lost device and recovery codes, and proved in person who they are: `manage.py remove_factors ADDRESS`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from members.choices import EventKind, LetterKind
from members.models import AccountEvent, User
from members.periods import NOTICE_OPEN
from members.services.account_erasure import end_sessions
from members.services.letters import write_letter

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Remove the second factors of an account and sign it out; its owner is told by mail and sets up a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("address", help="the e-mail address of the account")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them all, or refuse when nobody has the address."""
        user = User.objects.select_for_update().filter(email__iexact=options["address"]).first()
        if user is None:
            msg = "No account has this address. Check it."
            raise CommandError(msg)
        at = timezone.now()
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user.pk)
        AccountEvent.objects.create(user=user, kind=EventKind.FACTOR_REMOVED, happened_at=at)
        write_letter(user=user, kind=LetterKind.SECURITY, language="zh-hant", open_for=NOTICE_OPEN, at=at)
        self.stdout.write("The account has no second factor any more, and is signed out everywhere.")
