from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from core.answers import AnsweredFirst
from core.models import Agency
from core.tokens import TokenPurpose, sign
from newsletters.choices import SubscriberState
from newsletters.models import (
    ConsentText,
    Delivery,
    Subscriber,
    SubscriptionRequest,
    Suppression,
    Topic,
)
from tests.factories.newsletters import make_subscriber, make_topic, name_topic
from tests.newsletters.reader_pages import BULLETINS, Reader, fields, form_token, sign_up

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Reader()


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


class TestSignUpPage:
    def test_shows_topics_in_the_readers_language_and_the_notice(self, client, topic):
        name_topic(make_topic("only-chinese"), zh_hant="公告")
        page = client.get(BULLETINS).content.decode()
        assert "News" in page
        assert '<span lang="zh-Hant">公告</span>' in page
        assert "Article 3 of the Personal Data Protection Act" in page
        assert "最新消息" in client.get("/zh-hant/bulletins/").content.decode()

    def test_ticks_what_a_policys_page_leads_to(self, client, topic):
        page = client.get(BULLETINS, {"topic": "news"}).content.decode()
        assert re.search(r'value="news" checked', page)
        assert not re.search(r'value="news" checked', client.get(BULLETINS).content.decode())

    def test_says_so_when_there_is_nothing(self, client):
        Topic.objects.update(is_open=False)
        assert "nothing to subscribe to" in client.get(BULLETINS).content.decode()

    def test_needs_no_cookie_and_sets_none(self, client, topic):
        assert not client.get(BULLETINS).cookies
        response = client.post(BULLETINS, fields())
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"

    def test_signs_up_for_several_topics_at_once(self, client, topic):
        other = make_topic("alerts")
        request = sign_up(client, topic=["news", "alerts"], frequency="weekly", waits_for_language="on")
        assert set(request.topics.all()) == {topic, other}
        assert (request.frequency, request.waits_for_language) == ("weekly", True)

    def test_keeps_exactly_the_words_that_were_shown(self, client, topic):
        page = client.get("/zh-hant/bulletins/").content.decode()
        client.post("/zh-hant/bulletins/", fields(form=form_token("zh-hant"), locale="zh-hant"))
        text = ConsentText.objects.get()
        assert text.locale == "zh-hant"
        for line in text.body.split("\n"):
            assert line in page

    def test_shows_changed_words_again_before_taking_a_sign_up(self, client, topic):
        token = form_token()
        Agency.objects.create(language="en", name="Ministry of Tests")
        response = client.post(BULLETINS, fields(form=token))
        assert response.status_code == 422
        assert "has changed" in response.content.decode()
        assert "Ministry of Tests" in response.content.decode()
        assert not SubscriptionRequest.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"address": ""}, "Write your e-mail address."),
            ({"address": "wang@example.tw\r\nBcc: lin@example.tw"}, "cannot be seen"),
            ({"address": "x" * 320}, "longer than mail can carry"),
            ({"address": "wang@pаypal.com"}, "another alphabet"),
            ({"address": "王@example.tw"}, "does not reach"),
            ({"topic": []}, "Choose at least one topic."),
            ({"topic": ["news", "unknown"]}, "not offered any more"),
            ({"locale": "fr"}, "language is not offered"),
            ({"frequency": "hourly"}, "frequency is not offered"),
            ({"form": ""}, "press the button once more"),
            ({"form": "AQcB"}, "press the button once more"),
            ({"form": "x" * 5000}, "press the button once more"),
            ({"form": "expired"}, "open for a long time"),
            ({"form": "quick"}, "very quick"),
            ({"website": "http://x.example"}, "meant for programs"),
        ],
    )
    def test_says_what_to_do_and_keeps_what_was_filled_in(self, client, topic, changes, says):
        ages = {"expired": 90_000, "quick": 0}
        if changes.get("form") in ages:
            changes = {"form": form_token(age=ages[changes["form"]])}
        response = client.post(BULLETINS, fields(**changes))
        page = response.content.decode()
        assert response.status_code == 422
        assert says in page
        if "topic" not in changes:
            assert re.search(r'value="news" checked', page)
        assert not Subscriber.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "written_to"),
        [
            ('"wang lin"@readers.example', '"wang lin"@readers.example'),
            ('"a@b"@readers.example', '"a@b"@readers.example'),
            ("wang＠Readers．Example", "wang@readers.example"),
            ("wang@移民署.tw", "wang@xn--1qwt01a79d.tw"),
            (f"{'x' * 64}@{'y' * 63}.{'z' * 63}.{'w' * 57}.tw", f"{'x' * 64}@{'y' * 63}.{'z' * 63}.{'w' * 57}.tw"),
        ],
    )
    def test_writes_to_unusual_addresses_as_the_standards_say(self, client, topic, typed, written_to):
        sign_up(client, address=typed)
        assert Delivery.objects.get().address == written_to

    def test_escapes_what_was_typed(self, client, topic):
        page = client.post(BULLETINS, fields(address='"><script>alert(1)</script>@x')).content.decode()
        assert "<script>alert" not in page

    def test_takes_the_second_press_of_a_quick_hand(self, client, topic):
        token = form_token(age=0)
        page = client.post(BULLETINS, fields(form=token)).content.decode()
        assert token in page  # its age counts from the first time
        old = form_token(age=90_000)
        assert old not in client.post(BULLETINS, fields(form=old)).content.decode()

    def test_refuses_a_token_of_another_purpose(self, client, topic):
        other = sign(TokenPurpose.PREFERENCES, int(timezone.now().timestamp()) - 60, 1)
        assert client.post(BULLETINS, fields(form=other)).status_code == 422

    def test_answers_a_flood_with_try_again(self, client, topic, settings):
        settings.AVOW_SIGN_UPS_PER_HOUR = 1
        client.post(BULLETINS, fields())
        response = client.post(BULLETINS, fields(address="lin@other.example"))
        assert (response.status_code, response["Retry-After"]) == (429, "3600")

    @pytest.mark.parametrize("count", [10_000, 1_000])
    def test_bears_ten_thousand_topics(self, client, topic, count):
        response = client.post(BULLETINS, fields(topic=[f"t{number}" for number in range(count)]))
        assert response.status_code in {413, 422}
        assert not Subscriber.objects.exists()

    def test_bears_bodies_that_are_none(self, client, topic):
        for body, kind in (
            (b"\xff\xfe", "application/x-www-form-urlencoded"),
            (b"{}", "application/json"),
            (b"--x", "multipart/form-data; boundary=y"),
        ):
            assert client.post(BULLETINS, body, content_type=kind).status_code in {400, 422}

    def test_answers_the_same_page_whatever_is_known(self, client, topic):
        make_subscriber("active@readers.example", topics=(topic,))
        make_subscriber("pending@readers.example", state=SubscriberState.PENDING)
        suppressed = make_subscriber("gone@readers.example")
        Suppression.objects.create(
            address_hash=suppressed.address_hash, scope="address", reason="bounced", created_at=timezone.now()
        )
        bodies, headers = set(), set()
        for name in ("new", "active", "pending", "gone", "new", "new", "new", "new", "new", "new"):
            response = client.post(BULLETINS, fields(address=f"{name}@readers.example"))
            bodies.add((response.status_code, response.content))
            headers.add(str(sorted(response.items())))
        assert len(bodies) == len(headers) == 1


def test_an_answer_is_given_before_the_work_and_the_work_is_done_once():
    done: list[int] = []
    response = AnsweredFirst("ok")
    response.act = lambda: done.append(1)
    assert done == []
    response.close()
    response.close()
    assert done == [1]


def test_deliveries_of_the_sign_up_are_one_mail(client, topic):
    sign_up(client)
    assert Delivery.objects.count() == 1
