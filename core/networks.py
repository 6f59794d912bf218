"""From which network a request came: never from which machine, and never by what a visitor says of themselves."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

_LONGEST_HEADER = 2000


def client_network(request: HttpRequest) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) that `request` came from; empty when it cannot be known.

    Of `X-Forwarded-For` only the entries that the `AVOW_TRUSTED_PROXIES` hops in front of us wrote are believed; with
    none of them, the connection alone counts.
    """
    return truncated(_client_address(request))


def truncated(address: str) -> str:
    """Return the network that `address` is in, as `192.0.2.0/24` or `2001:db8:1::/48`.

    Empty when it is no address, and for this machine itself: that is a proxy of ours, and stands for everybody.
    """
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(ipaddress.IPv4Network((int(parsed), 24), strict=False))
    return str(ipaddress.IPv6Network((int(parsed), 48), strict=False))


def _client_address(request: HttpRequest) -> str:
    hops = settings.AVOW_TRUSTED_PROXIES
    if hops < 1:
        return str(request.META.get("REMOTE_ADDR", ""))
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "")[-_LONGEST_HEADER:].split(",")
    # Each hop adds, at the end, whom it was connected to: the visitor is as far from the end as there are hops.
    return entries[-hops] if len(entries) >= hops else ""
