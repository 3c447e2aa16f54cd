"""Shoppers go back to the store after authenticating, nowhere else."""

from __future__ import annotations

import pytest

from deployments.payments.domain.return_url import is_below


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("https://shop.test/order/7", "https://shop.test"),
        ("https://shop.test/order/7?a=b#c", "https://shop.test/"),
        ("https://SHOP.test:443/", "https://shop.test"),
        ("https://shop.test", "https://shop.test"),
        ("https://shop.test/store/order", "https://shop.test/store"),
        ("https://shop.test/store", "https://shop.test/store/"),
        ("http://localhost:3000/order", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/order", "http://127.0.0.1:3000"),
    ],
)
def test_addresses_of_the_store(url: str, store: str) -> None:
    assert is_below(url, store)


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("https://evil.test/", "https://shop.test"),
        ("https://shop.test.evil.test/", "https://shop.test"),
        ("https://shop.test@evil.test/", "https://shop.test"),
        ("https://user@shop.test/", "https://shop.test"),
        ("https://shop.test:8443/", "https://shop.test"),
        ("http://shop.test/", "https://shop.test"),
        ("javascript://shop.test/%0aalert(1)", "https://shop.test"),
        ("//shop.test/", "https://shop.test"),
        ("https://shop.test\\@evil.test/", "https://shop.test"),
        ("https://shop.test/ evil", "https://shop.test"),
        ("https://shop.test/storefront", "https://shop.test/store"),
        ("https://shop.test/store/../admin", "https://shop.test/store"),
        ("https://shop.test/store/%2E%2e/admin", "https://shop.test/store"),
        ("https://shop.test:99999/", "https://shop.test"),
        ("http://localhost:3001/", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://shop.test:3000"),
    ],
)
def test_addresses_elsewhere(url: str, store: str) -> None:
    assert not is_below(url, store)
