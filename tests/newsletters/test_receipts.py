from __future__ import annotations

import datetime as dt
import json

import pytest

from core.models import Agency
from newsletters.choices import EndedReason
from newsletters.links import PreferencesLink, preferences_path
from newsletters.models import ConsentEvent, Subscriber
from newsletters.services.erasure import erase_subscriber
from newsletters.services.subscriptions import end_all_subscriptions
from tests.factories.newsletters import NOW, make_topic, name_topic
from tests.newsletters.signing_up import ORIGIN, confirm, sign_up
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscriber() -> Subscriber:
    confirm(sign_up(name_topic(make_topic("news")), name_topic(make_topic("alerts"), en="Alerts", zh_hant="通知")))
    return Subscriber.objects.get()


def preferences_of(subscriber: Subscriber, language: str = "en") -> str:
    return preferences_path(PreferencesLink(subscriber.pk, subscriber.token_epoch, 0), language)


def path_of(subscriber: Subscriber, slug: str = "news", language: str = "en") -> str:
    event = ConsentEvent.objects.get(subscriber_number=subscriber.pk, action="confirmed", topic_slug=slug)
    return f"{preferences_of(subscriber, language)}receipts/{event.position}/"


class TestReceipt:
    def test_is_linked_for_each_consent(self, client, subscriber):
        page = Page(client.get(preferences_of(subscriber)))
        receipts = [link for link in page.links if "/receipts/" in link]
        assert len(receipts) == 2
        assert client.get(receipts[0]).status_code == 200

    def test_shows_who_what_for_and_the_words_agreed_to(self, client, subscriber):
        Agency.objects.create(language="zh-hant", name="移民署")
        page = Page(client.get(path_of(subscriber, language="zh-hant")))
        for words in ("移民署", "135 資（通）訊服務", "最新消息", "經當事人同意"):
            assert words in page.text
        event = ConsentEvent.objects.filter(topic_slug="news").latest("position")
        assert event.digest in page.text
        assert page.response["Cache-Control"] == "no-store"

    def test_has_the_fields_of_iso_27560(self, client, subscriber):
        Agency.objects.create(language="en", name="Office", email="privacy@agency.example")
        response = client.get(f"{path_of(subscriber)}?format=json")
        assert response["Content-Type"].startswith("application/json")
        receipt = json.loads(response.content)
        assert set(receipt) == {
            *("schema_version", "receipt_id", "record_id", "pii_principal_id", "pii_processing"),
            *("party_identification", "event"),
        }
        processing = receipt["pii_processing"]
        (purpose,) = processing["purposes"]
        assert {
            *("purpose", "purpose_type", "lawful_basis", "pii_information", "pii_controllers", "collection_method"),
            *("processing_method", "retention_period", "jurisdiction", "withdrawal_method", "privacy_rights"),
        } <= set(purpose)
        assert processing["privacy_notice"]["text"] == "I agree."
        assert purpose["service"] == "News"
        assert {each["pii_type"] for each in purpose["pii_information"]} >= {"E-mail address", "Topics"}
        assert receipt["party_identification"][0]["party_email"] == "privacy@agency.example"
        assert [each["event_state"] for each in receipt["event"]] == ["given"]
        assert "wang@" not in response.content.decode()

    def test_says_when_it_was_taken_back(self, client, subscriber):
        end_all_subscriptions(
            subscriber_number=subscriber.pk, reason=EndedReason.PAGE, at=NOW + dt.timedelta(days=3), origin=ORIGIN
        )
        receipt = json.loads(client.get(f"{path_of(subscriber)}?format=json").content)
        assert [each["event_state"] for each in receipt["event"]] == ["given", "withdrawn"]
        assert "Withdrawn" in Page(client.get(path_of(subscriber))).text

    def test_ends_where_the_topic_was_agreed_to_anew(self, client, subscriber):
        first = path_of(subscriber)
        end_all_subscriptions(
            subscriber_number=subscriber.pk, reason=EndedReason.PAGE, at=NOW + dt.timedelta(days=3), origin=ORIGIN
        )
        confirm(sign_up(make_topic("other"), at=NOW + dt.timedelta(days=5)), at=NOW + dt.timedelta(days=5))
        receipt = json.loads(client.get(f"{first}?format=json").content)
        assert [each["event_state"] for each in receipt["event"]] == ["given", "withdrawn"]

    def test_is_nobody_elses(self, client, subscriber):
        confirm(sign_up(make_topic("more"), address="lin@readers.example"))
        other = Subscriber.objects.exclude(pk=subscriber.pk).get()
        position = path_of(other, "more").split("/")[-2]
        assert client.get(f"{preferences_of(subscriber)}receipts/{position}/").status_code == 404

    def test_is_not_of_what_was_only_asked_for(self, client, subscriber):
        asked = ConsentEvent.objects.get(action="requested")
        assert client.get(f"{preferences_of(subscriber)}receipts/{asked.position}/").status_code == 404

    @pytest.mark.parametrize("position", ["0", "99999", "9" * 30])
    def test_of_nothing_is_not_there(self, client, subscriber, position):
        assert client.get(f"{preferences_of(subscriber)}receipts/{position}/").status_code == 404

    def test_ends_with_erasure(self, client, subscriber):
        path = path_of(subscriber)
        erase_subscriber(subscriber_number=subscriber.pk, at=NOW, origin=ORIGIN)
        assert client.get(path).status_code == 410
        assert client.get(path.replace("preferences/", "preferences/x")).status_code == 404
