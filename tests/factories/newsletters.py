"""Topics, subscribers, mailings and deliveries, in the state that a test needs."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from core.dates import TAIPEI
from core.mail_addresses import parse_address
from core.tokens import keyed_hash
from newsletters.choices import (
    DeliveryState,
    Frequency,
    Lane,
    MailingKind,
    MailingState,
    Source,
    SubscriberState,
    TopicKind,
)
from newsletters.models import Delivery, Mailing, MailingBody, Subscriber, Subscription, Topic, TopicText

#: When things happen, unless a test says otherwise.
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=TAIPEI)
_numbers = count(1)


def make_topic(slug: str = "", **fields: Any) -> Topic:
    slug = slug or f"topic-{next(_numbers)}"
    return Topic.objects.create(
        slug=slug, **{"kind": TopicKind.BULLETIN, "list_id": f"{slug}.agency.example", **fields}
    )


def name_topic(topic: Topic, **names: str) -> Topic:
    """Give `topic` names, by language (`en`, `zh_hant`)."""
    for code, name in (names or {"en": "News", "zh_hant": "最新消息"}).items():
        locale = code.replace("_", "-")
        TopicText.objects.create(topic=topic, locale=locale, name=name, description=f"{name} ({topic.slug})")
    return topic


def make_subscriber(address: str = "", *, topics: tuple[Topic, ...] = (), **fields: Any) -> Subscriber:
    """Return a confirmed subscriber with open subscriptions to `topics`."""
    address = address or f"reader{next(_numbers)}@readers.example"
    defaults = {"locale": "en", "state": SubscriberState.ACTIVE, "created_at": NOW, "confirmed_at": NOW}
    parsed = parse_address(address, takes_international=True)
    subscriber = Subscriber.objects.create(
        address=parsed.address, address_key=parsed.key, address_hash=keyed_hash(parsed.key), **(defaults | fields)
    )
    for topic in topics:
        make_subscription(subscriber, topic)
    return subscriber


def make_subscription(subscriber: Subscriber, topic: Topic, **fields: Any) -> Subscription:
    defaults = {
        "locale": subscriber.locale,
        "frequency": Frequency.IMMEDIATE,
        "source": Source.SIGN_UP,
        "started_at": NOW,
    }
    return Subscription.objects.create(subscriber=subscriber, topic=topic, **(defaults | fields))


def make_mailing(key: str = "", *, topic: Topic | None = None, **fields: Any) -> Mailing:
    """Return a mailing that is being sent."""
    defaults = {
        "kind": MailingKind.BULLETIN,
        "state": MailingState.SENDING,
        "lane": Lane.BULLETIN,
        "created_at": NOW,
        "frozen_at": NOW,
    }
    return Mailing.objects.create(key=key or f"bulletin:{next(_numbers)}", topic=topic, **(defaults | fields))


def make_body(mailing: Mailing, locale: str = "en", **fields: Any) -> MailingBody:
    defaults = {
        "subject": "News",
        "html": ["<p>News</p>"],
        "text": ["News\n"],
        "digest": f"{next(_numbers):064x}",
        "created_at": NOW,
    }
    return MailingBody.objects.create(mailing=mailing, locale=locale, **(defaults | fields))


def make_delivery(
    mailing: Mailing | None = None, subscriber: Subscriber | None = None, *, state: str = "", **fields: Any
) -> Delivery:
    """Return a delivery to the subscriber, accepted unless `state` says otherwise; what is not given is made."""
    subscriber = subscriber or make_subscriber()
    mailing = mailing or make_mailing()
    body = mailing.bodies.order_by("pk").first() or make_body(mailing)
    state = state or DeliveryState.ACCEPTED
    is_over = state not in {DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.INFLIGHT}
    defaults = {
        "body": body,
        "topic": mailing.topic,
        "address": subscriber.address,
        "destination": (subscriber.address or "@erased").rpartition("@")[2],
        "lane": mailing.lane,
        "next_at": NOW,
        "ended_at": NOW if is_over else None,
        "created_at": NOW,
    }
    return Delivery.objects.create(mailing=mailing, subscriber=subscriber, state=state, **(defaults | fields))
