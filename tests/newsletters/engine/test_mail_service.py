"""Mail by any e-mail backend of Django's: SMTP as Django speaks it, and the services of django-anymail."""

import email
import email.policy
import threading

import pytest
from anymail.backends.test import EmailBackend as AnymailTestBackend
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from anymail.message import AnymailRecipientStatus
from django.core import mail

from newsletters.choices import DeliveryState
from newsletters.engine.mail_service import MailServiceTransport
from newsletters.models import Delivery
from newsletters.smtp import Accepted, ConnectError, Envelope, Refused, Stage, Uncertain, Unsent, content_of
from tests.factories.newsletters import make_body, make_mailing, make_topic
from tests.newsletters.engine.running import ready, states, work
from tests.newsletters.smtp.relays import aiosmtpd_relay

ENVELOPE = Envelope(7, "b+x@avow.example", "r7@readers.example")
CONTENT = content_of(
    "From: Office <news@avow.example>\r\nTo: r7@readers.example\r\nSubject: News\r\nMessage-ID: <7.aa@avow.example>\r\n"
    "List-Unsubscribe: <https://avow.example/u/x/>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    ".dots\r\n最新消息\r\n".encode()
)


class Service(AnymailTestBackend):
    """A service that answers as `Service.says` tells it to."""

    says = None

    def post_to_esp(self, payload, message):
        if isinstance(self.says, Exception):
            raise self.says
        response = super().post_to_esp(payload, message)
        if self.says is not None:
            response["recipient_status"] = {
                to: AnymailRecipientStatus(message_id="m-1", status=self.says) for to in payload.recipient_emails
            }
        return response


class Silent(Service):
    """Says nothing about what it did."""

    def send_messages(self, email_messages):
        return 0


class Unusable(Service):
    def open(self):
        raise RuntimeError("no key")


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setattr(mail, "outbox", [], raising=False)
    transport = MailServiceTransport(f"{__name__}.Service")
    transport.open()
    yield transport
    transport.close()


def answer(status):
    class Response:
        status_code = status

    return AnymailAPIError("no", response=Response()) if status else AnymailAPIError("broke")


class TestMailServiceTransport:
    def test_hands_over_what_was_composed(self, service):
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert isinstance(outcome, Accepted)
        (message,) = mail.outbox
        assert (message.subject, message.to, message.body) == ("News", ["r7@readers.example"], ".dots\r\n最新消息\r\n")
        assert message.extra_headers["List-Unsubscribe"] == "<https://avow.example/u/x/>"
        assert message.anymail_test_params["envelope_sender"] == "b+x@avow.example"
        assert message.anymail_test_params["metadata"] == {"return_path": "b+x@avow.example"}

    def test_asks_before_and_sends_nothing_that_is_withheld(self, service):
        assert isinstance(service.send(ENVELOPE, CONTENT, before_content=lambda: False), Unsent)
        assert mail.outbox == []

    @pytest.mark.parametrize("status", ["sent", "queued", "unknown"])
    def test_believes_what_the_service_says_of_a_recipient(self, service, monkeypatch, status):
        monkeypatch.setattr(Service, "says", status)
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert isinstance(outcome, Accepted)
        assert "m-1" in outcome.reply.text

    @pytest.mark.parametrize("status", ["invalid", "rejected", "failed"])
    def test_takes_a_refused_recipient_for_refused(self, service, monkeypatch, status):
        monkeypatch.setattr(Service, "says", status)
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert (type(outcome), outcome.stage) == (Refused, Stage.RCPT)

    @pytest.mark.parametrize("error", [AnymailRecipientsRefused("x"), AnymailInvalidAddress("x")])
    def test_takes_an_address_that_the_library_refuses_for_refused(self, service, monkeypatch, error):
        monkeypatch.setattr(Service, "says", error)
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert (type(outcome), outcome.reply.code) == (Refused, 550)

    @pytest.mark.parametrize(("status", "is_temporary"), [(401, False), (422, False), (429, True), (503, True)])
    def test_knows_the_refusals_among_the_codes_of_http(self, service, monkeypatch, status, is_temporary):
        monkeypatch.setattr(Service, "says", answer(status))
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert (type(outcome), outcome.reply.is_temporary) == (Refused, is_temporary)

    @pytest.mark.parametrize("error", [answer(500), answer(None), TimeoutError(), RuntimeError("r7@readers.example")])
    def test_does_not_know_what_nobody_said(self, service, monkeypatch, error):
        monkeypatch.setattr(Service, "says", error)
        outcome = service.send(ENVELOPE, CONTENT, before_content=lambda: True)
        assert isinstance(outcome, Uncertain)
        assert "readers.example" not in str(outcome.error)

    def test_does_not_know_what_a_silent_service_did(self):
        transport = MailServiceTransport(f"{__name__}.Silent")
        transport.open()
        assert isinstance(transport.send(ENVELOPE, CONTENT, before_content=lambda: True), Uncertain)

    @pytest.mark.parametrize("backend", [f"{__name__}.Unusable", f"{__name__}.Missing"])
    def test_says_that_it_cannot_be_used(self, backend):
        with pytest.raises(ConnectError):
            MailServiceTransport(backend).open()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_chores")
class TestWorkers:
    def test_send_by_djangos_own_backend(self, settings):
        settings.AVOW_MAIL_SERVICE = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = "127.0.0.1", False, ""
        topic = make_topic()
        mailing = make_mailing(topic=topic)
        make_body(mailing, subject="最新消息", text=["最新消息 ", {"value": "unsubscribe_url"}, "\n"])
        deliveries = ready(mailing, 3, topic)
        with aiosmtpd_relay() as (port, relay):
            settings.EMAIL_PORT = port
            work()
        assert states() == [DeliveryState.ACCEPTED] * 3
        assert sorted(rcpt for _sender, (rcpt,), _data in relay.kept) == sorted(each.address for each in deliveries)
        found = email.message_from_bytes(relay.kept[0][2], policy=email.policy.default)
        assert found["Subject"] == "最新消息"
        assert found["List-Unsubscribe"].count("<") == 2
        assert "最新消息 http" in found.get_body(("plain",)).get_content()

    def test_list_what_a_service_did_not_answer_for(self, settings, monkeypatch):
        settings.AVOW_MAIL_SERVICE = f"{__name__}.Service"
        monkeypatch.setattr(mail, "outbox", [], raising=False)
        monkeypatch.setattr(Service, "says", answer(500))
        ready(make_mailing(), 2)
        work()
        assert states() == [DeliveryState.UNCERTAIN] * 2
        assert "AnymailAPIError" in Delivery.objects.order_by("pk")[0].reply
        assert threading.active_count() < 20
