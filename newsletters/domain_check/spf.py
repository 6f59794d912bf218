"""Read SPF records (RFC 7208): how many lookups they cost, and whether they let an address send."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.domain_check.lookups import Address, Lookups

#: RFC 7208 §4.6.4: a record that costs more is void.
MOST_LOOKUPS = 10
_TERM = re.compile(
    r"(?P<qualifier>[+?~-])?(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>[^/\s]+))?"
    r"(?P<prefix>/\d{1,3})?(?://(?P<prefix6>\d{1,3}))?",
    re.IGNORECASE,
)
_IP6 = re.compile(r"(?P<qualifier>[+?~-])?ip6:(?P<network>\S+)", re.IGNORECASE)
_IP4 = re.compile(r"(?P<qualifier>[+?~-])?ip4:(?P<network>\S+)", re.IGNORECASE)
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class SpfError(Exception):
    """Receivers call the record broken (permerror). The message says why."""


@dataclass(slots=True)
class Term:
    """One mechanism. `networks` for `ip4` and `ip6`; `name` is what `include`, `a` and `mx` point at."""

    kind: str
    qualifier: str
    name: str = ""
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    prefix: int | None = None
    prefix6: int | None = None
    record: Record | None = None


@dataclass(slots=True)
class Record:
    """A record with those that it includes."""

    domain: str
    terms: list[Term] = field(default_factory=list)
    redirect: Record | None = None

    @property
    def last(self) -> str:
        """What `all` answers; "" where the record has none and leads nowhere else."""
        last = next((_RESULTS[term.qualifier] for term in self.terms if term.kind == "all"), "")
        return last or (self.redirect.last if self.redirect else "")

    @property
    def depth(self) -> int:
        """How deep records are included in records."""
        inner = [term.record for term in self.terms if term.record] + ([self.redirect] if self.redirect else [])
        return 1 + max((record.depth for record in inner), default=0)

    @property
    def uses_macros(self) -> bool:
        """Whether the answer depends on more than the address, so that it cannot be told here."""
        inner = [term.record for term in self.terms if term.record] + ([self.redirect] if self.redirect else [])
        return any("%" in term.name or term.kind in {"exists", "ptr"} for term in self.terms) or any(
            record.uses_macros for record in inner
        )


class Spf:
    """The record of a domain, followed through its includes once."""

    def __init__(self, domain: str, lookups: Lookups) -> None:
        """Read the record and all that it includes.

        Raises:
            SpfError: it is broken, or costs too many lookups.
            UnansweredError: DNS does not say.
        """
        self._lookups = lookups
        self.count = 0
        self.record = self._read(domain, is_included=False)

    def result_for(self, address: Address) -> str:
        """Return `pass`, `fail`, `softfail` or `neutral` for mail from `address`; raise `UnansweredError`."""
        return self._evaluate(self.record, address)

    def _read(self, domain: str, *, is_included: bool) -> Record:
        found = [text for text in self._lookups.texts(domain) if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)]
        if len(found) > 1:
            msg = f"{domain} has {len(found)} SPF records; there must be one"
            raise SpfError(msg)
        if not found:
            where = " and is included" if is_included else ""
            msg = f"{domain} has no SPF record{where}"
            raise SpfError(msg)
        record = Record(domain)
        redirect = ""
        for word in found[0].split()[1:]:
            name, equals, value = word.partition("=")
            if equals and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", name):
                redirect = value if name.lower() == "redirect" else redirect
                continue
            record.terms.append(self._read_term(word, domain))
        if redirect and not any(term.kind == "all" for term in record.terms):
            self._spend(domain)
            record.redirect = self._read(redirect, is_included=True)
        return record

    def _read_term(self, word: str, domain: str) -> Term:
        literal = _IP4.fullmatch(word) or _IP6.fullmatch(word)
        if literal:
            return Term("ip", literal["qualifier"] or "+", networks=(_network(literal["network"], domain),))
        match = _TERM.fullmatch(word)
        if match is None or match["name"].lower() in {"ip4", "ip6"}:
            msg = f"{domain}: “{word[:60]}” is not SPF"
            raise SpfError(msg)
        term = Term(
            match["name"].lower(),
            match["qualifier"] or "+",
            match["value"] or domain,
            prefix=int(match["prefix"][1:]) if match["prefix"] else None,
            prefix6=int(match["prefix6"]) if match["prefix6"] else None,
        )
        if term.kind != "all":
            self._spend(domain)
        if term.kind == "include" and "%" not in term.name:
            term.record = self._read(term.name, is_included=True)
        return term

    def _spend(self, domain: str) -> None:
        self.count += 1
        if self.count > MOST_LOOKUPS:
            msg = f"more than {MOST_LOOKUPS} lookups (reached at {domain}); receivers stop there"
            raise SpfError(msg)

    def _evaluate(self, record: Record, address: Address) -> str:
        for term in record.terms:
            if self._matches(term, address):
                return _RESULTS[term.qualifier]
        return self._evaluate(record.redirect, address) if record.redirect else "neutral"

    def _matches(self, term: Term, address: Address) -> bool:
        if term.kind == "all":
            return True
        if term.kind == "ip":
            return any(address.version == network.version and address in network for network in term.networks)
        if term.kind == "include":
            return term.record is not None and self._evaluate(term.record, address) == "pass"
        if "%" in term.name or term.kind not in {"a", "mx"}:
            return False
        hosts = [term.name]
        if term.kind == "mx":
            hosts = [host for _preference, host in self._lookups.mail_hosts(term.name)[:MOST_LOOKUPS] if host]
        prefix = term.prefix if address.version == 4 else term.prefix6
        return any(
            address in ipaddress.ip_network((found, found.max_prefixlen if prefix is None else prefix), strict=False)
            for host in hosts
            for found in self._lookups.addresses(host)
            if found.version == address.version
        )


def _network(text: str, domain: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        msg = f"{domain}: “{text[:60]}” is not a network"
        raise SpfError(msg) from error
