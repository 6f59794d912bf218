from __future__ import annotations

import datetime as dt
import email
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.logs import without_tokens
from core.form_tokens import make_form_token
from core.models import Agency
from core.tokens import TokenPurpose, sign
from newsletters.choices import DeliveryState, EndedReason, SubscriberState
from newsletters.engine.compose import Body, Composer
from newsletters.engine.rows import ClaimedRow
from newsletters.links import data_path
from newsletters.models import Delivery, Subscriber, Subscription
from privacy.choices import Decision, RequestKind
from privacy.models import DataLink, DataRequest
from privacy.views.asking import words_of
from tests.factories.newsletters import make_subscriber, make_topic
from tests.members.test_models import User
from tests.newsletters.signing_up import ADDRESS
from tests.pages import Page
from tests.privacy.people import link_of, person

pytestmark = pytest.mark.django_db

ASK = "/en/account/data/"


@pytest.fixture(autouse=True)
def erasures(settings, tmp_path):
    settings.AVOW_ERASURES = tmp_path / "erasures.txt"


def form(language: str = "en", *, age: float = 60, **fields: str) -> dict[str, str]:
    made = timezone.now() - dt.timedelta(seconds=age)
    return {"address": ADDRESS, "form": make_form_token(words_of(language), at=made), **fields}


def open_page(address: str = ADDRESS, language: str = "en") -> str:
    link = link_of(address, at=timezone.now())
    return data_path(link.pk, language)


class TestAsking:
    def test_mails_a_link_to_any_address_alike(self, client):
        make_subscriber(ADDRESS)
        answers = []
        for address in (ADDRESS, "nobody@readers.example"):
            response = client.post(ASK, form(address=address))
            answers.append((response.status_code, response.content, dict(response.headers)))
        assert answers[0] == answers[1]
        assert answers[0][0] == 200
        assert DataLink.objects.count() == 2
        mails = Delivery.objects.filter(mailing__key="system:data_link").order_by("pk")
        assert [mail.address for mail in mails] == [ADDRESS, "nobody@readers.example"]
        assert {mail.lane for mail in mails} == {0}

    def test_looks_nowhere_for_the_address(self, client):
        client.post(ASK, form(address="first@readers.example"))
        make_subscriber(ADDRESS)
        counts = []
        for address in (ADDRESS, "nobody@readers.example"):
            with CaptureQueriesContext(connection) as queries:
                client.post(ASK, form(address=address))
            counts.append([re.sub(r"'[^']*'|\d+", "?", str(query["sql"])) for query in queries])
        assert len(counts[0]) == len(counts[1])
        assert not any("newsletters_subscriber" in sql for sql in counts[0])

    def test_sends_three_links_a_day_and_says_the_same_afterwards(self, client):
        answers = {client.post(ASK, form()).content for _number in range(5)}
        assert len(answers) == 1
        assert DataLink.objects.count() == 3

    def test_stops_a_network_that_asks_for_many(self, client):
        for number in range(20):
            client.post(ASK, form(address=f"a{number}@readers.example"), REMOTE_ADDR="192.0.2.7")
        response = client.post(ASK, form(address="b@readers.example"), REMOTE_ADDR="192.0.2.99")
        assert response.status_code == 429
        assert response["Retry-After"]
        assert DataLink.objects.count() == 20

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"address": ""}, "address"),
            ({"address": "wang"}, "@"),
            ({"address": "w\u202eang@readers.example"}, "seen"),
            ({"address": "a" * 10_000 + "@readers.example"}, "long"),
            ({"website": "https://spam.example"}, "programs"),
            ({"form": "x"}, "once more"),
            ({"form": ""}, "once more"),
        ],
    )
    def test_refuses_with_a_sentence_and_keeps_nothing(self, client, fields, says):
        response = client.post(ASK, form(**fields))
        assert response.status_code == 422
        assert says in Page(response).text
        assert not DataLink.objects.exists()

    def test_refuses_haste_and_old_forms(self, client):
        assert client.post(ASK, form(age=0.5)).status_code == 422
        assert client.post(ASK, form(age=25 * 3600)).status_code == 422

    def test_answers_json_where_a_form_is_expected(self, client):
        response = client.post(ASK, data=json.dumps({"address": ADDRESS}), content_type="application/json")
        assert response.status_code == 422
        assert not DataLink.objects.exists()

    def test_shows_the_notice_of_article_8(self, client):
        Agency.objects.create(language="zh-hant", name="移民署")
        notice = Page(client.get("/zh-hant/account/data/")).words("//details[@id='notice']")
        for words in ("移民署", "135 資（通）訊服務", "C001 辨識個人者", "第三條", "未提供位址即無法寄送連結"):
            assert words in notice

    def test_changes_nothing_by_reading(self, client):
        for method in ("get", "head", "options"):
            getattr(client, method)(ASK)
        assert not DataLink.objects.exists()
        assert client.put(ASK).status_code == 405


class TestMyData:
    def test_shows_what_is_held_in_both_languages(self, client):
        make_subscriber(ADDRESS, topics=(make_topic("news"),))
        english, chinese = (Page(client.get(open_page(language=code))) for code in ("en", "zh-hant"))
        assert "Subscribers: 1" in english.text
        assert "訂閱者：1" in chinese.text
        assert ADDRESS in english.text
        assert english.one("//meta[@name='robots']").get("content") == "noindex"
        assert english.response["Cache-Control"] == "no-store"
        assert english.response["Referrer-Policy"] == "no-referrer"
        assert english.response.cookies == {}

    def test_says_so_when_nothing_is_held(self, client):
        DataLink.objects.all().delete()
        page = Page(client.get(open_page("nobody@readers.example")))
        assert "Subscribers" not in page.text

    @pytest.mark.parametrize("token", ["x", "a" * 300, "%00", "AAAA"])
    def test_knows_no_other_token(self, client, token):
        assert client.get(f"{ASK}{token}/").status_code == 404

    def test_takes_no_token_of_another_purpose(self, client):
        link = link_of(at=timezone.now())
        assert client.get(f"{ASK}{sign(TokenPurpose.CONFIRM, link.pk)}/").status_code == 404

    def test_ends_with_its_day(self, client):
        link = link_of(at=timezone.now() - dt.timedelta(days=2))
        path = data_path(link.pk, "en")
        assert client.get(path).status_code == 410
        assert client.post(path, {"act": "erase", "sure": "yes"}).status_code == 410

    def test_reading_changes_nothing(self, client):
        make_subscriber(ADDRESS)
        path = open_page()
        before = (DataRequest.objects.count(), Delivery.objects.count())
        for method in ("get", "head", "options"):
            getattr(client, method)(path)
            getattr(client, method)(f"{path}?act=erase&sure=yes")
        assert (DataRequest.objects.count(), Delivery.objects.count()) == before
        assert Subscriber.objects.get().state == SubscriberState.ACTIVE

    @pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("html", "text/html; charset=utf-8")])
    def test_gives_a_copy_and_notes_it(self, client, form, kind):
        make_subscriber(ADDRESS)
        response = client.post(open_page(), {"act": form})
        assert response.streaming
        assert response["Content-Type"] == kind
        assert re.fullmatch(r'attachment; filename="my-data-[0-9]{8}-[0-9]{4}\.\w+"', response["Content-Disposition"])
        assert ADDRESS in b"".join(response.streaming_content).decode()
        asked = DataRequest.objects.get()
        assert (asked.kind, asked.decision) == (RequestKind.COPY, Decision.DONE)

    def test_leads_to_the_page_where_subscriptions_are_changed(self, client):
        make_subscriber(ADDRESS)
        page = Page(client.get(open_page()))
        path = next(link for link in page.links if "/preferences/" in link)
        assert client.get(path).status_code == 200

    def test_stops_the_use_at_once(self, client):
        make_subscriber(ADDRESS, topics=(make_topic("news"),))
        response = client.post(open_page(), {"act": "stop"})
        assert response.status_code == 200
        assert Subscription.objects.get().ended_reason == EndedReason.PAGE
        assert DataRequest.objects.get().kind == RequestKind.STOP
        assert Subscriber.objects.get().address == ADDRESS

    def test_erases_when_sure_and_the_link_with_it(self, client):
        make_subscriber(ADDRESS)
        path = open_page()
        assert client.post(path, {"act": "erase"}).status_code == 422
        assert Subscriber.objects.get().address == ADDRESS
        assert client.post(path, {"act": "erase", "sure": "yes"}).status_code == 200
        assert Subscriber.objects.get().address is None
        assert not Delivery.objects.filter(state=DeliveryState.READY).exists()
        assert client.get(path).status_code == 410
        assert client.post(path, {"act": "erase", "sure": "yes"}).status_code == 410

    def test_hides_an_account_and_says_why(self, client):
        User.objects.create_user(ADDRESS, "correct horse battery", first_name="Mei", last_name="Wang")
        page = Page(client.get(open_page()))
        assert "There is an account under this address" in page.text
        assert "Mei" not in page.text

    def test_takes_a_request_with_its_clock(self, client):
        path = open_page()
        response = client.post(path, {"act": "ask", "kind": "correct", "words": "My name\u202e is\x07 王."})
        assert "within 30 days" in Page(response).text
        asked = DataRequest.objects.get()
        assert asked.words == "My name is 王."
        assert asked.due_on == timezone.localdate() + dt.timedelta(days=30)
        assert "Have it completed or corrected" in Page(client.get(path)).text

    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "correct", "words": ""},
            {"kind": "nothing", "words": "x"},
            {"kind": "", "words": "x"},
            {"kind": "see", "words": "x" * 2001},
        ],
    )
    def test_refuses_half_a_request(self, client, fields):
        assert client.post(open_page(), {"act": "ask", **fields}).status_code == 422
        assert not DataRequest.objects.exists()

    def test_refuses_the_eleventh_request_of_a_day(self, client):
        path = open_page()
        answers = [
            client.post(path, {"act": "ask", "kind": "see", "words": "Everything."}).status_code for _n in range(11)
        ]
        assert answers == [200] * 10 + [429]

    def test_does_not_guess_what_was_meant(self, client):
        assert client.post(open_page(), {"act": "delete"}).status_code == 400
        assert client.post(open_page(), data="{", content_type="application/json").status_code == 400

    def test_keeps_one_persons_link_from_anothers_data(self, client):
        make_subscriber("lin@readers.example")
        page = Page(client.get(open_page()))
        assert "lin@readers.example" not in page.text
        client.post(open_page(), {"act": "erase", "sure": "yes"})
        assert Subscriber.objects.get().address == "lin@readers.example"


def test_the_mail_leads_to_the_page(client):
    """The worker writes the link of the row into the mail."""
    client.post(ASK, form())
    mail = Delivery.objects.get()
    body = mail.body
    composer = Composer(
        Body(
            id=body.pk,
            locale=body.locale,
            subject=body.subject,
            html=body.html,
            text=body.text,
            headers=body.headers,
            digest=body.digest,
            is_system=True,
        )
    )
    row = ClaimedRow(
        id=mail.pk,
        token=1,
        mailing_id=mail.mailing_id,
        body_id=body.pk,
        subscriber_id=None,
        epoch=0,
        topic_id=None,
        reference=mail.reference,
        address=mail.address,
        destination=mail.destination,
        lane=0,
        attempt=0,
        age=0.0,
    )
    message = email.message_from_bytes(composer.compose(row, 1_800_000_000.0).content)
    text = message.get_payload(0).get_payload(decode=True).decode()
    path = re.search(r"/en/account/data/[\w-]+/", text)[0]
    assert client.get(path).status_code == 200
    assert person().address not in text


def test_tokens_do_not_reach_the_log():
    assert without_tokens("GET /en/account/data/secret/ 200") == "GET /en/account/data/-/ 200"
    assert without_tokens("GET /en/data-register/ 200") == "GET /en/data-register/ 200"


def test_client_needs_no_cookie():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ASK, form()).status_code == 200
