from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from newsletters.choices import EndedReason
from newsletters.links import (
    RequestLink,
    not_me_url,
    undo_url,
)
from newsletters.models import (
    Subscription,
    SubscriptionRequest,
)
from tests.factories.newsletters import make_topic, name_topic
from tests.newsletters.reader_pages import Reader, confirm_path, path_of, sign_up

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Reader()


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


class TestConfirmPage:
    def test_acts_on_the_button_alone(self, client, topic):
        other = name_topic(make_topic("alerts"), en="Alerts")
        request = sign_up(client, topic=["news", "alerts"])
        path = confirm_path(request)
        page = client.get(path).content.decode()
        assert "w…g@readers.example" in page
        assert "Alerts" in page
        assert not Subscription.objects.exists()
        response = client.post(path, {"topic": [other.pk]})
        assert response.status_code == 200
        assert Subscription.objects.get().topic == other
        assert client.post(path, {"topic": [topic.pk]}).status_code == 200
        assert client.get(path).status_code == 200
        assert Subscription.objects.count() == 1

    def test_shows_the_words_agreed_to_in_their_language(self, client, topic):
        request = sign_up(client)
        page = client.get(confirm_path(request, "zh-hant")).content.decode()
        assert '<dl class="terms__list" lang="en">' in page
        assert request.consent_text.body.split("\n")[1] in page

    @pytest.mark.parametrize("ticked", [[], ["0"], ["x"], ["9" * 40], ["-1"] * 10_000])
    def test_asks_for_a_topic(self, client, topic, ticked):
        request = sign_up(client)
        response = client.post(confirm_path(request), {"topic": ticked})
        assert response.status_code in {413, 422}
        assert not Subscription.objects.exists()

    def test_is_over_after_a_while_and_after_no(self, client, topic):
        request = sign_up(client)
        link = RequestLink(request.pk, 0)
        SubscriptionRequest.objects.update(expires_at=timezone.now())
        assert client.get(confirm_path(request)).status_code == 410
        SubscriptionRequest.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
        path = path_of(not_me_url(link, "en"))
        assert "I did not sign up" in client.get(path).content.decode()
        assert not SubscriptionRequest.objects.get().refused_at
        for _time in range(2):
            assert "left alone" in client.post(path).content.decode()
        assert "left alone" in client.get(path).content.decode()
        response = client.post(confirm_path(request), {"topic": [topic.pk]})
        assert "left alone" in response.content.decode()
        assert not Subscription.objects.exists()

    def test_can_be_undone_from_the_welcome_mail(self, client, topic):
        request = sign_up(client)
        path = path_of(undo_url(RequestLink(request.pk, 0), "en"))
        assert client.get(path).status_code == 410
        client.post(confirm_path(request), {"topic": [topic.pk]})
        assert "News" in client.get(path).content.decode()
        assert Subscription.objects.get().ended_at is None
        for _time in range(2):
            assert "undone" in client.post(path).content.decode()
        assert Subscription.objects.get().ended_reason == EndedReason.UNDONE
        assert "undone" in client.get(path).content.decode()
