"""Cart, products, payments and the sandbox together: from a purchase back to the start."""

from __future__ import annotations

from tests.service.cart.shop import Headers
from tests.service.cart.test_whole_checkout import Store, ada, store
from tests.support import Keys

__all__ = ["ada", "store"]


async def paid(store: Store, ada: Headers, quantity: int) -> dict[str, object]:
    order = await store.order(ada, quantity)
    assert await store.pay(ada, order, "pm_card_visa") == "succeeded"
    await store.until(ada, order, "stock_committed")
    return order


async def test_a_cancelled_purchase_gives_money_and_goods_back(
    store: Store, ada: Headers, keys: Keys
) -> None:
    order = await paid(store, ada, 2)
    assert await store.available() == 3
    answer = await store.shop.cancel(ada, order)
    assert answer.status_code == 200, answer.text
    await store.until(ada, order, "refunded")
    await store.shop.settle()
    assert await store.available() == 5
    seen = await store.payments.get(f"/{order['payment_id']}", headers=keys.user("merchant"))
    refunds = seen.json()["refunds"]
    assert [refund["status"] for refund in refunds] == ["succeeded"]
    assert refunds[0]["amount"]["amount"] == 2 * 1290 + 490


async def test_parts_of_a_purchase_are_given_back(store: Store, ada: Headers, keys: Keys) -> None:
    order = await paid(store, ada, 3)
    line = {"variant_id": store.product["variants"][0]["id"], "quantity": 1}
    first = await store.shop.refund(order, lines=[line], restock=True)
    assert first.status_code == 201, first.text
    await store.shop.refund(order, shipping=True)
    too_much = await store.shop.refund(order, amount=2581)
    assert too_much.json()["code"] == "refund_too_large"
    await store.shop.settle()
    assert await store.available() == 3
    seen = await store.shop.order(keys.user("merchant"), order)
    assert [refund["state"] for refund in seen["refunds"]] == ["succeeded"] * 2
    assert seen["status"] == "stock_committed"
    assert seen["refundable"]["amount"] == 2 * 1290
