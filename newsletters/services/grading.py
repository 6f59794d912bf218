"""What follows from bounces. Who cannot be reached, or called our mail unwanted, gets no more; our own faults touch nobody."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from wagtail.log_actions import log

from core.dates import civil_date
from newsletters.bounces.codes import judge
from newsletters.bounces.reports import shorten
from newsletters.choices import (
    AlarmKind,
    BounceChannel,
    BounceEffect,
    BounceKind,
    DeliveryState,
    EndedReason,
)
from newsletters.models import Bounce, Delivery, Subscriber
from newsletters.origins import Origin
from newsletters.services.alarms import raise_alarm
from newsletters.services.mass_refusals import refused_destinations
from newsletters.services.reach import out_of_reach_since
from newsletters.services.subscription_rows import lock_subscriber
from newsletters.services.subscriptions import end_all_subscriptions
from newsletters.services.suppression import suppress_pending

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser

    from members.models import User

#: A day on which mail could not be delivered counts this much, however often that was.
_STEP = Decimal("0.5")
#: At this score an address counts as dead: after ten bad days without a month of peace between them.
_THRESHOLD = Decimal(5)
_DAYS_TO_FORGET_A_STEP = 30
_BATCH = 500
#: In one run; what is left is graded in the next, so that other chores have their turn.
_MOST = 5000
#: Gmail and Yahoo ask for less than one complaint in a thousand messages.
_COMPLAINTS_PER_MESSAGE = 0.001
_FEWEST_COMPLAINTS = 5


def grade(*, at: dt.datetime) -> int:
    """Grade what came in since the last time; return how many bounces that were. May be run again and by several."""
    take_in_rejections(at=at)
    refused = refused_destinations(at=at)
    numbers = Bounce.objects.filter(graded_at=None).order_by("pk").values_list("pk", flat=True)[:_MOST]
    effects = [grade_bounce(number=number, refused=refused, at=at) for number in numbers]
    return sum(effect is not None for effect in effects)


def take_in_rejections(*, at: dt.datetime) -> int:
    """Make a bounce of each refusal that the engine heard itself; return how many were new."""
    known = Bounce.objects.filter(delivery=OuterRef("pk"), channel=BounceChannel.SMTP)
    new = Delivery.objects.filter(~Exists(known), state=DeliveryState.REJECTED).order_by("pk")
    rows = list(new.only("pk", "smtp_code", "enhanced_code", "reply", "ended_at")[:_MOST])
    bounces = [_bounce_of(row, at) for row in rows]
    for first in range(0, len(bounces), _BATCH):
        Bounce.objects.bulk_create(bounces[first : first + _BATCH], ignore_conflicts=True)
    return len(bounces)


def _bounce_of(delivery: Delivery, at: dt.datetime) -> Bounce:
    # Where an operator gave a message up, the words are the operator's.
    words = delivery.reply if delivery.smtp_code else ""
    verdict = judge(status=delivery.enhanced_code, text=words, smtp_code=delivery.smtp_code)
    return Bounce(
        delivery=delivery,
        source_key=hashlib.sha256(f"smtp:{delivery.pk}".encode()).hexdigest(),
        kind=verdict.kind,
        is_final=verdict.is_final,
        alarm=verdict.alarm or "",
        status=delivery.enhanced_code,
        diagnostic=shorten(words),
        channel=BounceChannel.SMTP,
        received_at=delivery.ended_at or at,
    )


@transaction.atomic
def grade_bounce(*, number: int, refused: frozenset[str], at: dt.datetime) -> BounceEffect | None:
    """Do what follows from one bounce and return what that was; None when somebody else does it.

    `refused` are destinations of which no address is taken for dead until an operator has decided.
    """
    found = Bounce.objects.select_for_update(skip_locked=True).filter(pk=number, graded_at=None).first()
    if found is None:
        return None
    delivery = found.delivery
    effect = _effect(found, delivery, refused, at) if delivery is not None else BounceEffect.NONE
    found.graded_at, found.effect = at, effect
    found.save(update_fields=["graded_at", "effect"])
    return effect


def _effect(bounce: Bounce, delivery: Delivery, refused: frozenset[str], at: dt.datetime) -> BounceEffect:
    _settle_uncertain(bounce, delivery, at)
    if bounce.kind == BounceKind.SENDER:
        if bounce.alarm:
            raise_alarm(
                kind=AlarmKind(bounce.alarm), sentence=f"{delivery.destination}: {bounce.diagnostic}"[:500], at=at
            )
        return BounceEffect.ALARMED if bounce.alarm else BounceEffect.NONE
    if delivery.subscriber_id is None or not _is_still_theirs(delivery):
        return BounceEffect.NONE
    if bounce.kind == BounceKind.COMPLAINT:
        _end(delivery, EndedReason.COMPLAINT, at, evidence="")
        _watch_complaints(delivery, at)
        return BounceEffect.ENDED
    if bounce.kind == BounceKind.RECIPIENT and bounce.is_final:
        if delivery.destination in refused and bounce.effect != BounceEffect.RELEASED:
            return BounceEffect.HELD
        _end(delivery, EndedReason.BOUNCED, at, evidence=f"delivery {delivery.pk}, {bounce.status}".rstrip(", "))
        return BounceEffect.ENDED
    if bounce.kind in {BounceKind.RECIPIENT, BounceKind.MAILBOX_FULL}:
        return _score(bounce, delivery, at)
    if bounce.kind == BounceKind.NETWORK:
        since = out_of_reach_since(delivery, at=at)
        if since is not None:
            _end(
                delivery, EndedReason.BOUNCED, at, evidence=f"delivery {delivery.pk}, nothing got through since {since}"
            )
            return BounceEffect.ENDED
    return BounceEffect.NONE


def _settle_uncertain(bounce: Bounce, delivery: Delivery, at: dt.datetime) -> None:
    """A report that came back proves that the message had been accepted."""
    if bounce.channel != BounceChannel.SMTP:
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCERTAIN).update(
            state=DeliveryState.ACCEPTED, ended_at=at, reply="Settled: a report about it came back."
        )


def _is_still_theirs(delivery: Delivery) -> bool:
    """Whether the message went to the address that the subscriber has now."""
    address = Subscriber.objects.filter(pk=delivery.subscriber_id or 0).values_list("address", flat=True).first()
    return address is not None and address == delivery.address


def _end(delivery: Delivery, reason: EndedReason, at: dt.datetime, *, evidence: str) -> None:
    subscriber = lock_subscriber(delivery.subscriber_id or 0)
    if subscriber is None:
        return
    if reason is EndedReason.BOUNCED:
        suppress_pending(subscriber=subscriber, with_system_mail=True, at=at)
    end_all_subscriptions(
        subscriber_number=subscriber.pk,
        reason=reason,
        at=at,
        origin=Origin(),
        delivery_number=delivery.pk,
        evidence=evidence,
    )


def _score(bounce: Bounce, delivery: Delivery, at: dt.datetime) -> BounceEffect:
    """Count a day on which mail did not get through; days without let the count fall again."""
    subscriber = lock_subscriber(delivery.subscriber_id or 0)
    day = civil_date(bounce.received_at)
    if subscriber is None or (subscriber.bounced_on is not None and day <= subscriber.bounced_on):
        return BounceEffect.NONE
    score = subscriber.bounce_score
    if subscriber.bounced_on is not None:
        forgotten = (day - subscriber.bounced_on).days // _DAYS_TO_FORGET_A_STEP
        score = max(Decimal(0), score - forgotten * _STEP)
    score += _STEP
    Subscriber.objects.filter(pk=subscriber.pk).update(bounce_score=score, bounced_on=day)
    if score < _THRESHOLD:
        return BounceEffect.SCORED
    _end(delivery, EndedReason.BOUNCED, at, evidence=f"delivery {delivery.pk}, score {score}")
    return BounceEffect.ENDED


def _watch_complaints(delivery: Delivery, at: dt.datetime) -> None:
    complaints = Bounce.objects.filter(kind=BounceKind.COMPLAINT, delivery__mailing=delivery.mailing_id).count()
    if complaints < _FEWEST_COMPLAINTS:
        return
    accepted = Delivery.objects.filter(mailing=delivery.mailing_id, state=DeliveryState.ACCEPTED).count()
    if complaints > accepted * _COMPLAINTS_PER_MESSAGE:
        sentence = f"{delivery.mailing.key}: {complaints} complaints about {accepted} messages."
        raise_alarm(kind=AlarmKind.COMPLAINTS, sentence=sentence, at=at)


# What was held back


@transaction.atomic
def decide_held(
    *, destination: str, is_true: bool, reason: str, user: User | AnonymousUser | None, at: dt.datetime
) -> int:
    """Decide about the bounces of a destination that were held back; return how many that were.

    When the addresses are truly dead, grading applies them; else they are forgotten. Who decided, and why, is kept in
    the history of the mailing that the newest of them is about.
    """
    held = Bounce.objects.filter(effect=BounceEffect.HELD, delivery__destination=destination)
    newest = held.select_related("delivery__mailing").order_by("-pk").first()
    if newest is None or newest.delivery is None:
        return 0
    mailing = newest.delivery.mailing
    numbers = list(held.values_list("pk", flat=True))
    rows = Bounce.objects.filter(pk__in=numbers, effect=BounceEffect.HELD)
    count = (
        rows.update(graded_at=None, effect=BounceEffect.RELEASED)
        if is_true
        else rows.update(graded_at=at, effect=BounceEffect.NONE)
    )
    data = {"destination": destination, "is_true": is_true, "reason": reason, "count": count}
    log(instance=mailing, action="newsletters.decide_held", user=user, data=data)
    return count


def count_held() -> list[tuple[str, int]]:
    """Return the destinations with bounces that are held back, and how many."""
    held = Bounce.objects.filter(effect=BounceEffect.HELD, delivery__isnull=False)
    return list(held.values_list("delivery__destination").annotate(Count("pk")).order_by("delivery__destination"))
