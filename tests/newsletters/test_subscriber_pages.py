from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Agency
from core.tokens import TokenPurpose, sign
from newsletters.choices import DeliveryState, EndedReason, SubscriberState
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
    ConsentEvent,
    ConsentText,
    Delivery,
    Subscriber,
    Subscription,
    SubscriptionRequest,
    Suppression,
    Topic,
)
from newsletters.views import answers
from tests.factories.newsletters import make_delivery, make_mailing, make_subscriber, make_topic, name_topic
from tests.newsletters.signing_up import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

BULLETINS = "/en/bulletins/"


@pytest.fixture
def client() -> Client:
    """Return a reader without cookies whose browser is held to Django's CSRF check."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def topic():
    return name_topic(make_topic("news"))


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


def every_link(subscriber: Subscriber, request: SubscriptionRequest) -> Iterator[tuple[str, str]]:
    link = RequestLink(request.pk, subscriber.token_epoch)
    yield "confirm", path_of(confirm_url(link, "en"))
    yield "not-me", path_of(not_me_url(link, "en"))
    yield "undo", path_of(undo_url(link, "en"))
    yield "preferences", own_path(subscriber)
    yield "unsubscribe", unsubscribe_path(subscriber)


class TestEveryLink:
    @pytest.fixture
    def links(self, client, topic) -> dict[str, str]:
        request = sign_up(client)
        client.post(confirm_path(request), {"topic": [topic.pk]})
        return dict(every_link(Subscriber.objects.get(), request))

    def test_is_kept_by_nobody_and_told_to_nobody(self, client, links):
        for path in links.values():
            response = client.get(path)
            assert response.status_code == 200
            assert response["Cache-Control"] == "no-store"
            assert response["Referrer-Policy"] == "no-referrer"
            assert "noindex" in response["X-Robots-Tag"]
            assert 'name="robots" content="noindex"' in response.content.decode()
            assert not response.cookies

    def test_leads_to_the_same_page_in_the_other_language(self, client, links):
        for path in links.values():
            page = client.get(path).content.decode()
            href = re.search(r'href="([^"]+)" hreflang="zh-Hant"', page)
            assert href is not None
            other = client.get(href[1])
            assert other.status_code == 200
            assert '<html lang="zh-Hant">' in other.content.decode()

    def test_forged_truncated_and_of_another_purpose_is_not_found(self, client, links):
        tokens = {name: path.strip("/").rpartition("/")[2] for name, path in links.items()}
        for name, path in links.items():
            own = tokens[name]
            others = [token for other, token in tokens.items() if other != name]
            flipped = own[:-1] + ("A" if own[-1] != "A" else "B")
            for token in [*others, own[:-1], own[:10], "x", "x" * 500, flipped, own + "A"]:
                for method in (client.get, client.post):
                    assert method(path.replace(own, token), {"act": "all"}).status_code == 404
        assert Subscription.objects.filter(ended_at=None).exists()

    def test_takes_no_other_method_and_no_long_body(self, client, links):
        for path in links.values():
            assert client.put(path).status_code == 405
            assert client.delete(path).status_code == 405
            assert client.options(path)["Allow"] == "GET, HEAD, POST, OPTIONS"
            assert client.post(path, {"x": "y" * 70_000}).status_code == 413

    def test_stands_in_no_log(self, client, links, caplog):
        for path in links.values():
            client.get(path)
            client.put(path)
            client.post(path, {"act": "x"})
            client.get(path[:-6] + "/")
        for path in links.values():
            assert path.strip("/").rpartition("/")[2] not in caplog.text


def test_an_answer_is_given_before_the_work_and_the_work_is_done_once():
    done: list[int] = []
    response = answers.AnsweredFirst("ok")
    response.act = lambda: done.append(1)
    assert done == []
    response.close()
    response.close()
    assert done == [1]


def test_deliveries_of_the_sign_up_are_one_mail(client, topic):
    sign_up(client)
    assert Delivery.objects.count() == 1
