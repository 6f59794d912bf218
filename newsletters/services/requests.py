"""Answering a sign-up from its mails: confirm it, disown it, undo it. Each may be done twice, and at once with another."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.db import transaction

from newsletters.choices import (
    ConsentAction,
    EndedReason,
    Source,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models import Subscriber, Subscription, SubscriptionRequest
from newsletters.periods import NOT_ME_FOR
from newsletters.services.consent import Act, record
from newsletters.services.erasure import forget_person
from newsletters.services.subscription_rows import Choice, Terms, begin_rows, end_rows, lock_subscriber, open_rows
from newsletters.services.suppression import lift_own_wish, suppress, suppress_pending
from newsletters.services.system_mail import queue_system_mail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from newsletters.links import RequestLink
    from newsletters.origins import Origin


class RequestState(Enum):
    """Where a sign-up stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISOWNED = "disowned"
    #: Too old, deleted, or of a subscriber who was erased since.
    GONE = "gone"


def state_of(request: SubscriptionRequest | None, *, epoch: int, at: dt.datetime) -> RequestState:
    """Return where the sign-up of a link stands; `epoch` is the link's."""
    if request is None:
        return RequestState.GONE
    if request.refused_at is not None:
        return RequestState.DISOWNED
    if request.subscriber.token_epoch != epoch:
        return RequestState.GONE
    if request.confirmed_at is not None:
        return RequestState.CONFIRMED
    return RequestState.OPEN if at < request.expires_at else RequestState.GONE


@transaction.atomic
def confirm_request(
    *, link: RequestLink, topic_numbers: Collection[int], at: dt.datetime, origin: Origin
) -> RequestState:
    """Subscribe whoever holds the link to those topics of the sign-up that they chose; return where it stands now.

    Nothing happens, and OPEN comes back, when none of the sign-up's topics is chosen.
    """
    request = _locked(link.request_id)
    state = state_of(request, epoch=link.epoch, at=at)
    if request is None or state is not RequestState.OPEN:
        return state
    topics = [topic for topic in request.topics.order_by("position", "pk") if topic.pk in topic_numbers]
    if not topics:
        return state
    subscriber = request.subscriber
    request.confirmed_at = at
    request.save(update_fields=["confirmed_at"])
    Subscriber.objects.filter(pk=subscriber.pk).update(
        state=SubscriberState.ACTIVE, locale=request.locale, confirmed_at=subscriber.confirmed_at or at
    )
    subscriber.refresh_from_db()
    terms = Terms(
        locale=request.locale,
        waits_for_language=request.waits_for_language,
        consent_text=request.consent_text,
        source=Source.SIGN_UP,
    )
    choices = [Choice(topic=topic, frequency=request.frequency) for topic in topics]
    acts = begin_rows(subscriber, choices, terms, at=at)
    lift_own_wish(address_hash=subscriber.address_hash, topics=topics, at=at)
    queue_system_mail(message="welcome", subscriber=subscriber, reference=request.pk, at=at)
    record(subscriber=subscriber, acts=acts, at=at, origin=origin)
    return RequestState.CONFIRMED


@transaction.atomic
def disown_request(*, link: RequestLink, at: dt.datetime, origin: Origin) -> RequestState:
    """Note that the owner of the address did not sign up: end what came of it, and keep sign-ups away for a year.

    What they had subscribed to before stays. An address that never confirmed anything is erased at once.
    """
    request = _locked(link.request_id)
    if request is None:
        return RequestState.GONE
    if request.refused_at is not None:
        return RequestState.DISOWNED
    subscriber = request.subscriber
    if subscriber.state == SubscriberState.ERASED:
        return RequestState.GONE
    unanswered = SubscriptionRequest.objects.filter(subscriber=subscriber, confirmed_at=None, refused_at=None)
    (unanswered | SubscriptionRequest.objects.filter(pk=request.pk)).update(refused_at=at)
    suppress(
        address_hash=subscriber.address_hash,
        scope=SuppressionScope.SIGN_UP,
        reason=SuppressionReason.NOT_ME,
        at=at,
        until=at + NOT_ME_FOR,
    )
    begun = rows_begun_by(request)
    acts = end_rows(begun, reason=EndedReason.NOT_ME, at=at)
    for row in begun:
        suppress_pending(subscriber=subscriber, topic=row.topic, at=at)
    if not _was_ever_confirmed(subscriber, besides=request):
        forget_person(subscriber, at=at)
    refused = Act(action=ConsentAction.REFUSED, channel=EndedReason.NOT_ME, details={"request": request.pk})
    record(subscriber=subscriber, acts=acts or [refused], at=at, origin=origin)
    return RequestState.DISOWNED


@transaction.atomic
def undo_request(*, link: RequestLink, at: dt.datetime, origin: Origin) -> RequestState:
    """End what a confirmed sign-up began, as far as it is still as it was; return where the sign-up stands."""
    request = _locked(link.request_id)
    state = state_of(request, epoch=link.epoch, at=at)
    if request is None or state is not RequestState.CONFIRMED:
        return state
    begun = rows_begun_by(request)
    acts = end_rows(begun, reason=EndedReason.UNDONE, at=at)
    for row in begun:
        suppress_pending(subscriber=request.subscriber, topic=row.topic, at=at)
    record(subscriber=request.subscriber, acts=acts, at=at, origin=origin)
    return state


def rows_begun_by(request: SubscriptionRequest) -> list[Subscription]:
    """Return the open subscriptions that the confirmation of `request` began and nothing has changed since."""
    if request.confirmed_at is None:
        return []
    return list(
        open_rows(request.subscriber).filter(
            source=Source.SIGN_UP, started_at=request.confirmed_at, topic__in=request.topics.all()
        )
    )


def _locked(number: int) -> SubscriptionRequest | None:
    """Return the sign-up as it is once its subscriber is locked."""
    owner = SubscriptionRequest.objects.filter(pk=number).values_list("subscriber_id", flat=True).first()
    if owner is None:
        return None
    subscriber = lock_subscriber(owner)
    request = SubscriptionRequest.objects.select_related("consent_text").filter(pk=number).first()
    if request is None or subscriber is None:
        return None
    request.subscriber = subscriber
    return request


def _was_ever_confirmed(subscriber: Subscriber, *, besides: SubscriptionRequest) -> bool:
    """Whether the person confirmed anything but the disowned sign-up."""
    rows = Subscription.objects.filter(subscriber=subscriber)
    if besides.confirmed_at is not None:
        rows = rows.exclude(source=Source.SIGN_UP, started_at=besides.confirmed_at)
    return rows.exists()
