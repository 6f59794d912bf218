from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from cms.mail import agency_domain, development_keys, mailbox_settings, smtp_settings, token_keys

SECRET = "s" * 32


def test_reads_a_relay():
    assert smtp_settings("SMTP_URL", "smtp://us%40er:p%3Aw@relay.example:587?tls=starttls") == {
        "host": "relay.example",
        "port": 587,
        "user": "us@er",
        "password": "p:w",
        "tls": "starttls",
    }


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [("smtp://relay.example", 25, "auto"), ("smtps://relay.example", 465, "implicit"), ("smtp://[::1]:26", 26, "auto")],
)
def test_knows_the_usual_ports(url, port, tls):
    found = smtp_settings("SMTP_URL", url)
    assert found is not None
    assert (found["port"], found["tls"]) == (port, tls)


def test_no_address_is_no_relay():
    assert smtp_settings("SMTP_URL", "") is None


@pytest.mark.parametrize(
    "url", ["relay.example", "https://u:hush@h", "smtp://", "smtp://u:hush@h:no", "smtp://h?tls=hush"]
)
def test_names_the_variable_and_repeats_no_secret(url):
    with pytest.raises(ImproperlyConfigured) as caught:
        smtp_settings("BULLETIN_SMTP_URL", url)
    assert "BULLETIN_SMTP_URL" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("base", "domain"),
    [
        ("https://policies.example.gov", "policies.example.gov"),
        ("http://127.0.0.1:8000", "avow.example"),
        ("http://localhost", "avow.example"),
        ("", "avow.example"),
    ],
)
def test_mail_comes_from_the_sites_host(base, domain):
    assert agency_domain({"AVOW_BASE_URL": base}) == domain


def test_reads_keys_newest_first():
    assert token_keys(f"2:{SECRET}n, 1:{SECRET}o") == ((2, f"{SECRET}n".encode()), (1, f"{SECRET}o".encode()))


@pytest.mark.parametrize(
    "text",
    ["", SECRET, f"0:{SECRET}", f"256:{SECRET}", "1:short", f"1:{SECRET},1:{SECRET}", f"1:{SECRET},", f"x:{SECRET}"],
)
def test_refuses_unsound_keys_without_repeating_them(text):
    with pytest.raises(ImproperlyConfigured) as caught:
        token_keys(text)
    assert SECRET not in str(caught.value)


def test_development_keys_differ_by_use_and_by_secret():
    (one,), suppression = development_keys("a")
    (other,), _suppression = development_keys("b")
    assert len({one[1].decode(), suppression, other[1].decode()}) == 3


def test_reads_a_mailbox():
    assert mailbox_settings("BOUNCE_IMAP_URL", "imaps://us%40er:p%3Aw@imap.example/INBOX/bounces") == {
        "host": "imap.example",
        "port": 993,
        "user": "us@er",
        "password": "p:w",
        "folder": "INBOX/bounces",
        "tls": "implicit",
    }


def test_a_mailbox_is_reached_in_secret_unless_told_otherwise():
    secret = mailbox_settings("BOUNCE_IMAP_URL", "imap://imap.example")
    plain = mailbox_settings("BOUNCE_IMAP_URL", "imap://imap.example:1143/?tls=none")
    assert secret
    assert plain
    assert (secret["tls"], secret["port"], secret["folder"]) == ("starttls", 143, "INBOX")
    assert (plain["tls"], plain["port"]) == ("none", 1143)


def test_no_address_is_no_mailbox():
    assert mailbox_settings("BOUNCE_IMAP_URL", "") is None


@pytest.mark.parametrize(
    "url", ["imap.example", "pop3://u:hush@h", "imaps://", "imaps://u:hush@h:no", "imap://h?tls=auto", "imaps://h/信"]
)
def test_a_malformed_mailbox_is_refused_without_its_secret(url):
    with pytest.raises(ImproperlyConfigured) as caught:
        mailbox_settings("BOUNCE_IMAP_URL", url)
    assert "BOUNCE_IMAP_URL" in str(caught.value)
    assert "hush" not in str(caught.value)
