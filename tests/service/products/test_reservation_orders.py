"""Every order in which calls for one order can arrive: repeated, out of turn, all at once."""

from __future__ import annotations

import asyncio
import itertools

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Query
from tests.service.products.test_reservations import Shop, check_stock, code

Headers = dict[str, str]

# State → what a call answers in it, and the state afterwards. None: the order is unknown.
PROTOCOL: dict[str | None, dict[str, tuple[int, str | None, str | None]]] = {
    None: {
        "reserve": (200, None, "held"),
        "commit": (404, "reservation_not_found", None),
        "release": (200, None, "released"),
    },
    "held": {
        "reserve": (200, None, "held"),
        "commit": (200, None, "committed"),
        "release": (200, None, "released"),
    },
    "committed": {
        "reserve": (200, None, "committed"),
        "commit": (200, None, "committed"),
        "release": (409, "reservation_committed", "committed"),
    },
    "released": {
        "reserve": (409, "reservation_released", "released"),
        "commit": (409, "reservation_released", "released"),
        "release": (200, None, "released"),
    },
}
CALLS = ("reserve", "commit", "release")
LEFT = {None: (100, 0), "held": (100, 2), "committed": (98, 0), "released": (100, 0)}


@pytest.fixture
def shop(products: httpx.AsyncClient, merchant: Headers, cart: Headers) -> Shop:
    return Shop(products, merchant, cart)


async def test_calls_in_every_order_follow_the_protocol(shop: Shop, query: Query) -> None:
    for sequence in itertools.product(CALLS, repeat=3):
        variant, order = await shop.variant(f"V-{'-'.join(sequence)}", 100), new_id()
        state: str | None = None
        for call in sequence:
            if call == "reserve":
                answer = await shop.reserve({variant: 2}, order)
            else:
                answer = await shop.finish(order, call)
            status, problem, state = PROTOCOL[state][call]
            assert code(answer) == (status, problem), (sequence, call)
            assert await shop.stock(query, variant) == LEFT[state], (sequence, call)
    check_stock(query)


async def test_calls_of_many_orders_all_at_once_end_in_one_state_each(
    shop: Shop, query: Query
) -> None:
    first, second = await shop.variant("A", 1000), await shop.variant("B", 1000)
    orders = [new_id() for _ in range(12)]
    work = []
    for n, order in enumerate(orders):
        lines = {first: 1, second: 2} if n % 2 else {second: 2, first: 1}
        work += [shop.reserve(lines, order) for _ in range(2)]
        work += [shop.finish(order, call) for call in ("commit", "release", "commit", "release")]
    answers = await asyncio.gather(*work)
    assert {answer.status_code for answer in answers} <= {200, 404, 409}
    check_stock(query)
    ends = query("SELECT state, count(*) AS n FROM reservation_orders GROUP BY state")
    assert sum(row["n"] for row in ends) == len(orders)
    sold = sum(row["n"] for row in ends if row["state"] == "committed")
    held = sum(row["n"] for row in ends if row["state"] == "held")
    assert held == 0
    assert await shop.stock(query, first) == (1000 - sold, 0)
    assert await shop.stock(query, second) == (1000 - 2 * sold, 0)
