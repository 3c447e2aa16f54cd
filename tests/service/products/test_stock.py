"""Stock is audited: corrections count once, counts don't overwrite, history adds up."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Query, bottle, simple
from tests.service.products.test_reservations import Shop, check_stock, code
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


class Desk:
    """A merchant at the stock of one product with one variant."""

    def __init__(self, client: httpx.AsyncClient, merchant: Headers, product: Body) -> None:
        self._client = client
        self._merchant = merchant
        self.product = product["id"]
        self.variant = product["variants"][0]["id"]
        self.path = f"/{self.product}/variants/{self.variant}"

    async def adjust(self, delta: int, key: str | None = None, **more: Any) -> httpx.Response:
        headers = self._merchant | ({"Idempotency-Key": key} if key else {})
        body = {"delta": delta, "reason": "damaged"} | more
        return await self._client.post(f"{self.path}/stock", json=body, headers=headers)

    async def count(self, on_hand: Any, expected: Any) -> httpx.Response:
        body = {"on_hand": on_hand, "expected": expected}
        return await self._client.put(f"{self.path}/stock", json=body, headers=self._merchant)

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        return await self._client.get(path, params=parameters, headers=self._merchant)


@pytest.fixture
async def desk(products: httpx.AsyncClient, merchant: Headers) -> Desk:
    answer = await products.post("", json=simple("A", on_hand=10), headers=merchant)
    return Desk(products, merchant, answer.json())


@pytest.fixture
def shop(products: httpx.AsyncClient, merchant: Headers, cart: Headers) -> Shop:
    return Shop(products, merchant, cart)


async def test_an_adjustment_sent_again_and_again_at_once_counts_once(
    desk: Desk, query: Query
) -> None:
    answers = await asyncio.gather(*[desk.adjust(-2, "key-1") for _ in range(20)])
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["on_hand"] for answer in answers} == {8}
    assert (await desk.adjust(-2, "key-2")).json()["on_hand"] == 6
    # The answer of then, though there is less by now.
    assert (await desk.adjust(-2, "key-1")).json()["on_hand"] == 8
    assert code(await desk.adjust(-3, "key-1")) == (422, "idempotency_key_reused")
    assert (await desk.adjust(-2)).json()["on_hand"] == 4
    check_stock(query)


async def test_a_key_used_for_two_variants_at_once_stands_for_one(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    rows = [await products.post("", json=simple(sku), headers=merchant) for sku in ("A", "B")]
    desks = [Desk(products, merchant, row.json()) for row in rows]
    answers = await asyncio.gather(*[desk.adjust(5, "same") for desk in desks for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [422] * 3
    assert query("SELECT sum(on_hand) AS n FROM stock")[0]["n"] == 7
    check_stock(query)


async def test_keys_belong_to_whoever_sends_them(
    products: httpx.AsyncClient, desk: Desk, keys: Keys
) -> None:
    await desk.adjust(-2, "key-1")
    other = Desk.__new__(Desk)
    other.__dict__.update(desk.__dict__)
    other._merchant = keys.user("merchant")
    assert (await other.adjust(-2, "key-1")).json()["on_hand"] == 6


@pytest.mark.parametrize("key", ["a b", "x" * 201, "\u00e9".encode()])
async def test_bad_keys_are_refused(desk: Desk, key: Any) -> None:
    assert (await desk.adjust(-1, key)).status_code == 422


async def test_a_refused_adjustment_is_tried_anew_with_its_key(
    desk: Desk, shop: Shop, query: Query
) -> None:
    order = new_id()
    await shop.reserve({desk.variant: 9}, order)
    refused = await desk.adjust(-2, "key-1")
    assert code(refused) == (409, "stock_below_reserved")
    assert refused.json()["reserved"] == 9
    await shop.finish(order, "release")
    assert (await desk.adjust(-2, "key-1")).json()["on_hand"] == 8
    check_stock(query)


async def test_a_count_replaces_the_books_only_as_they_were(
    desk: Desk, shop: Shop, query: Query
) -> None:
    for _ in range(2):
        assert (await desk.count(12, 10)).json()["on_hand"] == 12
    late = await desk.count(9, 10)
    assert code(late) == (409, "stock_changed")
    assert late.json()["on_hand"] == 12
    await shop.reserve({desk.variant: 5})
    assert code(await desk.count(4, 12)) == (409, "stock_below_reserved")
    for bad in (-1, 1.5, "3", 2**31, None):
        assert (await desk.count(bad, 12)).status_code == 422
    moves = query("SELECT delta, reason FROM stock_movements ORDER BY id OFFSET 1")
    assert moves == [{"delta": 2, "reason": "stock-take"}]
    check_stock(query)


async def test_of_two_counts_at_once_one_wins(desk: Desk, query: Query) -> None:
    answers = await asyncio.gather(*[desk.count(20 + n, 10) for n in range(10)])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    check_stock(query)


async def test_movements_are_told_newest_first_page_by_page(desk: Desk, shop: Shop) -> None:
    order = new_id()
    await shop.reserve({desk.variant: 3}, order)
    await shop.finish(order, "commit")
    await desk.adjust(4, reason="delivery")
    path = f"{desk.path}/movements"
    first = (await desk.get(path, limit=2)).json()
    rest = (await desk.get(path, limit=2, cursor=first["next_cursor"])).json()
    found = [(each["delta"], each["reason"]) for each in first["items"] + rest["items"]]
    assert found == [(4, "delivery"), (-3, "sold"), (10, "first count")]
    assert first["items"][1]["order_id"] == str(order)
    assert first["items"][1]["actor"] == "service:cart"
    assert rest["next_cursor"] is None
    foreign = f"/{new_id()}/variants/{desk.variant}/movements"
    assert code(await desk.get(foreign)) == (404, "variant_not_found")


async def test_low_stock_lists_the_least_first_by_each_own_threshold(
    products: httpx.AsyncClient, merchant: Headers, shop: Shop
) -> None:
    made = {}
    for sku, on_hand in (("A", 3), ("B", 6), ("C", 0), ("D", 50), ("E", 2)):
        answer = await products.post("", json=simple(sku, on_hand=on_hand), headers=merchant)
        made[sku] = Desk(products, merchant, answer.json())
    desk = made["A"]

    async def own(sku: str, low_stock_at: int | None) -> httpx.Response:
        body = {"low_stock_at": low_stock_at}
        path = f"{made[sku].path}/low-stock"
        return await products.put(path, json=body, headers=merchant)

    async def low(**parameters: Any) -> list[tuple[str, int, int]]:
        found, cursor = [], None
        while True:
            page = (
                await desk.get(
                    "/stock/low", **parameters, limit=2, **({"cursor": cursor} if cursor else {})
                )
            ).json()
            found += [(i["sku"], i["available"], i["low_stock_at"]) for i in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                return found

    assert await low() == [("C", 0, 5), ("E", 2, 5), ("A", 3, 5)]
    assert await low(threshold=2) == [("C", 0, 2), ("E", 2, 2)]
    assert (await own("D", 60)).json()["low_stock_at"] == 60
    await own("A", 1)
    await own("E", 2)
    await products.delete(f"/{made['C'].product}", headers=merchant)
    await shop.reserve({made["B"].variant: 1})
    assert await low() == [("E", 2, 2), ("B", 5, 5), ("D", 50, 60)]
    assert (await own("D", None)).json()["low_stock_at"] is None
    assert await low() == [("E", 2, 2), ("B", 5, 5)]
    for bad in (-1, 1.5, "3", 10**7):
        assert (await own("D", bad)).status_code == 422  # type: ignore[arg-type]


async def test_levels_of_a_product_are_in_its_order_of_variants(
    products: httpx.AsyncClient, merchant: Headers, shop: Shop
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    navy, red = [variant["id"] for variant in product["variants"]]
    await shop.reserve({navy: 2})
    path = f"/{product['id']}/stock"
    levels = (await products.get(path, headers=merchant)).json()
    assert [(row["variant_id"], row["on_hand"], row["reserved"]) for row in levels] == [
        (navy, 5, 2),
        (red, 0, 0),
    ]
    answer = await products.get(f"/{new_id()}/stock", headers=merchant)
    assert code(answer) == (404, "product_not_found")


async def test_an_edit_of_the_product_leaves_the_threshold(
    products: httpx.AsyncClient, merchant: Headers, desk: Desk
) -> None:
    await products.put(f"{desk.path}/low-stock", json={"low_stock_at": 3}, headers=merchant)
    await products.put(f"/{desk.product}", json=simple("A", 2000), headers=merchant)
    level = (await desk.get(f"/{desk.product}/stock")).json()[0]
    assert (level["on_hand"], level["low_stock_at"]) == (1, 3)


async def test_stock_is_for_merchants_only(
    products: httpx.AsyncClient, desk: Desk, keys: Keys
) -> None:
    shopper = keys.user("customer")
    calls = [
        ("GET", "/stock/low", None),
        ("GET", f"/{desk.product}/stock", None),
        ("GET", f"{desk.path}/movements", None),
        ("POST", f"{desk.path}/stock", {"delta": 1, "reason": "x"}),
        ("PUT", f"{desk.path}/stock", {"on_hand": 1, "expected": 10}),
        ("PUT", f"{desk.path}/low-stock", {"low_stock_at": 1}),
    ]
    for method, path, body in calls:
        answer = await products.request(method, path, json=body, headers=shopper)
        assert code(answer) == (403, "wrong_role")
        assert (await products.request(method, path, json=body)).status_code == 401
