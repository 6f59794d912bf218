"""Looking one subscriber up by the whole address: what is known of them, never without a purpose and never unrecorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from core.tokens import keyed_hash
from newsletters.choices import LookUpAct
from newsletters.models import (
    ConsentEvent,
    Delivery,
    Mailing,
    Subscriber,
    SubscriberLookUp,
    Subscription,
    Suppression,
)

if TYPE_CHECKING:
    import datetime as dt

    from core.mail_addresses import MailAddress

#: The newest of what may be many; the screen says how many there are.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber with everything that is kept under their number. Lists are newest first."""

    subscriber: Subscriber
    subscriptions: list[Subscription]
    events: list[ConsentEvent]
    deliveries: list[Delivery]
    delivery_count: int


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of an address: the subscriber, those that were erased under it before, and what keeps mail away."""

    people: list[Person]
    suppressions: list[Suppression]
    look_ups: list[SubscriberLookUp]


@transaction.atomic
def look_up_subscriber(*, address: MailAddress, reason: str, by_name: str, at: dt.datetime) -> Found:
    """Return what is known of exactly this address; keeps that it was looked up, by whom and why, found or not."""
    address_hash = keyed_hash(address.key)
    subscribers = list(Subscriber.objects.filter(address_hash=address_hash).order_by("-pk"))
    before = list(SubscriberLookUp.objects.filter(address_hash=address_hash).order_by("-pk")[:MOST_SHOWN])
    SubscriberLookUp.objects.create(
        address_hash=address_hash,
        subscriber_number=subscribers[0].pk if subscribers else None,
        act=LookUpAct.LOOKED_UP,
        reason=reason,
        by_name=by_name,
        happened_at=at,
    )
    return Found(
        people=[_person(subscriber) for subscriber in subscribers],
        suppressions=list(
            Suppression.objects.filter(address_hash=address_hash).select_related("topic").order_by("-pk")[:MOST_SHOWN]
        ),
        look_ups=before,
    )


def _person(subscriber: Subscriber) -> Person:
    # Named by their mailings, of which there are some hundreds, deliveries are found by an index among millions.
    deliveries = Delivery.objects.filter(mailing__in=Mailing.objects.all(), subscriber=subscriber)
    events = ConsentEvent.objects.filter(subscriber_number=subscriber.pk).select_related("consent_text")
    return Person(
        subscriber=subscriber,
        subscriptions=list(subscriber.subscriptions.select_related("topic").order_by("-started_at", "-pk")),
        events=list(events.order_by("-position")),
        deliveries=list(deliveries.select_related("mailing", "topic").order_by("-pk")[:MOST_SHOWN]),
        delivery_count=deliveries.count(),
    )
