from __future__ import annotations

import pytest
from django.test import RequestFactory

from core.networks import client_network, truncated


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        (" 192.0.2.77 ", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::2", "::/48"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.77:1234", ""),
    ],
)
def test_a_network_is_not_a_machine(address: str, network: str) -> None:
    assert truncated(address) == network


@pytest.mark.parametrize(
    ("hops", "forwarded", "network"),
    [
        (0, "203.0.113.9", "192.0.2.0/24"),
        (1, "203.0.113.9", "203.0.113.0/24"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.0/24"),  # the first is what the visitor claims
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.0/24"),
        (2, "10.0.0.1, 198.51.100.1, 203.0.113.9", "198.51.100.0/24"),
        (2, "203.0.113.9", ""),
        (1, "", ""),
        (1, "x" * 5000 + ",203.0.113.9", "203.0.113.0/24"),
    ],
)
def test_only_trusted_hops_are_believed(settings, hops: int, forwarded: str, network: str) -> None:
    settings.AVOW_TRUSTED_PROXIES = hops
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.77", headers={"X-Forwarded-For": forwarded})
    assert client_network(request) == network
