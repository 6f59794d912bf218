"""Raise and settle what an operator must put right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import F

from newsletters.models import OperatorAlarm

if TYPE_CHECKING:
    import datetime as dt

    from newsletters.choices import AlarmKind

logger = logging.getLogger("avow.newsletters")


def raise_alarm(*, kind: AlarmKind, sentence: str, at: dt.datetime, times: int = 1) -> None:
    """Open an alarm of that kind, or count once more on the one that is open.

    `sentence` is the newest evidence, such as a server's words; it must hold no e-mail address.
    """
    _alarm, is_new = OperatorAlarm.objects.get_or_create(
        kind=kind,
        settled_at=None,
        defaults={"sentence": sentence[:500], "first_at": at, "last_at": at, "count": times},
    )
    if is_new:
        logger.error("Alarm: %s.", kind.value)
        return
    OperatorAlarm.objects.filter(kind=kind, settled_at=None).update(
        sentence=sentence[:500], last_at=at, count=F("count") + times
    )


def settle_alarm(*, alarm: OperatorAlarm, by_name: str, at: dt.datetime) -> bool:
    """Close the alarm; return False when somebody was quicker. It opens anew when its cause comes back."""
    closed = OperatorAlarm.objects.filter(pk=alarm.pk, settled_at=None).update(settled_at=at, settled_by_name=by_name)
    return closed == 1
