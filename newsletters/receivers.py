"""What the record tells this app after a commit. Nothing here may fail the act that caused it: it has happened already.

A letter about an account is the exception: it is told of within the transaction, and is queued with it or not at all.

A corrected change note makes no mail: pages of the archive show it beside what was sent.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from members.signals import letter_written
from newsletters.services.alerts import alert_of_date, alert_of_edition, alert_of_text
from newsletters.services.system_mail import queue_address_mail
from newsletters.services.topics import ensure_policy_topic
from policies.signals import edition_issued, effective_date_announced, text_issued

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import AccountLetter
    from policies.models import Edition, EditionText, EffectiveDate

logger = logging.getLogger("avow.newsletters")


def connect() -> None:
    """Connect the receivers of this module."""
    edition_issued.connect(_tell_of_edition, dispatch_uid="newsletters.tell_of_edition")
    text_issued.connect(_tell_of_text, dispatch_uid="newsletters.tell_of_text")
    letter_written.connect(_queue_letter, dispatch_uid="newsletters.queue_letter")
    effective_date_announced.connect(_tell_of_date, dispatch_uid="newsletters.tell_of_date")


def _tell_of_edition(*, edition: Edition, **_kwargs: Any) -> None:
    _attempt(lambda: ensure_policy_topic(edition.policy))
    _attempt(lambda: alert_of_edition(edition=edition, at=timezone.now()))


def _tell_of_text(*, text: EditionText, **_kwargs: Any) -> None:
    _attempt(lambda: ensure_policy_topic(text.edition.policy))
    _attempt(lambda: alert_of_text(text=text, at=timezone.now()))


def _tell_of_date(*, effective_date: EffectiveDate, **_kwargs: Any) -> None:
    _attempt(lambda: alert_of_date(effective_date=effective_date, at=timezone.now()))


def _queue_letter(*, letter: AccountLetter, **_kwargs: Any) -> None:
    queue_address_mail(
        message=letter.kind, address=letter.address, locale=letter.locale, reference=letter.pk, at=letter.created_at
    )


def _attempt(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:  # the edition is public; housekeeping makes up for its alert (`recover_alerts`)
        logger.exception("An alert could not be made; it is tried again.")
