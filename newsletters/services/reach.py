"""Notice addresses that nothing reaches: their servers are gone, and no server is left to say so.

A report that a message timed out says nothing about the recipient, so it is never counted as one about him. But a domain
that was given up would be written to for ever.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from core.dates import civil_date
from newsletters.choices import BounceKind, DeliveryState
from newsletters.models import Bounce, Delivery

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: On so many days…
_FEWEST = 3
#: …and for so long nothing got through, however seldom we write.
_SILENT_FOR = dt.timedelta(days=60)
#: Relays try for five days before they report; until then nobody knows.
_TRIED_FOR = dt.timedelta(days=7)
_NOT_REACHED = (BounceKind.NETWORK, BounceKind.RECIPIENT, BounceKind.MAILBOX_FULL)


def out_of_reach_since(delivery: Delivery, *, at: dt.datetime) -> dt.date | None:
    """Return since when nothing has reached the address of `delivery`; None when something has, or it is too early to say.

    Never while nobody else was reached: then the network that fails is ours.
    """
    theirs = Delivery.objects.filter(subscriber=delivery.subscriber_id, address=delivery.address)
    last = _reached(theirs, at).order_by("-ended_at").values_list("ended_at", flat=True).first()
    failures = Bounce.objects.filter(kind=BounceKind.NETWORK, delivery__in=theirs)
    if last is not None:
        failures = failures.filter(received_at__gt=last)
    moments = sorted(failures.values_list("received_at", flat=True))
    if len({civil_date(moment) for moment in moments}) < _FEWEST or moments[-1] - moments[0] < _SILENT_FOR:
        return None
    others = Delivery.objects.exclude(destination=delivery.destination).filter(ended_at__gt=moments[0])
    return civil_date(moments[0]) if _reached(others, at).exists() else None


def _reached(deliveries: QuerySet[Delivery], at: dt.datetime) -> QuerySet[Delivery]:
    """Return those of `deliveries` that were taken, of which no report came although there was time for one."""
    came_back = Bounce.objects.filter(delivery=OuterRef("pk"), kind__in=_NOT_REACHED)
    return deliveries.filter(~Exists(came_back), state=DeliveryState.ACCEPTED, ended_at__lt=at - _TRIED_FOR)
