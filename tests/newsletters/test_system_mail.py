from __future__ import annotations

import datetime as dt

import pytest

from core.mail import resolve
from newsletters.choices import MailingKind, MailingState, SubscriberState
from newsletters.models import Delivery, Destination, Mailing, MailingBody
from newsletters.periods import CONFIRM_WITHIN, UNCONFIRMED_KEPT
from newsletters.services.system_mail import queue_system_mail
from tests.factories.newsletters import NOW, make_subscriber

pytestmark = pytest.mark.django_db

MESSAGES = {
    "confirm": {"confirm_url", "not_me_url"},
    "welcome": {"preferences_url", "undo_url", "not_me_url"},
    "already_subscribed": {"preferences_url"},
}
LINKS = {
    name: f"https://policies.example/{name}/"
    for name in ("confirm_url", "not_me_url", "preferences_url", "undo_url", "unsubscribe_url")
}


def queue(message: str = "confirm", *, address: str = "", locale: str = "en") -> Delivery:
    subscriber = make_subscriber(address, locale=locale)
    return queue_system_mail(message=message, subscriber=subscriber, reference=7, at=NOW)


def test_goes_first_and_is_of_no_use_after_two_days():
    delivery = queue(address="Wang@readers.example")
    assert (delivery.address, delivery.destination, delivery.lane) == ("Wang@readers.example", "readers.example", 0)
    assert (delivery.reference, delivery.next_at, delivery.expires_at) == (7, NOW, NOW + dt.timedelta(days=2))
    assert (delivery.mailing.kind, delivery.mailing.state) == (MailingKind.TRANSACTIONAL, MailingState.SENDING)
    assert delivery.body.headers["Auto-Submitted"] == "auto-generated"


def test_counts_with_the_provider_of_the_domain():
    Destination.objects.create(name="big", domains=["readers.example", "readers.test"])
    assert queue(address="wang@readers.example").destination == "big"


def test_has_one_body_for_the_same_words():
    for locale in ("en", "zh-hant", "en"):
        queue(locale=locale)
    assert Mailing.objects.count() == 1
    assert MailingBody.objects.count() == 2


def test_is_not_for_the_erased():
    subscriber = make_subscriber()
    subscriber.state, subscriber.address, subscriber.address_key = SubscriberState.ERASED, None, None
    with pytest.raises(ValueError, match="erased"):
        queue_system_mail(message="confirm", subscriber=subscriber, reference=None, at=NOW)


@pytest.mark.parametrize("locale", ["en", "zh-hant"])
@pytest.mark.parametrize("message", list(MESSAGES))
class TestWords:
    def test_hold_the_links_of_their_message_in_both_parts(self, message, locale):
        body = queue(message, locale=locale).body
        for parts in (body.html, body.text):
            assert {part["value"] for part in parts if isinstance(part, dict)} == MESSAGES[message]

    def test_say_it_in_the_language(self, message, locale):
        body = queue(message, locale=locale).body
        text = resolve(body.text, LINKS)
        is_chinese = any("\u4e00" <= character <= "\u9fff" for character in body.subject + text)
        assert is_chinese == (locale == "zh-hant")
        assert f'lang="{"zh-Hant" if locale == "zh-hant" else "en"}"' in resolve(body.html, LINKS)

    def test_are_the_same_for_everybody(self, message, locale):
        bodies = {queue(message, locale=locale, address=f"{name}@readers.example").body for name in ("a", "b")}
        assert len(bodies) == 1


def test_the_confirmation_states_the_days_that_are_kept():
    text = " ".join(resolve(queue().body.text, LINKS).split())
    assert "good for seven days" in text
    assert dt.timedelta(days=7) == CONFIRM_WITHIN
    assert "within two weeks" in text
    assert dt.timedelta(days=14) >= UNCONFIRMED_KEPT
