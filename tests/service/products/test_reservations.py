"""The reservation protocol under races, repeats and delays, on a real database."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Query, bottle, simple
from tests.support import Keys

Headers = dict[str, str]
INVARIANT = """
    SELECT s.variant_id, s.on_hand, s.reserved,
           coalesce((SELECT sum(quantity) FROM reservations r
                     WHERE r.variant_id = s.variant_id AND r.state = 'held'), 0) AS held,
           coalesce((SELECT sum(delta) FROM stock_movements m
                     WHERE m.variant_id = s.variant_id), 0) AS moved
    FROM stock s
"""


def check_stock(query: Query) -> None:
    """I1: 0 ≤ reserved ≤ on hand, reserved is what is held, on hand is the sum of movements."""
    for row in query(INVARIANT):
        assert 0 <= row["reserved"] <= row["on_hand"], row
        assert row["reserved"] == row["held"], row
        assert row["on_hand"] == row["moved"], row


class Shop:
    """The calls of the cart service."""

    def __init__(self, client: httpx.AsyncClient, merchant: Headers, cart: Headers) -> None:
        self._client = client
        self._merchant = merchant
        self._cart = cart

    async def variant(self, sku: str, on_hand: int) -> str:
        body = simple(sku, on_hand=on_hand)
        answer = await self._client.post("", json=body, headers=self._merchant)
        identity: str = answer.json()["variants"][0]["id"]
        return identity

    async def reserve(self, lines: dict[str, int], order_id: UUID | None = None) -> httpx.Response:
        body = {
            "order_id": str(order_id or new_id()),
            "lines": [{"variant_id": v, "quantity": q} for v, q in lines.items()],
        }
        return await self._client.put("/internal/reservations", json=body, headers=self._cart)

    async def finish(self, order_id: UUID | str, how: str) -> httpx.Response:
        path = f"/internal/reservations/{order_id}/{how}"
        return await self._client.put(path, headers=self._cart)

    async def stock(self, query: Query, variant: str) -> tuple[int, int]:
        row = query("SELECT on_hand, reserved FROM stock WHERE variant_id = %s", variant)[0]
        return row["on_hand"], row["reserved"]


@pytest.fixture
def shop(products: httpx.AsyncClient, merchant: Headers, cart: Headers) -> Shop:
    return Shop(products, merchant, cart)


def code(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


async def test_held_stock_is_sold_on_commit(shop: Shop, query: Query) -> None:
    variant, order = await shop.variant("A", 5), new_id()
    answer = await shop.reserve({variant: 2}, order)
    assert answer.json() == {"order_id": str(order), "state": "held"}
    assert await shop.stock(query, variant) == (5, 2)
    for _ in range(2):
        done = await shop.finish(order, "commit")
        assert done.json() == {"order_id": str(order), "state": "committed"}
    assert await shop.stock(query, variant) == (3, 0)
    sold = query("SELECT delta, order_id, actor FROM stock_movements WHERE reason = 'sold'")
    assert sold == [{"delta": -2, "order_id": order, "actor": "service:cart"}]
    check_stock(query)


async def test_released_stock_can_be_sold_again(shop: Shop, query: Query) -> None:
    variant, order = await shop.variant("A", 2), new_id()
    await shop.reserve({variant: 2}, order)
    assert code(await shop.reserve({variant: 1})) == (409, "insufficient_stock")
    for _ in range(2):
        assert (await shop.finish(order, "release")).json()["state"] == "released"
    assert await shop.stock(query, variant) == (2, 0)
    assert (await shop.reserve({variant: 2})).status_code == 200
    check_stock(query)


async def test_of_a_hundred_buyers_of_the_last_unit_one_wins(shop: Shop, query: Query) -> None:
    variant = await shop.variant("LAST", 1)
    answers = await asyncio.gather(*[shop.reserve({variant: 1}) for _ in range(100)])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 99
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "insufficient_stock"
    assert refused["lines"] == [{"variant_id": variant, "requested": 1, "available": 0}]
    assert await shop.stock(query, variant) == (1, 1)
    check_stock(query)


async def test_orders_for_the_same_variants_in_opposite_order_do_not_deadlock(
    shop: Shop, query: Query
) -> None:
    first, second = await shop.variant("A", 100), await shop.variant("B", 100)
    there, back = {first: 1, second: 1}, {second: 1, first: 1}
    answers = await asyncio.gather(*[shop.reserve(there if n % 2 else back) for n in range(40)])
    assert {answer.status_code for answer in answers} == {200}
    orders = [answer.json()["order_id"] for answer in answers]
    ends = await asyncio.gather(
        *[shop.finish(order, "commit" if n % 3 else "release") for n, order in enumerate(orders)]
    )
    assert {answer.status_code for answer in ends} == {200}
    check_stock(query)


async def test_an_order_gets_all_of_its_lines_or_none(shop: Shop, query: Query) -> None:
    plenty, little, none = [await shop.variant(s, n) for s, n in (("A", 9), ("B", 1), ("C", 0))]
    order = new_id()
    answer = await shop.reserve({plenty: 2, little: 3, none: 1}, order)
    assert code(answer) == (409, "insufficient_stock")
    lines = {line["variant_id"]: line for line in answer.json()["lines"]}
    assert lines == {
        little: {"variant_id": little, "requested": 3, "available": 1},
        none: {"variant_id": none, "requested": 1, "available": 0},
    }
    assert await shop.stock(query, plenty) == (9, 0)
    # Nothing of the refused attempt is left, and it is refused for good: who takes less orders
    # anew.
    less = {plenty: 2, little: 1}
    assert code(await shop.reserve(less, order)) == (409, "reservation_released")
    assert (await shop.reserve(less)).status_code == 200
    check_stock(query)


async def test_unknown_variant_is_not_available(shop: Shop) -> None:
    variant = str(new_id())
    answer = await shop.reserve({variant: 1})
    assert code(answer) == (409, "insufficient_stock")
    assert answer.json()["lines"] == [{"variant_id": variant, "requested": 1, "available": 0}]


async def test_the_same_order_at_once_holds_once(shop: Shop, query: Query) -> None:
    variant, order = await shop.variant("A", 10), new_id()
    answers = await asyncio.gather(*[shop.reserve({variant: 3}, order) for _ in range(10)])
    assert {answer.status_code for answer in answers} == {200}
    assert await shop.stock(query, variant) == (10, 3)
    check_stock(query)


async def test_repeat_with_other_lines_is_a_conflict(shop: Shop, query: Query) -> None:
    variant, order = await shop.variant("A", 10), new_id()
    await shop.reserve({variant: 3}, order)
    assert code(await shop.reserve({variant: 4}, order)) == (409, "reservation_differs")
    await shop.finish(order, "commit")
    assert (await shop.reserve({variant: 3}, order)).json()["state"] == "committed"
    assert await shop.stock(query, variant) == (7, 0)


async def test_released_order_can_not_reserve_even_if_it_never_did(
    shop: Shop, query: Query
) -> None:
    variant, order = await shop.variant("A", 10), new_id()
    for _ in range(2):
        assert (await shop.finish(order, "release")).json()["state"] == "released"
    assert code(await shop.reserve({variant: 1}, order)) == (409, "reservation_released")
    assert code(await shop.finish(order, "commit")) == (409, "reservation_released")
    assert await shop.stock(query, variant) == (10, 0)


async def test_release_racing_with_reserve_leaves_nothing_held(shop: Shop, query: Query) -> None:
    variant = await shop.variant("A", 100)
    orders = [new_id() for _ in range(20)]
    calls = [shop.reserve({variant: 1}, order) for order in orders]
    calls += [shop.finish(order, "release") for order in orders]
    random.Random(1).shuffle(calls)
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert await shop.stock(query, variant) == (100, 0)
    check_stock(query)


async def test_commit_racing_with_release_does_one_of_them(shop: Shop, query: Query) -> None:
    variant = await shop.variant("A", 100)
    orders = [new_id() for _ in range(20)]
    await asyncio.gather(*[shop.reserve({variant: 1}, order) for order in orders])
    answers = await asyncio.gather(
        *[shop.finish(order, how) for order in orders for how in ("commit", "release")]
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [409] * 20
    sold = query("SELECT count(*) AS n FROM reservations WHERE state = 'committed'")[0]["n"]
    assert await shop.stock(query, variant) == (100 - sold, 0)
    check_stock(query)


async def test_sold_stock_is_not_released_and_unknown_orders_not_committed(shop: Shop) -> None:
    variant, order = await shop.variant("A", 1), new_id()
    await shop.reserve({variant: 1}, order)
    await shop.finish(order, "commit")
    assert code(await shop.finish(order, "release")) == (409, "reservation_committed")
    assert code(await shop.finish(new_id(), "commit")) == (404, "reservation_not_found")


async def test_selling_out_and_coming_back_are_announced_once_each(
    shop: Shop, query: Query
) -> None:
    variant, first, second = await shop.variant("A", 3), new_id(), new_id()

    def announced() -> int:
        count: int = query("SELECT count(*) AS n FROM outbox")[0]["n"]
        return count - 1  # its creation

    await shop.reserve({variant: 2}, first)
    assert announced() == 0
    await shop.reserve({variant: 1}, second)
    assert announced() == 1
    await shop.finish(first, "commit")
    assert announced() == 1
    await shop.finish(second, "release")
    assert announced() == 2


async def test_only_the_cart_reserves(products: httpx.AsyncClient, keys: Keys, shop: Shop) -> None:
    variant = await shop.variant("A", 1)
    body = {"order_id": str(new_id()), "lines": [{"variant_id": variant, "quantity": 1}]}
    assert (await products.put("/internal/reservations", json=body)).status_code == 401
    for headers in (
        keys.user("admin"),
        keys.user("merchant"),
        keys.service("payments", "products"),
        keys.service("search", "products"),
    ):
        for path in ("", f"/{new_id()}/commit", f"/{new_id()}/release"):
            url = f"/internal/reservations{path}"
            answer = await products.put(url, json=body, headers=headers)
            assert code(answer) == (403, "service_only")


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000, 1.5, "2", None])
async def test_bad_quantity_is_refused(shop: Shop, query: Query, quantity: Any) -> None:
    variant = await shop.variant("A", 5)
    assert (await shop.reserve({variant: quantity})).status_code == 422
    assert await shop.stock(query, variant) == (5, 0)


async def test_variant_named_twice_and_empty_order_are_refused(
    products: httpx.AsyncClient, cart: Headers, shop: Shop
) -> None:
    line = {"variant_id": await shop.variant("A", 5), "quantity": 1}
    for lines in ([line, line], []):
        body = {"order_id": str(new_id()), "lines": lines}
        answer = await products.put("/internal/reservations", json=body, headers=cart)
        assert answer.status_code == 422


async def test_archived_product_can_not_be_reserved_but_held_stock_is_kept(
    products: httpx.AsyncClient, merchant: Headers, shop: Shop, query: Query
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    variant, order = product["variants"][0]["id"], new_id()
    await shop.reserve({variant: 1}, order)
    await products.delete(f"/{product['id']}", headers=merchant)
    assert code(await shop.reserve({variant: 1})) == (409, "insufficient_stock")
    assert (await shop.finish(order, "commit")).json()["state"] == "committed"
    check_stock(query)


async def test_stock_holds_while_orders_adjustments_and_edits_race(
    products: httpx.AsyncClient, merchant: Headers, shop: Shop, query: Query
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    variants = [v["id"] for v in product["variants"]]
    await asyncio.gather(*[_adjust(products, merchant, product["id"], v, 30) for v in variants])
    dice = random.Random(7)

    async def order() -> int:
        identity = new_id()
        lines = {v: dice.randint(1, 3) for v in dice.sample(variants, dice.randint(1, 2))}
        if (answer := await shop.reserve(lines, identity)).status_code == 200:
            answer = await shop.finish(identity, dice.choice(["commit", "release"]))
        return answer.status_code

    async def edit(number: int) -> int:
        body = bottle(title=f"Edit {number}")
        for variant in body["variants"]:
            variant["on_hand"] = dice.randint(10, 40)
        answer = await products.put(f"/{product['id']}", json=body, headers=merchant)
        return answer.status_code

    async def adjust() -> int:
        variant = dice.choice(variants)
        return await _adjust(products, merchant, product["id"], variant, dice.randint(-3, -1))

    work = [order() for _ in range(40)] + [edit(n) for n in range(10)]
    work += [adjust() for _ in range(10)]
    dice.shuffle(work)
    assert set(await asyncio.gather(*work)) <= {200, 409, 422}
    check_stock(query)


async def test_an_edit_waits_for_an_order_that_is_just_reserving(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    navy = product["variants"][0]["id"]
    query("BEGIN")
    order = new_id()
    query("INSERT INTO reservation_orders VALUES (%s, 'held')", order)
    query("UPDATE stock SET reserved = 2 WHERE variant_id = %s", navy)
    query("INSERT INTO reservations VALUES (%s, %s, 2, 'held')", order, navy)
    without = bottle(variants=bottle()["variants"][1:])
    edit = asyncio.create_task(products.put(f"/{product['id']}", json=without, headers=merchant))
    await asyncio.sleep(0.3)
    assert not edit.done()
    query("COMMIT")
    assert (await edit).status_code == 200
    # The edit saw the reservation, so it kept the variant for the order.
    assert query("SELECT active FROM variants WHERE id = %s", navy) == [{"active": False}]
    check_stock(query)


async def _adjust(
    client: httpx.AsyncClient, headers: Headers, product: str, variant: str, delta: int
) -> int:
    path = f"/{product}/variants/{variant}/stock"
    body = {"delta": delta, "reason": "count"}
    return (await client.post(path, json=body, headers=headers)).status_code
