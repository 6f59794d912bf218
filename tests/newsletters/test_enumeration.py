"""Whoever asks whether an address is known learns nothing: not from the page, and not from what is done before it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.utils import timezone

from core.answers import AnsweredFirst
from core.mail_addresses import parse_address
from core.tokens import keyed_hash
from newsletters.choices import SubscriberState, SuppressionReason, SuppressionScope
from newsletters.forms import make_form_token
from newsletters.models import SignUp, Subscriber, Subscription, SubscriptionRequest, Suppression
from newsletters.services.consent import keep_text
from tests.factories.newsletters import make_topic, name_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import RequestFactory

    from newsletters.models import Topic

pytestmark = pytest.mark.django_db

PAIRS = 1_000
#: What an address may be to us; `new` is the other half of each pair.
STATES = ("pending", "active", "suppressed", "left", "erased")


class Seen(NamedTuple):
    """Everything about an answer that could tell: what comes, and what was done to make it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    statements: tuple[str, ...]
    has_more_to_do: bool


def address(state: str, number: int) -> str:
    # All of one length: nothing that is known may depend on what was typed.
    return f"{state:x<10}{number:04}@readers.example"


@pytest.fixture
def topic() -> Topic:
    return name_topic(make_topic("news"))


@pytest.fixture
def known(topic: Topic) -> None:
    """Readers in each state, as many as there are pairs."""
    now = timezone.now()
    text = keep_text(locale="en", body="I agree.", at=now)
    made = []
    for number in range(PAIRS):
        state = STATES[number % len(STATES)]
        key = parse_address(address(state, number)).key
        reader = Subscriber(address_hash=keyed_hash(key), locale="en", created_at=now)
        if state == "erased":
            reader.state = SubscriberState.ERASED
        else:
            reader.address = reader.address_key = key
            reader.state = SubscriberState.PENDING if state == "pending" else SubscriberState.ACTIVE
        made.append((state, reader))
    Subscriber.objects.bulk_create([reader for _state, reader in made])
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=reader,
            topic=topic,
            locale="en",
            frequency="immediate",
            source="sign_up",
            started_at=now,
            ended_at=now if state == "left" else None,
            ended_reason="page" if state == "left" else "",
        )
        for state, reader in made
        if state in {"active", "left"}
    )
    Suppression.objects.bulk_create(
        Suppression(
            address_hash=reader.address_hash,
            scope=SuppressionScope.ADDRESS,
            reason=SuppressionReason.BOUNCED,
            created_at=now,
        )
        for state, reader in made
        if state == "suppressed"
    )
    requests = SubscriptionRequest.objects.bulk_create(
        SubscriptionRequest(
            subscriber=reader,
            locale="en",
            consent_text=text,
            requested_at=now,
            expires_at=now + dt.timedelta(days=7),
        )
        for state, reader in made
        if state == "pending"
    )
    for request in requests:
        request.topics.add(topic)


@pytest.fixture
def ask(rf: RequestFactory, settings: Any) -> Callable[..., Seen]:
    """Return what signs an address up as a server does, and sees the answer before the connection is closed."""
    settings.AVOW_SIGN_UPS_PER_HOUR = 10 * PAIRS
    handler = WSGIHandler()
    token = make_form_token("en", at=timezone.now() - dt.timedelta(minutes=1))

    def ask(typed: str, *, network: int) -> Seen:
        fields = {"address": typed, "topic": ["news"], "locale": "en", "frequency": "", "form": token}
        client = f"10.{network // 250}.{network % 250}.7"
        request = rf.post("/en/bulletins/", fields, REMOTE_ADDR=client)
        statements: list[str] = []
        with connection.execute_wrapper(partial(note, statements)):
            response = handler.get_response(request)
        has_more_to_do = isinstance(response, AnsweredFirst) and response.act is not None
        assert SignUp.objects.count() == 1  # taken in, and nothing was looked up yet
        headers = tuple(sorted(response.items()))
        seen = Seen(response.status_code, headers, response.content, tuple(statements), has_more_to_do)
        SignUp.objects.all().delete()  # what comes of it comes after the answer, and is tested elsewhere
        return seen

    return ask


def note(
    statements: list[str], execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Keep a statement, without its values, and run it."""
    statements.append(sql)
    return execute(sql, params, many, context)


@pytest.mark.usefixtures("known")
def test_a_thousand_pairs_of_a_known_and_a_new_address_are_answered_alike(ask: Callable[..., Seen]) -> None:
    ask(address("first", 0), network=0)  # keeps the words of consent, which happens once
    seen = {
        ask(address(state, number), network=number)
        for number in range(PAIRS)
        for state in (STATES[number % len(STATES)], "new")
    }
    (answer,) = seen
    assert answer.status == 200
    assert answer.has_more_to_do
    assert not [statement for statement in answer.statements if "subscriber" in statement or "suppression" in statement]


@pytest.mark.usefixtures("known")
def test_an_answer_that_looked_first_would_be_seen(ask: Callable[..., Seen], monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant what must not be: known addresses get a quicker answer."""
    from newsletters.views import sign_up

    receive = sign_up.receive_sign_up

    def look_first(**arguments: Any) -> int | None:
        key = arguments["ask"].address.key
        number = receive(**arguments)
        if Subscriber.objects.filter(address_key=key, state=SubscriberState.ACTIVE).exists():
            Subscription.objects.filter(subscriber__address_key=key).count()
        return number

    monkeypatch.setattr(sign_up, "receive_sign_up", look_first)
    ask(address("first", 0), network=0)
    seen = {ask(address(state, 1), network=1) for state in ("active", "new")}
    assert len({each.content for each in seen}) == 1
    assert len({each.statements for each in seen}) == 2
