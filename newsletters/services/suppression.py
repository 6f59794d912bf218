"""Addresses that are not written to, known by keyed hashes alone, and mail that is stopped before it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from newsletters.choices import DeliveryState, Lane, SuppressionReason, SuppressionScope
from newsletters.models import Delivery, Subscription, Suppression

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from newsletters.models import Subscriber, Topic

#: What keeps the confirmation of a new sign-up away. Whoever left may come back, by confirming; nobody else may bring them.
_KEEPS_CONFIRMATIONS_AWAY = Q(scope__in=[SuppressionScope.SIGN_UP, SuppressionScope.ADDRESS]) | Q(
    scope=SuppressionScope.BULLETINS,
    reason__in=[SuppressionReason.COMPLAINT, SuppressionReason.BOUNCED, SuppressionReason.OPERATOR],
)
#: What the person's own new confirmation lifts.
_OWN_WISH = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.ERASED)


def suppress(
    *,
    address_hash: str,
    scope: SuppressionScope,
    reason: SuppressionReason,
    at: dt.datetime,
    topic: Topic | None = None,
    until: dt.datetime | None = None,
    evidence: str = "",
) -> Suppression:
    """Stop mail of `scope` to the address; return the suppression that says so already when it lasts as long."""
    lasts = Q(until=None) if until is None else Q(until=None) | Q(until__gte=until)
    standing = live_suppressions(address_hash, at=at).filter(lasts, scope=scope, reason=reason, topic=topic)
    found = standing.order_by("pk").first()
    if found is not None:
        return found
    return Suppression.objects.create(
        address_hash=address_hash,
        scope=scope,
        topic=topic,
        reason=reason,
        evidence=evidence,
        created_at=at,
        until=until,
    )


def live_suppressions(address_hash: str, *, at: dt.datetime) -> QuerySet[Suppression]:
    """Return the suppressions of an address that hold at that moment."""
    return Suppression.objects.filter(Q(until=None) | Q(until__gt=at), address_hash=address_hash, lifted_at=None)


def takes_no_confirmation(address_hash: str, *, at: dt.datetime) -> bool:
    """Whether a sign-up with the address must not even be answered by a confirmation mail."""
    return live_suppressions(address_hash, at=at).filter(_KEEPS_CONFIRMATIONS_AWAY).exists()


def lift_own_wish(*, address_hash: str, topics: Iterable[Topic], at: dt.datetime) -> None:
    """Lift what the person once asked for and now takes back by subscribing to `topics`."""
    live_suppressions(address_hash, at=at).filter(
        Q(scope=SuppressionScope.BULLETINS) | Q(scope=SuppressionScope.TOPIC, topic__in=list(topics)),
        reason__in=_OWN_WISH,
    ).update(lifted_at=at)


def suppress_pending(
    *, subscriber: Subscriber, topic: Topic | None = None, with_system_mail: bool = False, at: dt.datetime
) -> int:
    """Stop what waits to be sent to `subscriber`, of one topic or of all; return how many messages that were.

    A digest of several topics is stopped with the last topic that it could hold. Rows that a worker has claimed are
    taken from it: its next write finds no row of its own.
    """
    waiting = Delivery.objects.filter(subscriber=subscriber, state__in=[DeliveryState.READY, DeliveryState.CLAIMED])
    if not with_system_mail:
        waiting = waiting.filter(lane__gt=Lane.TRANSACTIONAL)
    if topic is not None and Subscription.objects.filter(subscriber=subscriber, ended_at=None).exists():
        waiting = waiting.filter(topic=topic)
    return waiting.update(state=DeliveryState.SUPPRESSED, ended_at=at, worker=None, lease_until=None)
