"""Questions to DNS, with short patience and a bound on their number."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from dns.rdtypes.ANY.MX import MX
    from dns.rdtypes.ANY.PTR import PTR
    from dns.rdtypes.ANY.TXT import TXT

    Address = IPv4Address | IPv6Address

_MOST_QUESTIONS = 200
_MOST_SILENCES = 3


class UnansweredError(Exception):
    """Nobody could be asked, or the answer was no answer: nothing is known about the name. The message says which."""


class Lookups:
    """A resolver that gives up early: after a few silences it asks no more and says so at once."""

    def __init__(self, *, seconds: float, nameserver: str = "") -> None:
        """`nameserver` is `address` or `address:port`; without one the machine's own are asked."""
        self._asked = 0
        self._silences = 0
        try:
            self._resolver = dns.resolver.Resolver(configure=not nameserver)
        except dns.resolver.NoResolverConfiguration as error:
            msg = "this machine has no name server"
            raise UnansweredError(msg) from error
        self._resolver.lifetime = self._resolver.timeout = seconds
        if nameserver:
            host, _colon, port = nameserver.partition(":")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)

    def require_public_view(self, domain: str) -> None:
        """Raise `UnansweredError` when the name server does not even know the top of `domain`, and so sees no public DNS."""
        top = domain.rpartition(".")[2]
        try:
            self._resolver.resolve(f"{top}.", "SOA", raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            msg = f"the name server does not know “.{top}”, so it does not see the public DNS"
            raise UnansweredError(msg) from error
        except dns.exception.DNSException as error:
            msg = "no name server answers"
            raise UnansweredError(msg) from error

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of `name`, the strings of each joined; raise `UnansweredError`."""
        found: list[TXT] = self._ask(name, "TXT")
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found]

    def mail_hosts(self, name: str) -> list[tuple[int, str]]:
        """Return the MX records of `name` by preference; the host of a null MX (RFC 7505) is empty."""
        found: list[MX] = self._ask(name, "MX")
        return sorted(
            (
                record.preference,
                "" if record.exchange == dns.name.root else record.exchange.to_text(omit_final_dot=True),
            )
            for record in found
        )

    def addresses(self, name: str) -> list[Address]:
        """Return the IPv4 and IPv6 addresses of `name`."""
        found = [*self._ask(name, "A"), *self._ask(name, "AAAA")]
        return [ipaddress.ip_address(record.address) for record in found]

    def names(self, address: Address) -> list[str]:
        """Return the names that the reverse zone gives to `address`."""
        found: list[PTR] = self._ask(dns.reversename.from_address(str(address)).to_text(), "PTR")
        return [record.target.to_text(omit_final_dot=True) for record in found]

    def _ask(self, name: str, kind: str) -> list[Any]:
        if self._silences >= _MOST_SILENCES:
            msg = "no name server answers"
            raise UnansweredError(msg)
        self._asked += 1
        if self._asked > _MOST_QUESTIONS:
            msg = f"{name}: too many questions were asked already"
            raise UnansweredError(msg)
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers) as error:
            self._silences += 1
            msg = f"{name}: no answer about {kind}"
            raise UnansweredError(msg) from error
        except (dns.exception.DNSException, UnicodeError) as error:
            msg = f"{name}: not a name that can be asked about"
            raise UnansweredError(msg) from error
        self._silences = 0
        return list(answer)
