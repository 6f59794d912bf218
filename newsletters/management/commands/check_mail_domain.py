"""Check what DNS says about the domain that mail comes from: `manage.py check_mail_domain [DOMAIN]`."""

from __future__ import annotations

import argparse
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from newsletters.domain_check.checks import MailDomain, check_mail_domain
from newsletters.domain_check.findings import Finding, Outcome
from newsletters.domain_check.lookups import Lookups, UnansweredError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from newsletters.domain_check.lookups import Address

_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_NAMESERVER = re.compile(r"[0-9.]+(?::[0-9]{1,5})?")


def name(text: str) -> str:
    """Read a DNS name for argparse."""
    if not _NAME.fullmatch(text):
        msg = f"“{text}” is not a name in DNS. Write an internationalised one in its A-labels (xn--…)."
        raise argparse.ArgumentTypeError(msg)
    return text.lower().rstrip(".")


def address(text: str) -> Address:
    """Read an IP address for argparse."""
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        msg = f"“{text}” is not an IP address."
        raise argparse.ArgumentTypeError(msg) from error


def nameserver(text: str) -> str:
    """Read an IPv4 address with or without a port for argparse."""
    host, _colon, port = text.partition(":")
    if not _NAMESERVER.fullmatch(text) or int(port or 53) > 65535:
        msg = f"“{text}” is not the address of a name server. Write it as 192.0.2.53 or 192.0.2.53:5353."
        raise argparse.ArgumentTypeError(msg)
    address(host)
    return text


class Command(BaseCommand):
    help = "Check SPF, DKIM, DMARC, MX, the relay’s name, MTA-STS and TLS-RPT, as far as DNS answers."
    # It asks DNS, and the database nothing.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; what is not a name or an address is wrong usage (exit 2)."""
        parser.add_argument("domain", nargs="?", type=name, metavar="DOMAIN", help="else AVOW_MAIL_DOMAIN")
        parser.add_argument("--return-domain", type=name, metavar="DOMAIN", help="else AVOW_RETURN_DOMAIN")
        parser.add_argument(
            "--selector", action="append", default=[], type=name, metavar="NAME", help="of DKIM; may be given again"
        )
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            type=address,
            metavar="IP",
            help="that mail leaves from, else those of the relay in BULLETIN_SMTP_URL; may be given again",
        )
        parser.add_argument("--nameserver", type=nameserver, metavar="IP[:PORT]", help="else the machine’s")
        parser.add_argument("--timeout", type=float, default=3.0, metavar="SECONDS", help="for each question (3)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every finding; exit 1 when there is a fault, or something that could not be checked."""
        relay = settings.BULLETIN_SMTP or settings.SYSTEM_SMTP
        given = options["domain"]
        mail = MailDomain(
            domain=given or settings.AVOW_MAIL_DOMAIN,
            return_domain=options["return_domain"] or given or settings.AVOW_RETURN_DOMAIN,
            relay=relay["host"] if relay else "",
            addresses=tuple(options["address"]),
            selectors=tuple(options["selector"]),
        )
        try:
            lookups = Lookups(seconds=options["timeout"], nameserver=options["nameserver"] or "")
            lookups.require_public_view(mail.domain)
        except UnansweredError as silence:
            msg = f"Nothing was checked: {silence}. Name another with --nameserver."
            raise CommandError(msg) from silence
        self.stdout.write(f"Mail from {mail.domain}, bounces to {mail.return_domain}")
        findings: list[Finding] = []
        for finding in check_mail_domain(mail, lookups):
            self.stdout.write(str(finding))
            findings.append(finding)
        faults = [finding for finding in findings if finding.outcome is Outcome.FAULT]
        unchecked = sorted({finding.subject for finding in findings if finding.outcome is Outcome.UNCHECKED})
        if faults:
            msg = f"{len(faults)} faults; the first: {faults[0].subject}: {faults[0].sentence}"
            raise CommandError(msg)
        if unchecked:
            msg = f"No fault was found, but these could not be checked: {', '.join(unchecked)}."
            raise CommandError(msg)
