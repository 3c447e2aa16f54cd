"""Reading and cancelling orders; who may see which."""

from __future__ import annotations

import pytest

from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def test_own_orders_come_newest_first_in_pages(shop: Shop) -> None:
    ada, bob, mug = shop.shopper(new_id()), shop.shopper(), shop.catalogue.sell("Mug", 1000, 100)
    made = [(await shop.pending(ada, mug, n))["id"] for n in (1, 2, 3, 4, 5)]
    await shop.pending(bob, mug)
    seen: list[str] = []
    cursor: str | None = None
    for expected in (2, 2, 1):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await shop.client.get("/orders", params=params, headers=ada)).json()
        assert len(page["items"]) == expected
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == made[::-1]
    newest = (await shop.client.get("/orders", headers=ada)).json()["items"][0]
    assert newest["item_count"] == 5
    assert newest["total"] == {"amount": 5000, "currency": "EUR"}
    assert newest["image_url"] == "/products/media/Mug.webp"


@pytest.mark.parametrize("cursor", ["nonsense", "WyJhIl0", "WzEsMl0", "e30"])
async def test_a_made_up_cursor_is_refused(shop: Shop, cursor: str) -> None:
    answer = await shop.client.get("/orders", params={"cursor": cursor}, headers=shop.shopper())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_somebody_elses_order_is_unknown(shop: Shop) -> None:
    ada, bob, mug = shop.shopper(), shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    for identity in (order["id"], str(new_id())):
        read = await shop.client.get(f"/orders/{identity}", headers=bob)
        cancel = await shop.client.post(f"/orders/{identity}/cancel", headers=bob)
        assert read.status_code == cancel.status_code == 404
        assert read.json()["code"] == cancel.json()["code"] == "unknown_order"
    assert (await shop.order(ada, order))["status"] == "payment_pending"
    assert (await shop.client.get(f"/orders/{order['id']}")).status_code == 401
    assert (await shop.client.get("/orders/no-id", headers=ada)).status_code == 422


async def test_merchants_see_everybodys_orders_and_shoppers_do_not(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    pending = await shop.pending(ada, mug)
    cancelled = await shop.pending(shop.shopper(), mug)
    await shop.tell("payment.cancelled", cancelled)
    assert (await shop.client.get("/orders/all", headers=ada)).status_code == 403
    assert (await shop.client.get("/orders/all")).status_code == 401
    merchant = shop.keys.user("merchant")
    everything = (await shop.client.get("/orders/all", headers=merchant)).json()["items"]
    assert [item["id"] for item in everything] == [cancelled["id"], pending["id"]]
    params = {"status": "payment_pending"}
    some = (await shop.client.get("/orders/all", params=params, headers=merchant)).json()["items"]
    assert [item["id"] for item in some] == [pending["id"]]
    assert (await shop.order(merchant, pending))["number"] == pending["number"]
    wrong = await shop.client.get("/orders/all", params={"status": "lost"}, headers=merchant)
    assert wrong.status_code == 422


async def test_the_owner_cancels_an_unpaid_order_and_may_do_so_again(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    for _ in range(2):
        answer = await shop.client.post(f"/orders/{order['id']}/cancel", headers=ada)
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert shop.catalogue.left(mug) == 10
    assert len(shop.outbox("order.cancelled")) == 1


async def test_cancelling_without_payments_goes_on_later(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug, 2)
    shop.payments.down.add("cancel")
    answer = await shop.client.post(f"/orders/{order['id']}/cancel", headers=ada)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelling")
    assert shop.catalogue.left(mug) == 8
    shop.payments.down.clear()
    shop.clock.advance(seconds=6)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "cancelled"


async def test_cancelling_after_paying_first_gives_a_paid_order(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    shop.payments.pay(order["id"])
    answer = await shop.client.post(f"/orders/{order['id']}/cancel", headers=ada)
    assert answer.json()["status"] == "stock_committed"
    again = await shop.client.post(f"/orders/{order['id']}/cancel", headers=ada)
    assert (again.status_code, again.json()["status"]) == (200, "refunded")
