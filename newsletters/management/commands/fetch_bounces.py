"""Take in the reports that lie in a mailbox: `manage.py fetch_bounces`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from newsletters.bounces.mailbox import MailboxError, open_mailbox
from newsletters.choices import BounceChannel
from newsletters.services.bounces import Intake, take_in

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from newsletters.bounces.mailbox import Mailbox


class Command(BaseCommand):
    help = (
        "Take in the reports that lie in the folder of BOUNCE_IMAP_URL. Each is deleted there once it is recorded here; "
        "what a person wrote is flagged and left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--limit", type=int, default=5000, metavar="N", help="at most so many (5000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was taken in; exit 1 when the mailbox or the database gave up, with everything before it kept."""
        mailbox_settings = settings.BOUNCE_MAILBOX
        if mailbox_settings is None:
            msg = "BOUNCE_IMAP_URL is not set. Set it to imaps://user:password@host/INBOX, or pipe to process_bounce."
            raise CommandError(msg)
        counts: Counter[Intake] = Counter()
        try:
            with open_mailbox(mailbox_settings) as mailbox:
                for uid in mailbox.waiting(limit=options["limit"]):
                    self._take(mailbox, uid, counts)
        except MailboxError as error:
            msg = f"The mailbox cannot be read: {error}. {_account(counts)}"
            raise CommandError(msg) from error
        except DatabaseError as error:
            msg = f"The database cannot be asked. Nothing that is not recorded was deleted. {_account(counts)}"
            raise CommandError(msg) from error
        self.stdout.write(_account(counts))

    def _take(self, mailbox: Mailbox, uid: str, counts: Counter[Intake]) -> None:
        data = mailbox.read(uid)
        if data is None:
            return
        result = take_in(data=data, channel=BounceChannel.IMAP, at=timezone.now())
        # The row is committed. If the connection breaks now, the message is taken in again and recognised.
        if result is Intake.LETTER:
            mailbox.keep(uid)
        else:
            mailbox.delete(uid)
        counts[result] += 1


def _account(counts: Counter[Intake]) -> str:
    return (
        f"{counts[Intake.RECORDED]} recorded, {counts[Intake.KNOWN]} known before, "
        f"{counts[Intake.UNSUBSCRIBED]} to unsubscribe, {counts[Intake.IGNORED]} of no effect, "
        f"{counts[Intake.LETTER]} left for people."
    )
