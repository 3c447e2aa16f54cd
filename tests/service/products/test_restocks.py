"""Refunds put stock back: once each, in any order, and never more than the order bought."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Query
from tests.service.products.test_reservations import Shop, check_stock, code
from tests.support import Keys

Headers = dict[str, str]


@pytest.fixture
def shop(products: httpx.AsyncClient, merchant: Headers, cart: Headers) -> Shop:
    return Shop(products, merchant, cart)


class Refunds:
    def __init__(self, client: httpx.AsyncClient, cart: Headers) -> None:
        self._client = client
        self._cart = cart

    async def restock(
        self, order: UUID, lines: dict[str, int], refund: UUID | None = None
    ) -> httpx.Response:
        body = {
            "order_id": str(order),
            "lines": [{"variant_id": v, "quantity": q} for v, q in lines.items()],
        }
        path = f"/internal/restocks/{refund or new_id()}"
        return await self._client.put(path, json=body, headers=self._cart)


@pytest.fixture
def refunds(products: httpx.AsyncClient, cart: Headers) -> Refunds:
    return Refunds(products, cart)


async def sold(shop: Shop, lines: dict[str, int]) -> UUID:
    order = new_id()
    assert (await shop.reserve(lines, order)).status_code == 200
    assert (await shop.finish(order, "commit")).status_code == 200
    return order


async def test_returned_units_can_be_sold_again_and_are_on_record(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    variant = await shop.variant("A", 3)
    order, refund = await sold(shop, {variant: 3}), new_id()
    answer = await refunds.restock(order, {variant: 2}, refund)
    assert answer.json() == {"refund_id": str(refund), "order_id": str(order)}
    assert await shop.stock(query, variant) == (2, 0)
    moves = query("SELECT delta, order_id, actor FROM stock_movements WHERE reason = 'returned'")
    assert moves == [{"delta": 2, "order_id": order, "actor": "service:cart"}]
    # Sold out before, back now: search is told.
    assert query("SELECT count(*) AS n FROM outbox")[0]["n"] == 3
    check_stock(query)


async def test_the_same_refund_many_times_at_once_counts_once(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    variant = await shop.variant("A", 9)
    order, refund = await sold(shop, {variant: 9}), new_id()
    answers = await asyncio.gather(
        *[refunds.restock(order, {variant: 4}, refund) for _ in range(20)]
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await shop.stock(query, variant) == (4, 0)
    check_stock(query)


async def test_the_same_refund_with_other_lines_or_order_is_refused(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    variant = await shop.variant("A", 9)
    order, other = await sold(shop, {variant: 4}), await sold(shop, {variant: 4})
    refund = new_id()
    await refunds.restock(order, {variant: 2}, refund)
    assert code(await refunds.restock(order, {variant: 1}, refund)) == (422, "restock_differs")
    assert code(await refunds.restock(other, {variant: 2}, refund)) == (422, "restock_differs")
    assert await shop.stock(query, variant) == (3, 0)


async def test_refunds_of_an_order_never_return_more_than_it_bought(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    variant = await shop.variant("A", 5)
    order = await sold(shop, {variant: 5})
    answers = await asyncio.gather(*[refunds.restock(order, {variant: 2}) for _ in range(6)])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["returnable"]) == ("restock_exceeds_sold", 1)
    assert await shop.stock(query, variant) == (4, 0)
    check_stock(query)


async def test_what_was_not_sold_does_not_come_back(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    variant, foreign = await shop.variant("A", 5), await shop.variant("B", 5)
    held, released = new_id(), new_id()
    await shop.reserve({variant: 1}, held)
    await shop.finish(released, "release")
    for order in (held, released, new_id()):
        assert code(await refunds.restock(order, {variant: 1})) == (409, "order_not_sold")
    order = await sold(shop, {variant: 1})
    for unknown in (foreign, str(new_id())):
        answer = await refunds.restock(order, {variant: 1, unknown: 1})
        assert code(answer) == (404, "variant_not_found")
    assert await shop.stock(query, variant) == (4, 1)
    # Nothing of a refused restock is remembered: it goes through once the order is committed.
    refund = new_id()
    assert (await refunds.restock(held, {variant: 1}, refund)).status_code == 409
    await shop.finish(held, "commit")
    assert (await refunds.restock(held, {variant: 1}, refund)).status_code == 200
    check_stock(query)


async def test_refunds_in_opposite_order_and_buyers_do_not_deadlock(
    shop: Shop, refunds: Refunds, query: Query
) -> None:
    first, second = await shop.variant("A", 60), await shop.variant("B", 60)
    there, back = {first: 1, second: 1}, {second: 1, first: 1}
    orders = [await sold(shop, there) for _ in range(15)]
    answers = await asyncio.gather(
        *[refunds.restock(order, there if n % 2 else back) for n, order in enumerate(orders)],
        *[shop.reserve(back if n % 2 else there) for n in range(15)],
    )
    assert {answer.status_code for answer in answers} == {200}
    check_stock(query)


async def test_only_the_cart_restocks_and_bad_lines_are_refused(
    products: httpx.AsyncClient, keys: Keys, refunds: Refunds
) -> None:
    body = {"order_id": str(new_id()), "lines": [{"variant_id": str(new_id()), "quantity": 1}]}
    path = f"/internal/restocks/{new_id()}"
    assert (await products.put(path, json=body)).status_code == 401
    for headers in (keys.user("admin"), keys.service("payments", "products")):
        answer = await products.put(path, json=body, headers=headers)
        assert code(answer) == (403, "service_only")
    for quantity in (0, -1):
        assert (await refunds.restock(new_id(), {str(new_id()): quantity})).status_code == 422
    assert (await refunds.restock(new_id(), {})).status_code == 422
