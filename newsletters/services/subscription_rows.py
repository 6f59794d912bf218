"""The rows of subscriptions: begun and ended, never changed otherwise.

What is here belongs into a service that has locked the subscriber and records the acts that come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletters.choices import ConsentAction, EndedReason, Source
from newsletters.models import Subscriber, Subscription
from newsletters.services.consent import Act

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from newsletters.models import ConsentText, Topic

#: What the record says when a subscription ends for a reason; a withdrawal in all other cases.
_ACTIONS = {
    EndedReason.BOUNCED: ConsentAction.BOUNCED,
    EndedReason.COMPLAINT: ConsentAction.COMPLAINED,
    EndedReason.ERASED: ConsentAction.ERASED,
    EndedReason.NOT_ME: ConsentAction.REFUSED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One topic as somebody wants it. A frequency that the topic does not have stands for its usual one."""

    topic: Topic
    frequency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What goes for all topics of one choice: the language, and by which words and on which page it was made."""

    locale: str
    waits_for_language: bool
    consent_text: ConsentText
    source: Source


def lock_subscriber(number: int) -> Subscriber | None:
    """Return the subscriber, locked until the transaction ends; None when there is no such row."""
    # Deliveries being frozen hold a key-share lock on their subscriber, which this one does not wait for.
    return Subscriber.objects.select_for_update(no_key=True).filter(pk=number).first()


def open_rows(subscriber: Subscriber) -> QuerySet[Subscription]:
    """Return the open subscriptions with their topics, oldest first."""
    return Subscription.objects.filter(subscriber=subscriber, ended_at=None).select_related("topic").order_by("pk")


def begin_rows(subscriber: Subscriber, choices: Iterable[Choice], terms: Terms, *, at: dt.datetime) -> list[Act]:
    """Begin what `choices` name and is not open yet; topics that are closed are left out."""
    known = set(open_rows(subscriber).values_list("topic_id", flat=True))
    acts = []
    for choice in choices:
        if not choice.topic.is_open or choice.topic.pk in known:
            continue
        known.add(choice.topic.pk)
        row = _new_row(subscriber, choice, terms, at=at)
        row.save()
        acts.append(
            Act(
                action=ConsentAction.CONFIRMED,
                channel=terms.source,
                topic_slug=choice.topic.slug,
                details=_terms_of(row),
                consent_text=terms.consent_text,
            )
        )
    return acts


def replace_rows(
    subscriber: Subscriber, rows: Iterable[Subscription], choices: Iterable[Choice], terms: Terms, *, at: dt.datetime
) -> list[Act]:
    """End each open row whose frequency or language is another than what is wanted, and begin a new one."""
    wanted = {choice.topic.pk: choice for choice in choices}
    acts = []
    for row in rows:
        new = _new_row(subscriber, wanted[row.topic_id], terms, at=at)
        before, after = _terms_of(row), _terms_of(new)
        if before == after:
            continue
        end_rows([row], reason=EndedReason.CHANGED, at=at)
        new.save()
        acts.append(
            Act(
                action=ConsentAction.CHANGED,
                channel=terms.source,
                topic_slug=row.topic.slug,
                details={"from": before, "to": after},
            )
        )
    return acts


def end_rows(
    rows: Sequence[Subscription], *, reason: EndedReason, at: dt.datetime, delivery_number: int | None = None
) -> list[Act]:
    """End open rows."""
    Subscription.objects.filter(pk__in=[row.pk for row in rows], ended_at=None).update(
        ended_at=at, ended_reason=reason, ended_by_delivery=delivery_number or None
    )
    action = _ACTIONS.get(reason, ConsentAction.WITHDRAWN)
    return [Act(action=action, channel=reason, topic_slug=row.topic.slug, details=_terms_of(row)) for row in rows]


def _new_row(subscriber: Subscriber, choice: Choice, terms: Terms, *, at: dt.datetime) -> Subscription:
    return Subscription(
        subscriber=subscriber,
        topic=choice.topic,
        locale=terms.locale,
        frequency=_allowed_frequency(choice.topic, choice.frequency),
        waits_for_language=terms.waits_for_language,
        source=terms.source,
        started_at=at,
    )


def _allowed_frequency(topic: Topic, wanted: str) -> str:
    usual = topic.default_frequency if topic.default_frequency in topic.frequencies else topic.frequencies[0]
    return wanted if wanted in topic.frequencies else usual


def _terms_of(row: Subscription) -> dict[str, Any]:
    return {
        "locale": row.locale,
        "frequency": str(row.frequency),
        "waits_for_language": row.waits_for_language,
    }
