"""Which rows belong to a person, and which addresses stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from newsletters.choices import EndedReason, SubscriberState
from newsletters.links import PreferencesLink, preferences_path
from newsletters.models import Delivery, Mailing, SignUp, Subscriber
from newsletters.origins import Origin
from newsletters.services.subscriptions import end_all_subscriptions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from core.data_register import Person

_BATCH = 500


def subscribers(person: Person) -> QuerySet[Subscriber]:
    """Return the subscriber with the person’s address."""
    return Subscriber.objects.filter(address_key=person.key)


def numbers(person: Person) -> QuerySet[Subscriber, Any]:
    """Return the numbers of the person's subscribers, former ones too: consent is on record under them."""
    return Subscriber.objects.filter(address_hash=person.hash).order_by().values("pk")


def deliveries(person: Person) -> QuerySet[Delivery]:
    """Return what was sent to the person; system mail about their data goes to the address alone."""
    to_address = Q(subscriber=None, address__iexact=person.address) & ~Q(address="")
    return Delivery.objects.filter(Q(subscriber__in=numbers(person)) | to_address)


def mailings(person: Person) -> QuerySet[Any]:
    """Return what the person wrote or approved as an official."""
    by = Q(author_name__in=person.names) | Q(approved_by_name__in=person.names)
    if person.user_number is not None:
        by |= Q(approver_id=person.user_number) | Q(author_ids__contains=[person.user_number])
    return Mailing.objects.filter(by)


def stop(person: Person, at: dt.datetime) -> None:
    """End all subscriptions: nothing is sent any more, and the address is kept only to say so."""
    for number in subscribers(person).values_list("pk", flat=True):
        end_all_subscriptions(subscriber_number=number, reason=EndedReason.PAGE, at=at, origin=Origin())


def preferences(person: Person, language: str) -> str:
    """Return the address of the person’s own preferences page; empty when there is none."""
    found = subscribers(person).filter(state=SubscriberState.ACTIVE).first()
    return preferences_path(PreferencesLink(found.pk, found.token_epoch, 0), language) if found else ""


def addresses() -> Iterator[tuple[str, dt.datetime]]:
    """Give each address of subscribers with the day it came."""
    yield from Subscriber.objects.exclude(address=None).values_list("address", "created_at").iterator(_BATCH)  # type: ignore[misc]


def waiting_addresses() -> Iterator[tuple[str, dt.datetime]]:
    """Give each address that was just sent in."""
    yield from SignUp.objects.values_list("address", "asked_at").iterator(_BATCH)


def lone_addresses() -> Iterator[tuple[str, dt.datetime]]:
    """Give each address that was written to without being a subscriber’s."""
    alone = Delivery.objects.filter(subscriber=None).exclude(address="")
    yield from alone.values_list("address", "created_at").iterator(_BATCH)
