"""What we hand over survives a relay that signs it, and the receiver who verifies the signature (RFC 6376)."""

import email
import email.policy
import smtplib

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletters.choices import DeliveryState
from tests.factories.newsletters import make_body, make_mailing, make_topic
from tests.newsletters.engine.running import ready, smtp, states, work
from tests.newsletters.smtp.relays import Keeper, aiosmtpd_relay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_chores")]

#: What RFC 8058 §4 demands to be signed, what Gmail and Yahoo look for, and what a reader sees.
SIGNED = [
    *(b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"),
    *(b"list-id", b"list-help", b"list-unsubscribe", b"list-unsubscribe-post"),
]
CHINESE = "自七月一日起，本署於三十日內答復申請；逾期者，說明理由。" * 40
DOTS = ".a line that begins with a dot\n..and one with two\n.\nend of text \t \n\n\n"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SigningRelay:
    """Signs each message as OpenDKIM would, and hands it on to the receiver's server."""

    def __init__(self, key, canonicalize, next_port):
        self._pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        self._canonicalize = canonicalize
        self._next_port = next_port
        self.got = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.got.append(envelope.content)
        signature = dkim.sign(
            envelope.content, b"s1", b"policies.example", self._pem,
            canonicalize=self._canonicalize, include_headers=SIGNED,
        )  # fmt: skip
        with smtplib.SMTP("127.0.0.1", self._next_port) as client:
            client.sendmail(envelope.mail_from, envelope.rcpt_tos, signature + envelope.content)
        return "250 2.0.0 signed and handed on"


def is_verified(message, key):
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + email.base64mime.body_encode(public, maxlinelen=10**6).strip().encode()
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: record if name.startswith(b"s1._domainkey.") else None)


@pytest.mark.parametrize("canonicalize", [(b"relaxed", b"relaxed"), (b"simple", b"simple")])
@pytest.mark.parametrize("words", [CHINESE, DOTS])
def test_verifies_at_the_receiver(settings, key, canonicalize, words):
    settings.WAGTAILADMIN_BASE_URL = "https://policies.example"
    topic = make_topic()
    mailing = make_mailing(topic=topic)
    link = {"value": "unsubscribe_url"}
    make_body(mailing, subject="本署最新消息：答復期限", text=[words, link, "\n"], html=[f"<p>{words}</p>", link, "\n"])
    ready(mailing, 2, topic)
    with (
        aiosmtpd_relay() as (receiver_port, receiver),
        aiosmtpd_relay(handler=SigningRelay(key, canonicalize, receiver_port)) as (port, relay),
    ):
        settings.SYSTEM_SMTP = settings.BULLETIN_SMTP = smtp(port)
        work()
    assert states() == [DeliveryState.ACCEPTED] * 2
    for _sender, _recipients, message in receiver.kept:
        assert is_verified(message, key)
        # What the relay was given reached the receiver as it was, and the header of one click was under the signature.
        assert any(message.endswith(given) for given in relay.got)
        found = email.message_from_bytes(message, policy=email.policy.default)
        assert b"list-unsubscribe:list-unsubscribe-post" in message.lower().replace(b"\r\n ", b"").replace(b" ", b"")
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert words.strip() in found.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_notices_a_header_that_was_changed_on_the_way(settings, key):
    settings.WAGTAILADMIN_BASE_URL = "https://policies.example"
    topic = make_topic()
    ready(make_mailing(topic=topic), 1, topic)
    with (
        aiosmtpd_relay(handler=Keeper()) as (receiver_port, receiver),
        aiosmtpd_relay(handler=SigningRelay(key, (b"relaxed", b"relaxed"), receiver_port)) as (port, _relay),
    ):
        settings.SYSTEM_SMTP = settings.BULLETIN_SMTP = smtp(port)
        work()
    ((_sender, _recipients, message),) = receiver.kept
    assert is_verified(message, key)
    for old, new in ((b"One-Click", b"Two-Click"), (b"/u/", b"/v/"), (b"Subject: N", b"Subject: M")):
        assert old in message
        assert not is_verified(message.replace(old, new, 1), key)
