"""What time brings about: mailings whose hour has come, those that are over, alerts that were missed, digests.

Everything here may run on any machine and again at any moment.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from newsletters.choices import MailingState
from newsletters.errors import MailingRefused
from newsletters.models import Mailing
from newsletters.services.alerts import recover_alerts, send_fallbacks
from newsletters.services.digests import make_due_digests
from newsletters.services.freeze import freeze_mailing
from newsletters.services.mailings import cancel_mailing, finish_mailings

if TYPE_CHECKING:
    import datetime as dt

logger = logging.getLogger("avow.newsletters")

_WAITING = (MailingState.APPROVED, MailingState.FREEZING)


def run_due(*, at: dt.datetime) -> None:
    """Do all of it; one mailing that cannot be frozen keeps back no other."""
    cancel_overdue(at=at)
    send_fallbacks(at=at)
    freeze_due(at=at)
    finish_mailings(at=at)


def run_daily_matters(*, at: dt.datetime) -> None:
    """Make up for alerts that were missed, and make the digests that are due."""
    recover_alerts(at=at)
    make_due_digests(at=at)


def freeze_due(*, at: dt.datetime) -> None:
    """Freeze every approved mailing whose time has come, and those that got another language."""
    due = Q(state__in=_WAITING) | Q(wants_freezing=True, state__in=[MailingState.SENDING, MailingState.DONE])
    arrived = Q(not_before=None) | Q(not_before__lte=at)
    for mailing in Mailing.objects.filter(due, arrived).order_by("lane", "not_before", "pk"):
        # In a transaction of its own, so that the admin sees what is going on; a crash leaves it to the next run.
        Mailing.objects.filter(pk=mailing.pk, state=MailingState.APPROVED).update(state=MailingState.FREEZING)
        try:
            freeze_mailing(mailing=mailing, at=at)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the others must go out
            # The database's own words may repeat a row, and an address with it.
            logger.error("Mailing %s could not be frozen (%s).", mailing.pk, type(error).__name__)


def cancel_overdue(*, at: dt.datetime) -> None:
    """Cancel mailings that nobody could freeze before they expired: a worker was missing for days."""
    for mailing in Mailing.objects.filter(state__in=_WAITING, expires_at__lte=at).order_by("pk"):
        with suppress(MailingRefused):  # somebody else was quicker
            cancel_mailing(mailing=mailing, at=at, reason=_("It was too late to send this."))
