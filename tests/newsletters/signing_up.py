"""Signing up and confirming as a reader would, without the pages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from core.mail_addresses import parse_address
from newsletters.links import RequestLink
from newsletters.models import SignUp, SubscriptionRequest
from newsletters.origins import Origin
from newsletters.services.consent import keep_text
from newsletters.services.requests import confirm_request
from newsletters.services.sign_up import Ask, deal_with_sign_up, receive_sign_up
from tests.factories.newsletters import NOW

if TYPE_CHECKING:
    from newsletters.models import Topic
    from newsletters.services.requests import RequestState

ADDRESS = "wang@readers.example"
ORIGIN = Origin(network="192.0.2.0/24", browser="Firefox", page="/en/bulletins/")


def make_ask(*topics: Topic, address: str = ADDRESS, at: dt.datetime = NOW, **fields: Any) -> Ask:
    defaults = {
        "address": parse_address(address),
        "topics": topics,
        "locale": "en",
        "frequency": "",
        "waits_for_language": False,
        "consent_text": keep_text(locale="en", body="I agree.", at=NOW),
        "trap": "",
        "form_made_at": at - dt.timedelta(minutes=1),
        "origin": ORIGIN,
    }
    return Ask(**(defaults | fields))


def sign_up(*topics: Topic, address: str = ADDRESS, at: dt.datetime = NOW, **fields: Any) -> SubscriptionRequest | None:
    """Sign up and let it be dealt with; return the newest request of the address, if there is one."""
    number = receive_sign_up(ask=make_ask(*topics, address=address, at=at, **fields), at=at)
    if number is not None:
        deal_with_sign_up(number=number, at=at)
    assert not SignUp.objects.exists()
    key = parse_address(address).key
    return SubscriptionRequest.objects.filter(subscriber__address_key=key).order_by("-pk").first()


def link_of(request: SubscriptionRequest) -> RequestLink:
    return RequestLink(request_id=request.pk, epoch=request.subscriber.token_epoch)


def confirm(request: SubscriptionRequest, *, topics: list[Topic] | None = None, at: dt.datetime = NOW) -> RequestState:
    chosen = topics if topics is not None else list(request.topics.all())
    return confirm_request(link=link_of(request), topic_numbers=[topic.pk for topic in chosen], at=at, origin=ORIGIN)
