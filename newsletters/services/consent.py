"""What people asked for, agreed to and took back: one hash chain over all of it, and the check that it still holds.

A row names its subscriber by number only and outlives erasure; from where it came is kept beside it for some days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from newsletters.models import ConsentContext, ConsentEvent, ConsentText
from policies.payloads import instant
from policies.services.faults import Fault
from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from newsletters.choices import ConsentAction, EndedReason, Source
    from newsletters.models import Subscriber
    from newsletters.origins import Origin

#: The advisory lock that puts events in one order. Taken last, after all rows: whoever holds it waits for nobody.
_CHAIN_LOCK = 0x436F6E73656E74
_BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing to be recorded."""

    action: ConsentAction
    channel: Source | EndedReason
    topic_slug: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    consent_text: ConsentText | None = None


def keep_text(*, locale: str, body: str, at: dt.datetime) -> ConsentText:
    """Return the row for exactly these words; the same words are kept once."""
    digest = text_digest(locale, body)
    found = ConsentText.objects.filter(digest=digest).first()
    if found is not None:
        return found
    row = ConsentText(digest=digest, locale=locale, body=body, created_at=at)
    ConsentText.objects.bulk_create([row], ignore_conflicts=True)
    return ConsentText.objects.get(digest=digest)


def text_digest(locale: str, body: str) -> str:
    """Return the digest by which a consent text is known."""
    return sha256_hex(canonical_json({"locale": locale, "body": body}))


@transaction.atomic
def record(*, subscriber: Subscriber, acts: Sequence[Act], at: dt.datetime, origin: Origin) -> list[ConsentEvent]:
    """Append one event for each of `acts`, in order. Call it once in a transaction, after all that locks rows."""
    if not acts:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    newest = ConsentEvent.objects.order_by("-position").first()
    position, previous = (newest.position, newest.digest) if newest else (0, "")
    events = []
    for act in acts:
        position += 1
        event = ConsentEvent(
            position=position,
            subscriber_number=subscriber.pk,
            action=act.action,
            topic_slug=act.topic_slug,
            details=dict(act.details),
            channel=act.channel,
            consent_text=act.consent_text,
            happened_at=at,
            previous_digest=previous,
        )
        event.digest = previous = event_digest(event)
        events.append(event)
    ConsentEvent.objects.bulk_create(events)
    ConsentContext.objects.bulk_create(
        ConsentContext(
            event=event, network=origin.network, browser=origin.browser, page=origin.page, happened_at=event.happened_at
        )
        for event in events
    )
    return events


def event_digest(event: ConsentEvent) -> str:
    """Return the digest of an event: all that it says, the words agreed to, and all that came before."""
    return sha256_hex(
        canonical_json(
            {
                "position": event.position,
                "subscriber": event.subscriber_number,
                "action": str(event.action),
                "topic": event.topic_slug,
                "details": event.details,
                "channel": str(event.channel),
                "consent_text": event.consent_text.digest if event.consent_text else None,
                "happened_at": instant(event.happened_at),
                "previous": event.previous_digest,
            }
        )
    )


def verify_consent() -> Iterator[Fault]:
    """Yield what is wrong with the chain of consent, in its order, and with the texts that were agreed to.

    Reads everything and changes nothing; memory is bounded. After a broken link the walk goes on from the digest that
    is stored, so that one change is reported once. Rows cut off at the end are missed by no chain: compare its last
    digest, which `verify_consent` prints, with the one of an earlier day.
    """
    previous, position = "", 0
    events = ConsentEvent.objects.select_related("consent_text").order_by("position")
    for event in events.iterator(chunk_size=_BATCH):
        position += 1
        name = f"consent #{event.position}"
        if event.position != position:
            yield Fault(f"consent #{position}", _("The entry is missing."))
        elif event.previous_digest != previous:
            yield Fault(name, _("The entry does not follow from the one before it."))
        if event_digest(event) != event.digest:
            yield Fault(name, _("The entry is not as it was when it was written."))
        previous, position = event.digest, event.position
    for text in ConsentText.objects.order_by("pk").iterator(chunk_size=_BATCH):
        if text_digest(text.locale, text.body) != text.digest:
            yield Fault(f"consent text {text.digest[:12]}", _("The text is not as it was when people agreed to it."))
