from __future__ import annotations

import pytest
from fastapi import Request

from deployments.shared.rate_limit import client_address, counted_address

PROXIES = ["127.0.0.1/32", "10.0.0.0/8"]


def request(peer: str, forwarded: str | None) -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else []
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        # A client that is no proxy can't speak for another.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        # What the client wrote itself stands left of what the proxy added.
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "nonsense"),
    ],
)
def test_the_address_is_the_last_one_no_trusted_proxy_wrote(
    peer: str, forwarded: str | None, address: str
) -> None:
    assert client_address(request(peer, forwarded), PROXIES) == address


def test_a_line_that_a_proxy_adds_counts_for_more_than_the_clients_own() -> None:
    lines = [b"198.51.100.1", b"203.0.113.9"]
    headers = [(b"x-forwarded-for", line) for line in lines]
    spoofed = Request({"type": "http", "client": ("127.0.0.1", 1), "headers": headers})
    assert client_address(spoofed, PROXIES) == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        # Whoever has one IPv6 address has a whole network of them.
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:2", "2001:db8::/64"),
        ("2001:db8:0:1::2", "2001:db8:0:1::/64"),
        # As a server sees IPv4 clients on a socket for both: they don't share one count.
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("nonsense" * 100, ("nonsense" * 100)[:64]),
    ],
)
def test_limits_count_networks_that_one_person_holds(address: str, counted: str) -> None:
    assert counted_address(address) == counted
