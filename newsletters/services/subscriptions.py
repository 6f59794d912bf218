"""Changing, pausing and leaving. Every service may be called twice, and at once: the subscriber is locked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.dates import civil_date
from newsletters.choices import (
    ConsentAction,
    EndedReason,
    Source,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models import Subscriber
from newsletters.services.consent import Act, record
from newsletters.services.subscription_rows import begin_rows, end_rows, lock_subscriber, open_rows, replace_rows
from newsletters.services.suppression import lift_own_wish, suppress, suppress_pending

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from newsletters.models import Topic
    from newsletters.origins import Origin
    from newsletters.services.subscription_rows import Choice, Terms

#: What is remembered of the address when all subscriptions end for a reason.
_SUPPRESSIONS = {
    EndedReason.ONE_CLICK: (SuppressionScope.BULLETINS, SuppressionReason.UNSUBSCRIBED),
    EndedReason.PAGE: (SuppressionScope.BULLETINS, SuppressionReason.UNSUBSCRIBED),
    EndedReason.OPERATOR: (SuppressionScope.BULLETINS, SuppressionReason.UNSUBSCRIBED),
    EndedReason.COMPLAINT: (SuppressionScope.BULLETINS, SuppressionReason.COMPLAINT),
    EndedReason.BOUNCED: (SuppressionScope.ADDRESS, SuppressionReason.BOUNCED),
}


@transaction.atomic
def end_subscription(
    *,
    subscriber_number: int,
    topic_number: int,
    reason: EndedReason,
    at: dt.datetime,
    origin: Origin,
    delivery_number: int | None = None,
) -> bool:
    """End one subscription and stop what waits of it; return False when it was not open."""
    subscriber = lock_subscriber(subscriber_number)
    rows = list(open_rows(subscriber).filter(topic_id=topic_number)) if subscriber else []
    if subscriber is None or not rows:
        return False
    acts = end_rows(rows, reason=reason, at=at, delivery_number=delivery_number)
    _forget_topic(subscriber, rows[0].topic, at=at, evidence=_evidence(delivery_number))
    record(subscriber=subscriber, acts=acts, at=at, origin=origin)
    return True


@transaction.atomic
def end_all_subscriptions(
    *,
    subscriber_number: int,
    reason: EndedReason,
    at: dt.datetime,
    origin: Origin,
    delivery_number: int | None = None,
    evidence: str = "",
) -> int:
    """End all subscriptions, stop what waits, and remember the address as the reason demands; return how many ended.

    A bounce makes the address unusable for everything, a complaint for bulletins; whoever left may come back.
    `evidence` is a delivery's number or a status code, and holds no address.
    """
    subscriber = lock_subscriber(subscriber_number)
    if subscriber is None:
        return 0
    rows = list(open_rows(subscriber))
    acts = end_rows(rows, reason=reason, at=at, delivery_number=delivery_number)
    if reason in _SUPPRESSIONS and subscriber.state != SubscriberState.ERASED:
        scope, because = _SUPPRESSIONS[reason]
        suppress(
            address_hash=subscriber.address_hash,
            scope=scope,
            reason=because,
            at=at,
            evidence=evidence or _evidence(delivery_number),
        )
    suppress_pending(subscriber=subscriber, at=at)
    record(subscriber=subscriber, acts=acts, at=at, origin=origin)
    return len(rows)


@transaction.atomic
def change_choices(
    *, subscriber_number: int, choices: Sequence[Choice], terms: Terms, at: dt.datetime, origin: Origin
) -> bool:
    """Make the subscriptions what `choices` say: begin, replace and end rows; return False when nothing changed.

    Choosing nothing is leaving everything.
    """
    subscriber = lock_subscriber(subscriber_number)
    if subscriber is None or subscriber.state != SubscriberState.ACTIVE:
        return False
    rows = list(open_rows(subscriber))
    wanted = {choice.topic.pk for choice in choices}
    if rows and not wanted:
        end_all_subscriptions(subscriber_number=subscriber.pk, reason=EndedReason.PAGE, at=at, origin=origin)
        return True
    has_new_language = subscriber.locale != terms.locale
    Subscriber.objects.filter(pk=subscriber.pk).update(locale=terms.locale)
    left = [row for row in rows if row.topic_id not in wanted]
    kept = [row for row in rows if row.topic_id in wanted]
    acts = end_rows(left, reason=EndedReason.PAGE, at=at)
    for row in left:
        _forget_topic(subscriber, row.topic, at=at)
    acts += replace_rows(subscriber, kept, choices, terms, at=at)
    acts += begin_rows(subscriber, choices, terms, at=at)
    lift_own_wish(address_hash=subscriber.address_hash, topics=[choice.topic for choice in choices], at=at)
    record(subscriber=subscriber, acts=acts, at=at, origin=origin)
    return has_new_language or bool(acts)


@transaction.atomic
def pause(*, subscriber_number: int, until: dt.date, at: dt.datetime, origin: Origin) -> bool:
    """Send nothing before the day `until`, not even what waits now; return False when nobody is to be paused."""
    subscriber = lock_subscriber(subscriber_number)
    if subscriber is None or subscriber.state != SubscriberState.ACTIVE or until <= civil_date(at):
        return False
    if subscriber.paused_until == until:
        return True
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=until)
    suppress_pending(subscriber=subscriber, at=at)
    act = Act(action=ConsentAction.PAUSED, channel=Source.PREFERENCES, details={"until": until.isoformat()})
    record(subscriber=subscriber, acts=[act], at=at, origin=origin)
    return True


@transaction.atomic
def resume(*, subscriber_number: int, at: dt.datetime, origin: Origin) -> bool:
    """End a pause; return False when there is none."""
    subscriber = lock_subscriber(subscriber_number)
    if subscriber is None or subscriber.paused_until is None:
        return False
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=None)
    act = Act(action=ConsentAction.RESUMED, channel=Source.PREFERENCES)
    record(subscriber=subscriber, acts=[act], at=at, origin=origin)
    return True


def _forget_topic(subscriber: Subscriber, topic: Topic, *, at: dt.datetime, evidence: str = "") -> None:
    """Stop what waits of a topic that was left, and remember that it was."""
    suppress(
        address_hash=subscriber.address_hash,
        scope=SuppressionScope.TOPIC,
        topic=topic,
        reason=SuppressionReason.UNSUBSCRIBED,
        at=at,
        evidence=evidence,
    )
    suppress_pending(subscriber=subscriber, topic=topic, at=at)


def _evidence(delivery_number: int | None) -> str:
    return f"delivery {delivery_number}" if delivery_number else ""
