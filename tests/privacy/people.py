"""A person with everything that the site can come to hold about them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from core.data_register import Person, person_of_text
from core.rate_limits import is_within
from newsletters.choices import BounceChannel, BounceKind, DeliveryState, LookUpAct
from newsletters.models import Bounce, Subscriber, SubscriberLookUp
from newsletters.services.sign_up import receive_sign_up
from newsletters.services.system_mail import queue_address_mail
from privacy import limits
from privacy.choices import RequestKind
from privacy.services.links import mail_link
from privacy.services.requests import open_request, record_done
from tests.factories.newsletters import NOW, make_delivery, make_topic
from tests.newsletters.signing_up import ADDRESS, confirm, make_ask, sign_up

if TYPE_CHECKING:
    from privacy.models import DataLink

LATER = NOW + dt.timedelta(days=2)


def person(address: str = ADDRESS) -> Person:
    return person_of_text(address)


def live_through_everything() -> Subscriber:
    """Sign up, confirm, get mail that comes back, be looked up, sign up again, ask for one's data."""
    confirm(sign_up(make_topic("news"), make_topic("alerts")))
    subscriber = Subscriber.objects.get()
    accepted = make_delivery(subscriber=subscriber)
    make_delivery(subscriber=subscriber, state=DeliveryState.READY)
    Bounce.objects.create(
        delivery=accepted,
        source_key="a" * 64,
        kind=BounceKind.MAILBOX_FULL,
        channel=BounceChannel.PIPE,
        received_at=NOW,
    )
    SubscriberLookUp.objects.create(
        address_hash=subscriber.address_hash,
        subscriber_number=subscriber.pk,
        act=LookUpAct.LOOKED_UP,
        reason="Asked by telephone.",
        by_name="林書瑜",
        happened_at=NOW,
    )
    receive_sign_up(ask=make_ask(make_topic("more"), at=LATER), at=LATER)
    mail_link(person(), locale="en", at=NOW, until=NOW + dt.timedelta(days=1))
    queue_address_mail(message="data_answer", address=ADDRESS.replace("wang", "WANG"), locale="en", reference=1, at=NOW)
    open_request(person=person(), kind=RequestKind.CORRECT, words="My name is 王.", locale="en", at=NOW)
    record_done(person=person(), kind=RequestKind.COPY, locale="en", at=NOW)
    is_within(limits.REQUESTS, person().key, at=NOW)
    return subscriber


def link_of(address: str = ADDRESS, *, at: dt.datetime = NOW, days: int = 1) -> DataLink:
    return mail_link(person(address), locale="en", at=at, until=at + dt.timedelta(days=days))
