"""Whether mail that waits will be sent: broken is that nobody takes it, not that there is much of it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef

from newsletters.choices import DeliveryState, MailingState
from newsletters.models import Delivery, Mailing, Worker

#: A worker says that it lives every few seconds.
_SILENT_AFTER = dt.timedelta(seconds=30)
#: Mail that became due a moment ago waits for nobody yet, such as while workers are restarted.
_OVERDUE_AFTER = dt.timedelta(seconds=60)


def is_queue_stuck(*, at: dt.datetime) -> bool:
    """Whether mail has been due for a minute and no worker lives."""
    if Worker.objects.filter(seen_at__gt=at - _SILENT_AFTER).exists():
        return False
    overdue = Delivery.objects.filter(
        mailing=OuterRef("pk"), state=DeliveryState.READY, next_at__lte=at - _OVERDUE_AFTER
    )
    return Mailing.objects.filter(Exists(overdue), state=MailingState.SENDING).exists()
