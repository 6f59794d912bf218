from __future__ import annotations

import pytest

from newsletters.bounces.codes import judge
from newsletters.choices import AlarmKind, BounceKind

RECIPIENT, FULL, SENDER = BounceKind.RECIPIENT, BounceKind.MAILBOX_FULL, BounceKind.SENDER
NETWORK, UNKNOWN = BounceKind.NETWORK, BounceKind.UNKNOWN

#: Status, the server's words, and what they are about.
CASES = [
    ("5.1.1", "550 5.1.1 <…>: Recipient address rejected: User unknown", RECIPIENT, True, None),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", RECIPIENT, True, None),
    ("5.1.2", "", RECIPIENT, True, None),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", RECIPIENT, True, None),
    ("5.7.17", "550 5.7.17 Mailbox owner has changed", RECIPIENT, True, None),
    ("4.2.1", "450 4.2.1 receiving mail too quickly", RECIPIENT, False, None),
    ("5.1.0", "", RECIPIENT, False, None),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", RECIPIENT, False, None),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", RECIPIENT, False, None),
    ("5.0.0", "550 No such user here", RECIPIENT, False, None),
    ("", "550 5.1.1 user unknown", RECIPIENT, True, None),
    ("5.2.2", "552 5.2.2 mailbox full", FULL, False, None),
    ("4.2.2", "452 4.2.2 The email account that you tried to reach is over quota", FULL, False, None),
    ("5.1.1", "552 5.2.2 quota exceeded", FULL, False, None),
    ("5.0.0", "552 storage exceeded", FULL, False, None),
    # Ours
    (
        "5.7.26",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated",
        SENDER,
        False,
        "authentication",
    ),
    ("5.7.25", "550 5.7.25 The IP address does not have a PTR record", SENDER, False, "reverse_dns"),
    ("5.7.27", "550 5.7.27 SPF did not pass", SENDER, False, "spf"),
    ("4.7.28", "421 4.7.28 unusual rate of mail", SENDER, False, "rate"),
    ("5.7.29", "550 5.7.29 no TLS", SENDER, False, "authentication"),
    ("5.7.20", "550 5.7.20 no passing DKIM signature", SENDER, False, "dkim"),
    (
        "5.7.515",
        "550 5.7.515 Access denied, sending domain does not meet requirements",
        SENDER,
        False,
        "authentication",
    ),
    ("5.7.1", "550 5.7.1 Message rejected", SENDER, False, "policy"),
    ("5.7.0", "", SENDER, False, "policy"),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", SENDER, False, "size"),
    ("5.6.0", "", SENDER, False, "content"),
    # Where the codes or the words disagree, it is about us.
    ("5.1.1", "550 5.7.26 unauthenticated", SENDER, False, "authentication"),
    ("5.7.1", "550 5.1.1 no such user", SENDER, False, "policy"),
    ("5.0.0", "550 blocked using zen.example DNSBL", SENDER, False, "policy"),
    ("", "554 rejected: spam content", SENDER, False, "policy"),
    ("5.1.1", "550 5.1.1 rejected by our spam policy", RECIPIENT, False, None),
    # The way in between
    ("4.4.1", "connect to mx.readers.example[192.0.2.1]:25: Connection timed out", NETWORK, False, None),
    ("4.4.7", "delivery time expired", NETWORK, False, None),
    ("4.3.2", "421 4.3.2 shutting down", NETWORK, False, None),
    ("5.3.0", "", NETWORK, False, None),
    ("", "421 try again later", NETWORK, False, None),
    # Nothing to go by
    ("", "", UNKNOWN, False, None),
    ("5.0.0", "", UNKNOWN, False, None),
    ("5.9.9", "", UNKNOWN, False, None),
    ("2.0.0", "250 ok", UNKNOWN, False, None),
    ("5.5.1", "", UNKNOWN, False, None),
    ("", "554 no", UNKNOWN, False, None),
]


@pytest.mark.parametrize(("status", "text", "kind", "is_final", "alarm"), CASES)
def test_judge(status, text, kind, is_final, alarm):
    verdict = judge(status=status, text=text)
    assert (verdict.kind, verdict.is_final, verdict.alarm) == (kind, is_final, alarm)


@pytest.mark.parametrize("detail", range(31))
def test_no_rule_of_security_or_policy_touches_a_subscriber(detail):
    verdict = judge(status=f"5.7.{detail}", text="")
    # RFC 7293: the mailbox or the domain belongs to somebody else now.
    assert verdict.kind is (RECIPIENT if detail in {17, 18} else SENDER)
    assert (verdict.alarm in AlarmKind.values) is (verdict.kind is SENDER)


@pytest.mark.parametrize("subject", range(8))
def test_nothing_temporary_is_final(subject):
    for detail in range(31):
        assert not judge(status=f"4.{subject}.{detail}", text="").is_final


@pytest.mark.parametrize(("code", "kind"), [(550, RECIPIENT), (552, FULL), (556, RECIPIENT), (421, NETWORK)])
def test_a_reply_without_an_enhanced_code_counts_by_itself(code, kind):
    assert judge(status="", text="", smtp_code=code).kind is kind
