"""What goes when its days are over: addresses nobody confirmed or that left, sign-ups, where they came from, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from newsletters.choices import SubscriberState
from newsletters.models import ConsentContext, SignUp, Subscriber, Subscription, SubscriptionRequest
from newsletters.periods import CONTEXT_KEPT, LEFT_KEPT, REQUEST_KEPT, UNCONFIRMED_KEPT
from newsletters.services.delivery_retention import delete_old_bounces, delete_old_deliveries
from newsletters.services.erasure import forget_person
from newsletters.services.subscription_rows import lock_subscriber

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import Model, QuerySet

_BATCH = 500


def keep_retention(*, at: dt.datetime) -> dict[str, int]:
    """Delete and erase what is past its days, in batches; return how many of each went. May run at any time and twice."""
    return {
        "unconfirmed": _forget(_unconfirmed(at), at=at),
        "left": _forget(_left(at), at=at),
        "requests": _delete(SubscriptionRequest.objects.filter(requested_at__lt=at - REQUEST_KEPT)),
        "sign-ups": _delete(SignUp.objects.filter(asked_at__lt=at - UNCONFIRMED_KEPT)),
        "deliveries": delete_old_deliveries(at=at),
        "bounces": delete_old_bounces(at=at),
        "contexts": _delete(ConsentContext.objects.filter(happened_at__lt=at - CONTEXT_KEPT)),
    }


def _unconfirmed(at: dt.datetime) -> QuerySet[Subscriber]:
    """Return those who never confirmed, and whose last sign-up is too old to be confirmed."""
    return _not_asked_since(at - UNCONFIRMED_KEPT).filter(
        state=SubscriberState.PENDING, created_at__lt=at - UNCONFIRMED_KEPT
    )


def _left(at: dt.datetime) -> QuerySet[Subscriber]:
    """Return those who left everything some time ago."""
    rows = Subscription.objects.filter(subscriber=OuterRef("pk"))
    late = rows.filter(Q(ended_at=None) | Q(ended_at__gte=at - LEFT_KEPT))
    return _not_asked_since(at - LEFT_KEPT).filter(
        ~Exists(late), state=SubscriberState.ACTIVE, confirmed_at__lt=at - LEFT_KEPT
    )


def _not_asked_since(moment: dt.datetime) -> QuerySet[Subscriber]:
    asked = SubscriptionRequest.objects.filter(subscriber=OuterRef("pk"), requested_at__gte=moment)
    return Subscriber.objects.filter(~Exists(asked))


def _forget(subscribers: QuerySet[Subscriber], *, at: dt.datetime) -> int:
    """Erase the addresses of `subscribers`, each in a transaction of its own; what changed since then stays."""
    forgotten = 0
    for number in list(subscribers.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            subscriber = lock_subscriber(number)
            if subscriber is not None and subscribers.filter(pk=number).exists():
                forget_person(subscriber, at=at)
                forgotten += 1
    return forgotten


def _delete(rows: QuerySet[Model]) -> int:
    """Delete `rows`, some hundred in one transaction; return how many went."""
    gone = 0
    while numbers := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        rows.filter(pk__in=numbers).delete()
        gone += len(numbers)
    return gone
