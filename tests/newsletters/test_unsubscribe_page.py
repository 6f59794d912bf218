from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from newsletters.choices import DeliveryState, EndedReason, SubscriberState
from newsletters.models import (
    ConsentEvent,
    Subscriber,
    Subscription,
)
from tests.factories.newsletters import make_delivery, make_mailing, make_subscriber, make_topic, name_topic
from tests.newsletters.reader_pages import Reader, own_path, unsubscribe_path

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Reader()


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


class TestUnsubscribePage:
    ONE_CLICK = {"List-Unsubscribe": "One-Click"}

    def test_acts_at_once_on_a_post_of_rfc_8058_twice(self, client, topic):
        other = make_topic("alerts")
        subscriber = make_subscriber(topics=(topic, other))
        waiting = make_delivery(make_mailing(topic=topic), subscriber, state=DeliveryState.READY)
        path = unsubscribe_path(subscriber, topic.pk, waiting.pk)
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            data: Any = self.ONE_CLICK
            extra = {} if kind.startswith("multi") else {"content_type": kind}
            response = client.post(path, data if not extra else "List-Unsubscribe=One-Click", **extra)
            assert response.status_code == 200
            assert not response.cookies
        row = Subscription.objects.get(topic=topic)
        assert (row.ended_reason, row.ended_by_delivery) == (EndedReason.ONE_CLICK, waiting.pk)
        waiting.refresh_from_db()
        assert waiting.state == DeliveryState.SUPPRESSED
        assert Subscription.objects.get(topic=other).ended_at is None

    def test_of_no_topic_ends_everything(self, client, topic):
        subscriber = make_subscriber(topics=(topic, make_topic()))
        assert client.post(unsubscribe_path(subscriber), self.ONE_CLICK).status_code == 200
        assert not Subscription.objects.filter(ended_at=None).exists()

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_changes_nothing_when_it_is_only_asked_for(self, client, topic, method):
        subscriber = make_subscriber(topics=(topic,))
        path = unsubscribe_path(subscriber, topic.pk)
        assert getattr(client, method)(path).status_code in {200, 204}
        assert getattr(client, method)(f"{path}?List-Unsubscribe=One-Click&act=all").status_code in {200, 204}
        assert Subscription.objects.get().ended_at is None
        assert not ConsentEvent.objects.exists()

    @pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "one-click"}, {"act": "erase"}, {"x": "y" * 100}])
    def test_does_nothing_for_another_body(self, client, topic, body):
        subscriber = make_subscriber(topics=(topic,))
        assert client.post(unsubscribe_path(subscriber, topic.pk), body).status_code == 400
        assert Subscription.objects.get().ended_at is None

    def test_says_what_is_so_after_leaving(self, client, topic):
        subscriber = make_subscriber(topics=(topic, make_topic()))
        path = unsubscribe_path(subscriber, topic.pk)
        client.post(path, self.ONE_CLICK)
        page = client.get(path).content.decode()
        assert "on this one no more" in page
        assert 'value="topic"' not in page
        client.post(path, {"act": "all"})
        page = client.get(path).content.decode()
        assert "Nothing is sent to this address any more." in page
        assert "<form" not in page
        assert own_path(subscriber) in page

    def test_offers_topic_all_and_pause(self, client, topic):
        subscriber = make_subscriber(topics=(topic, make_topic()))
        path = unsubscribe_path(subscriber, topic.pk)
        page = client.get(path).content.decode()
        for act in ("topic", "all", "pause"):
            assert f'value="{act}"' in page
        assert "Paused" in client.post(path, {"act": "pause"}).content.decode()
        subscriber.refresh_from_db()
        assert subscriber.paused_until is not None
        client.post(path, {"act": "topic"})
        assert Subscription.objects.get(topic=topic).ended_reason == EndedReason.PAGE
        client.post(path, {"act": "all"})
        assert not Subscription.objects.filter(ended_at=None).exists()

    def test_works_by_links_of_any_age(self, client, topic):
        subscriber = make_subscriber(topics=(topic,))
        path = unsubscribe_path(subscriber, topic.pk)
        Subscriber.objects.update(token_epoch=5)
        assert client.post(path, self.ONE_CLICK).status_code == 200
        assert Subscription.objects.get().ended_at is not None
        Subscriber.objects.update(state=SubscriberState.ERASED, address=None, address_key=None)
        assert client.post(path, self.ONE_CLICK).status_code == 200
        assert "Nothing is sent" in client.get(path).content.decode()

    def test_of_somebody_else_leads_to_no_preferences(self, client, topic):
        subscriber = make_subscriber(topics=(topic,))
        path = unsubscribe_path(subscriber, topic.pk)
        assert "/preferences/" in client.get(path).content.decode()
        Subscriber.objects.update(token_epoch=5)
        assert "/preferences/" not in client.get(path).content.decode()

    def test_speaks_the_subscribers_language_and_can_be_switched(self, client, topic):
        subscriber = make_subscriber(topics=(topic,), locale="zh-hant")
        path = unsubscribe_path(subscriber, topic.pk)
        response = client.get(path)
        assert response["Content-Language"] == "zh-Hant"
        assert "取消訂閱這個主題" in response.content.decode()
        assert f'href="{path}?lang=en"' in response.content.decode()
        english = client.get(f"{path}?lang=en")
        assert 'lang="en"' in english.content.decode()
        assert "Unsubscribe from this topic" in english.content.decode()
