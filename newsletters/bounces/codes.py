"""What a refusal is about, by its codes: the recipient, the mailbox's space, us, or the way in between.

A wrong guess at the recipient takes somebody's mail away, and a wrong guess at us costs an operator a look. So where two
codes disagree, or a code is used for both, it is about us; and only what RFC 3463 says of the address itself is final.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletters.bounces.reports import find_smtp_code, find_status
from newsletters.choices import AlarmKind, BounceKind

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_final`: the address will never work again. `alarm`: what an operator must look at."""

    kind: BounceKind
    is_final: bool = False
    alarm: AlarmKind | None = None


_FINAL = Verdict(BounceKind.RECIPIENT, is_final=True)
_RECIPIENT = Verdict(BounceKind.RECIPIENT)
_FULL = Verdict(BounceKind.MAILBOX_FULL)
_NETWORK = Verdict(BounceKind.NETWORK)
_UNKNOWN = Verdict(BounceKind.UNKNOWN)


def _sender(alarm: AlarmKind) -> Verdict:
    return Verdict(BounceKind.SENDER, alarm=alarm)


_POLICY = _sender(AlarmKind.POLICY)

#: Subjects of RFC 3463 §3 that mean one thing whatever the detail, unless `_DETAILS` says otherwise.
_SUBJECTS = {
    "1": _RECIPIENT,
    "2": _RECIPIENT,
    "3": _NETWORK,
    "4": _NETWORK,
    "5": _UNKNOWN,
    "6": _sender(AlarmKind.CONTENT),
    "7": _POLICY,
}

#: IANA's registry of enhanced codes, where a detail differs from its subject.
_DETAILS = {
    "1.1": _FINAL,  # bad destination mailbox address
    "1.2": _FINAL,  # bad destination system address
    "1.3": _FINAL,  # bad destination mailbox address syntax
    "1.6": _FINAL,  # destination mailbox has moved, no forwarding address
    "1.7": _POLICY,  # bad sender's mailbox address syntax
    "1.8": _POLICY,  # bad sender's system address
    "1.9": _NETWORK,  # message relayed to non-compliant mailer
    "1.10": _FINAL,  # recipient address has null MX (RFC 7505)
    "2.1": _FINAL,  # mailbox disabled, not accepting messages
    "2.2": _FULL,
    "2.3": _sender(AlarmKind.SIZE),  # message length exceeds administrative limit
    "3.4": _sender(AlarmKind.SIZE),  # message too big for system
    "4.1": _RECIPIENT,  # no answer from host; permanent only where Exchange Online knows no such recipient
    "4.4": _RECIPIENT,  # unable to route: permanent where the domain is gone
    "4.6": _RECIPIENT,  # routing loop
    "5.0": _RECIPIENT,  # Outlook.com: mailbox unavailable
    "5.2": _sender(AlarmKind.CONTENT),  # syntax error
    "5.4": _sender(AlarmKind.CONTENT),  # invalid command arguments
    "5.6": _sender(AlarmKind.POLICY),  # authentication exchange line is too long
    "7.8": _sender(AlarmKind.RELAY),  # authentication credentials invalid
    "7.9": _sender(AlarmKind.RELAY),
    "7.11": _sender(AlarmKind.RELAY),  # encryption required for requested authentication mechanism
    "7.17": _FINAL,  # mailbox owner has changed (RFC 7293)
    "7.18": _FINAL,  # domain owner has changed (RFC 7293)
    "7.20": _sender(AlarmKind.DKIM),  # RFC 7372
    "7.21": _sender(AlarmKind.DKIM),
    "7.22": _sender(AlarmKind.DKIM),
    "7.23": _sender(AlarmKind.SPF),
    "7.24": _sender(AlarmKind.SPF),
    "7.25": _sender(AlarmKind.REVERSE_DNS),
    "7.26": _sender(AlarmKind.AUTHENTICATION),
    "7.27": _sender(AlarmKind.SPF),  # sender address has null MX; Gmail: SPF did not pass
    "7.28": _sender(AlarmKind.RATE),  # mail flood detected
    "7.29": _sender(AlarmKind.AUTHENTICATION),  # ARC; Gmail: no TLS
    "7.30": _sender(AlarmKind.DKIM),  # Gmail: DKIM did not pass
    "7.509": _sender(AlarmKind.AUTHENTICATION),  # Outlook: DMARC
    "7.515": _sender(AlarmKind.AUTHENTICATION),  # Outlook: SPF, DKIM and DMARC
}

#: What may go by in time has no final verdict; a temporary class with a subject of the recipient is a slow refusal.
_TRANSIENT_DETAILS = {"4.1": _NETWORK, "4.4": _NETWORK, "5.0": _NETWORK, "2.1": _RECIPIENT}

#: Codes of RFC 5321 §4.2.3 for servers that know no enhanced ones.
_SMTP = {
    450: _RECIPIENT,
    452: _FULL,
    550: _RECIPIENT,
    551: _RECIPIENT,
    552: _FULL,
    553: _RECIPIENT,
    556: _FINAL,  # domain does not accept mail (RFC 7504)
}

#: Words by which servers without enhanced codes say that they refuse us, not the recipient.
_ABOUT_US = re.compile(
    r"\b(spam\w*|black ?list\w*|block ?list\w*|dnsbl|rbl|reputation|policy|spf|dkim|dmarc|ptr|reverse dns|rdns"
    r"|unsolicited|content denied|rate limit\w*|too many (?:connections|messages|emails))\b",
    re.IGNORECASE,
)


def judge(*, status: str, text: str, smtp_code: int | None = None) -> Verdict:
    """Return what a refusal is about. `status` is the report's own code; the server's words in `text` may hold a better."""
    quoted = find_status(text)
    codes = [code for code in (status, quoted) if code and not code.endswith(".0.0")]
    verdicts = [_judge_enhanced(code) for code in codes]
    if not verdicts:
        return _judge_reply(smtp_code or find_smtp_code(text), text)
    verdict = next((verdict for verdict in verdicts if verdict.kind is BounceKind.SENDER), verdicts[-1])
    return _RECIPIENT if verdict.is_final and _ABOUT_US.search(text) else verdict


def _judge_enhanced(code: str) -> Verdict:
    match = _ENHANCED.fullmatch(code)
    if match is None or match[1] == "2":
        return _UNKNOWN
    detail = f"{match[2]}.{match[3]}"
    verdict = _DETAILS.get(detail) or _SUBJECTS.get(match[2], _UNKNOWN)
    if match[1] == "5":
        return verdict
    verdict = _TRANSIENT_DETAILS.get(detail, verdict)
    return Verdict(verdict.kind, alarm=verdict.alarm)


def _judge_reply(code: int | None, text: str) -> Verdict:
    if code is None:
        return _UNKNOWN
    if _ABOUT_US.search(text):
        return _POLICY
    return _SMTP.get(code, _NETWORK if 400 <= code < 500 else _UNKNOWN)
