from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from newsletters.choices import SubscriberState
from newsletters.models import (
    ConsentEvent,
    Subscriber,
    Subscription,
)
from tests.factories.newsletters import make_subscriber, make_topic, name_topic
from tests.newsletters.reader_pages import BULLETINS, Reader, confirm_path, form_token, own_path, sign_up
from tests.newsletters.signing_up import ADDRESS

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Reader()


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


class TestPreferencesPage:
    def save(self, client: Client, subscriber: Subscriber, **changes: Any) -> Any:
        data = {"act": "save", "locale": "en", "topic": ["news"], "frequency-news": "immediate", "form": form_token()}
        return client.post(own_path(subscriber), data | changes)

    def test_shows_what_somebody_has_and_what_was_recorded(self, client, topic):
        request = sign_up(client)
        client.post(confirm_path(request), {"topic": [topic.pk]})
        page = client.get(own_path(Subscriber.objects.get())).content.decode()
        assert "w…g@readers.example" in page
        assert ADDRESS not in page
        assert re.search(r'value="news" checked', page)
        for event in ConsentEvent.objects.all():
            assert event.digest in page

    def test_changes_topics_frequency_and_language(self, client, topic):
        make_topic("alerts")
        subscriber = make_subscriber(topics=(topic,))
        response = self.save(
            client,
            subscriber,
            **{"topic": ["alerts"], "frequency-alerts": "weekly", "locale": "zh-hant", "waits_for_language": "on"},
        )
        assert "saved" in response.content.decode()
        row = Subscription.objects.get(ended_at=None)
        assert (row.topic.slug, row.frequency, row.locale, row.waits_for_language) == (
            "alerts",
            "weekly",
            "zh-hant",
            True,
        )

    def test_pauses_resumes_and_leaves(self, client, topic):
        subscriber = make_subscriber(topics=(topic,))
        path = own_path(subscriber)
        assert "Nothing will come before" in client.post(path, {"act": "pause-30"}).content.decode()
        assert "Paused until" in client.get(path).content.decode()
        assert "pause has ended" in client.post(path, {"act": "resume"}).content.decode()
        assert "left everything" in client.post(path, {"act": "leave"}).content.decode()
        assert not Subscription.objects.filter(ended_at=None).exists()
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"act": "pause-3000"}, 400),
            ({"act": "erase"}, 400),
            ({"act": ""}, 400),
            ({"locale": "fr"}, 422),
            ({"topic": ["unknown"]}, 422),
            ({"frequency-news": "hourly"}, 422),
            ({"form": "x"}, 422),
        ],
    )
    def test_does_nothing_that_it_does_not_offer(self, client, topic, changes, status):
        subscriber = make_subscriber(topics=(topic,))
        assert self.save(client, subscriber, **changes).status_code == status
        assert not ConsentEvent.objects.exists()

    @pytest.mark.parametrize("count", [10_000, 1_000])
    def test_bears_ten_thousand_topics(self, client, topic, count):
        subscriber = make_subscriber(topics=(topic,))
        response = self.save(client, subscriber, topic=[f"t{number}" for number in range(count)])
        assert response.status_code in {413, 422}
        assert not ConsentEvent.objects.exists()

    def test_offers_no_erasure_to_whoever_holds_a_forwarded_mail(self, client, topic):
        page = client.get(own_path(make_subscriber(topics=(topic,)))).content.decode()
        assert "erase" not in re.sub(r"(?s)<details.*?</details>", "", page).lower()

    def test_is_shut_by_a_new_epoch_and_before_confirmation(self, client, topic):
        subscriber = make_subscriber(topics=(topic,))
        path = own_path(subscriber)
        Subscriber.objects.update(token_epoch=1)
        assert client.get(path).status_code == 410
        pending = make_subscriber(state=SubscriberState.PENDING)
        assert client.post(own_path(pending), {"act": "leave"}).status_code == 410

    def test_is_found_by_a_member_who_is_signed_in(self, client, topic, django_user_model):
        assert client.get("/en/bulletins/preferences/")["Location"] == BULLETINS
        user = django_user_model.objects.create(email="wang@readers.example")
        subscriber = make_subscriber(topics=(topic,), user=user)
        client.force_login(user)
        assert client.get("/en/bulletins/preferences/")["Location"] == own_path(subscriber)
