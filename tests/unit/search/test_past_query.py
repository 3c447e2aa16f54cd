"""Which queries may be suggested to others."""

from __future__ import annotations

import pytest

from deployments.search.domain.past_query import may_be_suggested


@pytest.mark.parametrize("query", ["hiking boots", "usb 3", "canon eos 2000d", "tn-2410", "夜灯"])
def test_what_shoppers_ask(query: str) -> None:
    assert may_be_suggested(query)


@pytest.mark.parametrize(
    "query",
    [
        "jane@example.com",
        "www.example.com boots",
        "https://example.com",
        "4006381333931",
        "call 0171 234 5678",
        "card 4111-1111-1111-1111",
        "12345",
        "a",
        "boots " * 20,
        "",
    ],
)
def test_what_is_no_ones_business(query: str) -> None:
    assert not may_be_suggested(query)
