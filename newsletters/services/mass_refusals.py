"""Notice when a destination calls many addresses dead at once: that is more often a fault of theirs than the truth.

On 14 December 2020 Gmail answered “550 5.1.1 … does not exist” to mail for accounts that did; who believed it lost
their readers.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Count

from newsletters.choices import AlarmKind, BounceEffect, BounceKind, DeliveryState
from newsletters.models import Bounce, Delivery
from newsletters.services.alarms import raise_alarm

if TYPE_CHECKING:
    from collections.abc import Iterable

_WINDOW = dt.timedelta(days=1)
#: Fewer than these are believed whatever their share: a small office may truly have closed.
_FEWEST = 20
#: Lists whose members all confirmed by mail lose far less than this in a day.
_SHARE = 0.1


def refused_destinations(*, at: dt.datetime) -> frozenset[str]:
    """Return the destinations that refused too many recipients of the last day to be believed, and raise an alarm."""
    refused = frozenset(_suspects(at))
    waiting = Bounce.objects.filter(graded_at=None, kind=BounceKind.RECIPIENT, is_final=True)
    for name in sorted(refused):
        count = waiting.filter(delivery__destination=name).exclude(effect=BounceEffect.RELEASED).count()
        if count:
            sentence = f"{name}: {count} recipients more are said not to exist; nobody’s subscription was ended."
            raise_alarm(kind=AlarmKind.MASS_REFUSAL, sentence=sentence, at=at, times=count)
    return refused


def _suspects(at: dt.datetime) -> Iterable[str]:
    since = at - _WINDOW
    final = Bounce.objects.filter(
        kind=BounceKind.RECIPIENT, is_final=True, received_at__gt=since, delivery__isnull=False
    ).exclude(effect__in=[BounceEffect.RELEASED, BounceEffect.NONE])
    counted = final.values_list("delivery__destination").annotate(Count("delivery", distinct=True))
    for name, count in counted.order_by("delivery__destination"):
        if count < _FEWEST:
            continue
        mailings = final.filter(delivery__destination=name).values("delivery__mailing")
        sent = Delivery.objects.filter(
            mailing__in=mailings,
            destination=name,
            state__in=[DeliveryState.ACCEPTED, DeliveryState.REJECTED],
            ended_at__gt=since,
        ).count()
        if count >= sent * _SHARE:
            yield name
