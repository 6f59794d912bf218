"""Erasing a subscriber: what stays is a number and a keyed hash, so that nobody brings the address back unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from newsletters.choices import (
    ConsentAction,
    DeliveryState,
    EndedReason,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models import ConsentContext, ConsentEvent, Delivery, SignUp, Subscriber, SubscriptionRequest
from newsletters.origins import Origin
from newsletters.services.consent import Act, record
from newsletters.services.subscription_rows import end_rows, lock_subscriber, open_rows
from newsletters.services.suppression import suppress, suppress_pending

if TYPE_CHECKING:
    import datetime as dt

    from core.data_register import Person


@transaction.atomic
def erase_person(person: Person, at: dt.datetime) -> None:
    """Erase everything that this app holds about `person`, in one transaction; from where they asked is not kept."""
    SignUp.objects.filter(address_key=person.key).delete()
    numbers = Subscriber.objects.filter(address_key=person.key).values_list("pk", flat=True)
    for number in list(numbers):
        erase_subscriber(subscriber_number=number, at=at, origin=Origin())
    lone = Delivery.objects.filter(subscriber=None, address__iexact=person.address)
    lone.filter(state__in=[DeliveryState.READY, DeliveryState.CLAIMED]).update(
        state=DeliveryState.SUPPRESSED, ended_at=at, worker=None, lease_until=None
    )
    lone.exclude(address="").update(address="", reply="")


@transaction.atomic
def erase_subscriber(*, subscriber_number: int, at: dt.datetime, origin: Origin) -> bool:
    """Erase the address and all that tells about the person, at their request; return False when nobody is there.

    Subscriptions end, what waits is not sent, links in old mails manage nothing any more, and unsubscribing by them
    still answers. The record of consent keeps its numbers. The person may subscribe anew, by confirming.
    """
    subscriber = lock_subscriber(subscriber_number)
    if subscriber is None or subscriber.state == SubscriberState.ERASED:
        return False
    acts = end_rows(list(open_rows(subscriber)), reason=EndedReason.ERASED, at=at)
    suppress(
        address_hash=subscriber.address_hash,
        scope=SuppressionScope.BULLETINS,
        reason=SuppressionReason.ERASED,
        at=at,
    )
    forget_person(subscriber, at=at)
    SubscriptionRequest.objects.filter(subscriber=subscriber).delete()
    acts = acts or [Act(action=ConsentAction.ERASED, channel=EndedReason.ERASED)]
    record(subscriber=subscriber, acts=acts, at=at, origin=origin)
    events = ConsentEvent.objects.filter(subscriber_number=subscriber.pk)
    ConsentContext.objects.filter(event__in=events).delete()
    return True


def forget_person(subscriber: Subscriber, *, at: dt.datetime) -> None:
    """Take the address out of the locked `subscriber` and of all deliveries, and make old links manage nothing."""
    suppress_pending(subscriber=subscriber, with_system_mail=True, at=at)
    Delivery.objects.filter(subscriber=subscriber).exclude(address="").update(address="")
    Subscriber.objects.filter(pk=subscriber.pk).update(
        state=SubscriberState.ERASED,
        address=None,
        address_key=None,
        user=None,
        token_epoch=subscriber.token_epoch + 1,
        paused_until=None,
    )
