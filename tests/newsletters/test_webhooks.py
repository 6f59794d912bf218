"""Events of mail services: genuine ones become bounces, and nothing else does anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from newsletters.links import return_path
from newsletters.models import Bounce
from newsletters.webhooks import service_view
from tests.factories.newsletters import make_delivery

SECRET = "service:a-long-password"
SIGNING_KEY = "a-signing-key"


@pytest.fixture(autouse=True)
def service(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    sys.modules.pop("tests.newsletters.webhook_urls", None)  # its views hold the settings they were made with
    settings.ROOT_URLCONF = "tests.newsletters.webhook_urls"


@pytest.fixture
def delivery(db):
    return make_delivery()


def post(client, data, *, secret=SECRET, path="/webhooks/mail/"):
    headers = {"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return client.post(path, body, content_type="application/json", headers=headers)


def bounce(delivery, *, kind="HardBounce", details="", number=1, path=""):
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "Type": kind,
        "ID": number,
        "Email": "reader@readers.example",
        "Details": details,
        "BouncedAt": "2026-03-02T02:00:00Z",
        "Metadata": {"return_path": path or return_path(delivery.pk)},
    }


class TestGenuine:
    @pytest.mark.parametrize(
        ("kind", "details", "expected"),
        [
            ("HardBounce", "smtp;550 5.1.1 <reader@readers.example> unknown", ("recipient", True, "5.1.1", "")),
            ("SoftBounce", "smtp;452 4.2.2 over quota", ("mailbox_full", False, "4.2.2", "")),
            ("HardBounce", "smtp;550 5.7.26 unauthenticated", ("sender", False, "5.7.26", "authentication")),
            ("SoftBounce", "", ("recipient", False, "", "")),
            ("BadEmailAddress", "", ("recipient", True, "", "")),
            ("Blocked", "", ("sender", False, "", "policy")),
            ("VirusNotification", "", ("unknown", False, "", "")),
            ("SpamComplaint", "", ("complaint", False, "", "")),
        ],
    )
    def test_events_become_bounces(self, client, delivery, kind, details, expected):
        assert post(client, bounce(delivery, kind=kind, details=details)).status_code == 200
        row = Bounce.objects.get()
        assert (row.delivery, row.channel) == (delivery, "service")
        assert (row.kind, row.is_final, row.status, row.alarm) == expected
        assert "@" not in row.diagnostic

    def test_an_event_told_twice_counts_once(self, client, delivery):
        for _time in range(2):
            assert post(client, bounce(delivery)).status_code == 200
        assert Bounce.objects.count() == 1

    @pytest.mark.parametrize("kind", ["Transient", "AutoResponder", "Subscribe"])
    def test_what_changes_nothing_is_not_recorded(self, client, delivery, kind):
        assert post(client, bounce(delivery, kind=kind)).status_code == 200
        assert not Bounce.objects.exists()

    @pytest.mark.parametrize("path", ["reader@readers.example", "b+forged@avow.example", "x" * 5000])
    def test_without_a_token_of_ours_it_is_about_nobody(self, client, delivery, path):
        post(client, bounce(delivery, path=path))
        assert Bounce.objects.get().delivery is None


@pytest.mark.django_db
class TestForged:
    @pytest.mark.parametrize("secret", ["", "service:guess", "a-long-password", ":", "service:a-long-password "])
    def test_whoever_does_not_know_the_secret_is_refused(self, client, delivery, secret):
        assert post(client, bounce(delivery), secret=secret).status_code == 400
        assert not Bounce.objects.exists()

    @pytest.mark.parametrize("signature", ["", "0" * 64, None])
    def test_a_signature_must_be_the_service_s(self, client, delivery, signature):
        block = {"token": "t", "timestamp": "1", "signature": signature or ""}
        event = {
            "event": "failed",
            "severity": "permanent",
            "user-variables": {"return_path": return_path(delivery.pk)},
        }
        data = {"signature": block, "event-data": event} if signature is not None else {"event-data": event}
        assert post(client, data, path="/webhooks/mailgun/").status_code == 400
        assert not Bounce.objects.exists()

    def test_a_signed_event_is_believed(self, client, delivery):
        signature = hmac.new(SIGNING_KEY.encode(), b"1t", hashlib.sha256).hexdigest()
        event = {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "id": "e1",
            "timestamp": 1772416803.0,
            "recipient": "reader@readers.example",
            "delivery-status": {"code": 550, "message": "550 5.1.1 no such user"},
            "user-variables": {"return_path": return_path(delivery.pk)},
        }
        data = {"signature": {"token": "t", "timestamp": "1", "signature": signature}, "event-data": event}
        assert post(client, data, path="/webhooks/mailgun/").status_code == 200
        assert Bounce.objects.get().delivery == delivery

    @pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"1", b"null", b'"x"', b'{"RecordType": []}'])
    def test_what_cannot_be_read_is_refused_and_not_a_fault_of_ours(self, client, data):
        assert post(client, data).status_code in {200, 400}
        assert not Bounce.objects.exists()

    def test_nothing_is_read(self, client):
        assert client.get("/webhooks/mail/").status_code == 405


class TestSettings:
    @pytest.mark.parametrize("service", ["nonesuch", "../base", "os", ""])
    def test_an_unknown_service_stops_the_start(self, service):
        with pytest.raises(ImproperlyConfigured, match="does not know"):
            service_view(service)

    def test_a_webhook_without_a_secret_stops_the_start(self, settings):
        settings.ANYMAIL = {}
        with pytest.raises(ImproperlyConfigured, match="ANYMAIL_WEBHOOK_SECRET is not set"):
            service_view("postmark")
