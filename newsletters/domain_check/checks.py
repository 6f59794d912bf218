"""Check SPF, DKIM, DMARC, MX, the relay's name, MTA-STS and TLS-RPT of a mail domain."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletters.domain_check.findings import Finding, Outcome
from newsletters.domain_check.keys import KeyFaultError, key_size, tags
from newsletters.domain_check.lookups import UnansweredError
from newsletters.domain_check.spf import MOST_LOOKUPS, Spf, SpfError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsletters.domain_check.lookups import Address, Lookups

_SMALLEST_RSA = 1024  # RFC 8301 §3.2; receivers drop what is smaller
_GOOD_RSA = 2048


@dataclass(frozen=True, slots=True)
class MailDomain:
    """What is to be checked. `domain` is in the From address, `return_domain` in the envelope's.

    `relay` is the host that mail is handed to, and `addresses` those that it sends from, where they are known to differ.
    """

    domain: str
    return_domain: str
    relay: str = ""
    addresses: tuple[Address, ...] = ()
    selectors: tuple[str, ...] = ()


def check_mail_domain(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    """Yield what there is to say, thing by thing. What DNS does not answer is said to be not checked."""
    checks: list[tuple[str, Callable[[MailDomain, Lookups], Iterator[Finding]]]] = [
        ("SPF", check_spf),
        ("DKIM", check_dkim),
        ("DMARC", check_dmarc),
        ("MX", check_mx),
        ("PTR", check_relay),
        ("MTA-STS", check_mta_sts),
        ("TLS-RPT", check_tls_reports),
    ]
    for subject, check in checks:
        try:
            yield from check(mail, lookups)
        except UnansweredError as silence:
            yield Finding(subject, Outcome.UNCHECKED, f"{silence}.")


def check_spf(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    try:
        spf = Spf(mail.return_domain, lookups)
    except SpfError as fault:
        yield Finding("SPF", Outcome.FAULT, f"{fault}. Bounces come back to this domain, so receivers ask it.")
        return
    cost = f"{spf.count} of {MOST_LOOKUPS} lookups, {spf.record.depth} deep"
    yield Finding("SPF", Outcome.GOOD, f"{mail.return_domain} has one record ({cost}).")
    if spf.record.last == "pass":
        yield Finding("SPF", Outcome.FAULT, "“+all” lets everybody send in our name. End it with “-all” or “~all”.")
    elif spf.record.last not in {"fail", "softfail"}:
        yield Finding("SPF", Outcome.NOTE, "The record does not end with “-all” or “~all”, and so refuses nobody.")
    addresses = _sending_addresses(mail, lookups)
    if not addresses:
        yield Finding("SPF", Outcome.UNCHECKED, "From which address mail leaves is not known; name it with --address.")
    for address in addresses:
        yield _judge_spf(spf, address)


def _judge_spf(spf: Spf, address: Address) -> Finding:
    result = spf.result_for(address)
    if result == "pass":
        return Finding("SPF", Outcome.GOOD, f"Mail from {address} passes.")
    if spf.record.uses_macros:
        return Finding(
            "SPF", Outcome.UNCHECKED, f"Whether {address} passes depends on macros, exists or ptr in the record."
        )
    return Finding("SPF", Outcome.FAULT, f"Mail from {address} gets “{result}”. Add the relay to the record.")


def check_dkim(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    if not mail.selectors:
        yield Finding(
            "DKIM",
            Outcome.UNCHECKED,
            "The selector is the relay’s to choose; name it with --selector, from a signature.",
        )
    for selector in mail.selectors:
        name = f"{selector}._domainkey.{mail.domain}"
        found = [text for text in lookups.texts(name) if "p=" in text]
        if not found:
            yield Finding("DKIM", Outcome.FAULT, f"{name} has no key. Receivers cannot verify what the relay signs.")
            continue
        yield from _judge_key(name, found)


def _judge_key(name: str, found: list[str]) -> Iterator[Finding]:
    if len(found) > 1:
        yield Finding("DKIM", Outcome.FAULT, f"{name} has {len(found)} records; receivers may take either.")
    try:
        kind, bits = key_size(found[0])
    except KeyFaultError as fault:
        yield Finding("DKIM", Outcome.FAULT, f"{name}: {fault}.")
        return
    if kind == "rsa" and bits < _SMALLEST_RSA:
        yield Finding("DKIM", Outcome.FAULT, f"{name}: an RSA key of {bits} bits. Receivers refuse less than 1024.")
    elif kind == "rsa" and bits < _GOOD_RSA:
        yield Finding("DKIM", Outcome.NOTE, f"{name}: an RSA key of {bits} bits. 2048 are usual today.")
    else:
        yield Finding("DKIM", Outcome.GOOD, f"{name}: {kind} key of {bits} bits.")
    if "y" in tags(found[0]).get("t", "").split(":"):
        yield Finding("DKIM", Outcome.NOTE, f"{name} says that it is a test (t=y). Take that out when it works.")


def check_dmarc(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    place, found = _find_dmarc(mail.domain, lookups)
    if not found:
        yield Finding("DMARC", Outcome.FAULT, f"_dmarc.{mail.domain} has no record. Gmail and Yahoo ask for one.")
        return
    if len(found) > 1:
        yield Finding("DMARC", Outcome.FAULT, f"_dmarc.{place} has {len(found)} records; receivers then use none.")
        return
    given = tags(found[0])
    policy = given.get("p", "") if place == mail.domain else given.get("sp", given.get("p", ""))
    if policy.lower() not in {"none", "quarantine", "reject"}:
        yield Finding(
            "DMARC", Outcome.FAULT, f"_dmarc.{place} asks for “{policy[:20]}”; it must be none, quarantine or reject."
        )
        return
    weak = policy.lower() == "none"
    sentence = f"_dmarc.{place} asks for {policy.lower()}" + (": others may still send in our name." if weak else ".")
    yield Finding("DMARC", Outcome.NOTE if weak else Outcome.GOOD, sentence)
    if "rua" not in given:
        yield Finding("DMARC", Outcome.NOTE, "Nobody gets the reports of receivers; name an address with rua=.")
    yield _judge_alignment(mail, given)


def _find_dmarc(domain: str, lookups: Lookups) -> tuple[str, list[str]]:
    """Return the record of the domain, or of the nearest domain above that has one, short of the top."""
    labels = domain.split(".")
    for first in range(max(1, len(labels) - 1)):
        place = ".".join(labels[first:])
        found = [text for text in lookups.texts(f"_dmarc.{place}") if text.strip().lower().startswith("v=dmarc1")]
        if found:
            return place, found
    return domain, []


def _judge_alignment(mail: MailDomain, given: dict[str, str]) -> Finding:
    one, other = mail.domain, mail.return_domain
    if one == other:
        return Finding("DMARC", Outcome.GOOD, "The envelope’s domain is that of the From address.")
    is_related = one.endswith(f".{other}") or other.endswith(f".{one}")
    if is_related and given.get("aspf", "r").lower() != "s":
        return Finding("DMARC", Outcome.GOOD, f"SPF for {other} counts for {one}.")
    return Finding(
        "DMARC",
        Outcome.NOTE,
        f"SPF for {other} may not count for {one}, so that DMARC depends on the DKIM signature alone.",
    )


def check_mx(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    for domain, what in {mail.return_domain: "bounces", mail.domain: "answers"}.items():
        hosts = lookups.mail_hosts(domain)
        if not hosts:
            yield Finding("MX", Outcome.FAULT, f"{domain} has no MX record. No {what} can come back.")
        elif any(not host for _preference, host in hosts):
            yield Finding(
                "MX", Outcome.FAULT, f"{domain} says that it takes no mail (null MX). No {what} can come back."
            )
        elif not lookups.addresses(hosts[0][1]):
            yield Finding("MX", Outcome.FAULT, f"{hosts[0][1]}, the MX of {domain}, has no address.")
        else:
            yield Finding("MX", Outcome.GOOD, f"{domain} takes {what} at {hosts[0][1]}.")


def check_relay(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    addresses = _sending_addresses(mail, lookups)
    if not addresses:
        yield Finding("PTR", Outcome.UNCHECKED, "From which address mail leaves is not known; name it with --address.")
    for address in addresses:
        names = lookups.names(address)
        confirmed = [name for name in names[:5] if address in lookups.addresses(name)]
        if not names:
            yield Finding("PTR", Outcome.FAULT, f"{address} has no name. Receivers refuse mail from such an address.")
        elif not confirmed:
            yield Finding("PTR", Outcome.FAULT, f"{address} is named {names[0]}, which does not lead back to it.")
        else:
            yield Finding("PTR", Outcome.GOOD, f"{address} is {confirmed[0]}, and back.")


def _sending_addresses(mail: MailDomain, lookups: Lookups) -> tuple[Address, ...]:
    if mail.addresses or not mail.relay:
        return mail.addresses
    try:
        found = (ipaddress.ip_address(mail.relay),)
    except ValueError:
        return tuple(address for address in lookups.addresses(mail.relay) if address.is_global)
    return tuple(address for address in found if address.is_global)


def check_mta_sts(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    found = [text for text in lookups.texts(f"_mta-sts.{mail.return_domain}") if text.lower().startswith("v=stsv1")]
    if not found:
        yield Finding("MTA-STS", Outcome.NOTE, f"{mail.return_domain} has none; mail to it may come without TLS.")
        return
    yield Finding(
        "MTA-STS", Outcome.NOTE, "There is a record. The policy that it speaks of was not fetched from the web."
    )


def check_tls_reports(mail: MailDomain, lookups: Lookups) -> Iterator[Finding]:
    found = [
        text for text in lookups.texts(f"_smtp._tls.{mail.return_domain}") if text.lower().startswith("v=tlsrptv1")
    ]
    if found:
        yield Finding("TLS-RPT", Outcome.GOOD, f"{mail.return_domain} asks for reports about TLS.")
    else:
        yield Finding("TLS-RPT", Outcome.NOTE, f"{mail.return_domain} asks for no reports about TLS.")
