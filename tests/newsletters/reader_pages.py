"""The pages of subscribers, as tests visit them: without cookies, by the links of mails."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.utils import timezone

from newsletters.forms import make_form_token
from newsletters.links import (
    PreferencesLink,
    RequestLink,
    UnsubscribeLink,
    confirm_url,
    not_me_url,
    preferences_path,
    undo_url,
    unsubscribe_url,
)
from newsletters.models import (
    Subscriber,
    SubscriptionRequest,
)
from tests.newsletters.signing_up import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

BULLETINS = "/en/bulletins/"


class Reader(Client):
    """A reader without cookies whose browser is held to Django's CSRF check."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def form_token(language: str = "en", *, age: float = 60) -> str:
    return make_form_token(language, at=timezone.now() - dt.timedelta(seconds=age))


def fields(**changes: Any) -> dict[str, Any]:
    return {"address": ADDRESS, "topic": ["news"], "locale": "en", "frequency": "", "form": form_token()} | changes


def sign_up(client: Client, **changes: Any) -> SubscriptionRequest:
    assert client.post(BULLETINS, fields(**changes)).status_code == 200
    return SubscriptionRequest.objects.latest("pk")


def confirm_path(request: SubscriptionRequest, language: str = "en") -> str:
    return path_of(confirm_url(RequestLink(request.pk, request.subscriber.token_epoch), language))


def unsubscribe_path(subscriber: Subscriber, topic_id: int = 0, delivery_id: int = 0) -> str:
    return path_of(unsubscribe_url(UnsubscribeLink(subscriber.pk, subscriber.token_epoch, topic_id, delivery_id)))


def own_path(subscriber: Subscriber, language: str = "en") -> str:
    return preferences_path(PreferencesLink(subscriber.pk, subscriber.token_epoch, 0), language)


def every_link(subscriber: Subscriber, request: SubscriptionRequest) -> Iterator[tuple[str, str]]:
    link = RequestLink(request.pk, subscriber.token_epoch)
    yield "confirm", path_of(confirm_url(link, "en"))
    yield "not-me", path_of(not_me_url(link, "en"))
    yield "undo", path_of(undo_url(link, "en"))
    yield "preferences", own_path(subscriber)
    yield "unsubscribe", unsubscribe_path(subscriber)
