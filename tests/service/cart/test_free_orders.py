"""Orders that cost nothing: the same states, without a payment."""

from __future__ import annotations

from uuid import UUID

import pytest

from deployments.analytics.contract import Purchase
from tests.service.cart.shop import Shop


async def test_a_coupon_of_100_percent_makes_a_paid_order_without_a_payment(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1999, 10)
    coupon = await shop.coupon("GIFT", value=100)
    cart = await shop.with_coupon(ada, mug, "GIFT", 3)
    answer = await shop.check_out(ada, cart["version"], shipping_method="pickup", seen_total=0)
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert order["status"] == "stock_committed"
    assert [event["status"] for event in order["timeline"]] == [
        "created",
        "reserved",
        "payment_pending",
        "paid",
        "stock_committed",
    ]
    assert (order["totals"]["total"]["amount"], order["payment_id"]) == (0, None)
    assert [line["discount"]["amount"] for line in order["lines"]] == [3 * 1999]
    assert shop.payments.calls.total() == 0
    assert UUID(order["id"]) in shop.catalogue.committed
    assert await shop.uses(coupon) == 1
    (payload,) = shop.outbox("order.paid")
    assert Purchase.model_validate(payload).total == 0
    assert await shop.sweep() == 0


async def test_goods_that_cost_nothing_are_ordered_without_a_coupon(shop: Shop) -> None:
    ada, sample = shop.shopper(), shop.catalogue.sell("Sample", 0)
    cart = await shop.add(ada, sample)
    answer = await shop.check_out(ada, cart["version"], shipping_method="pickup")
    assert (answer.status_code, answer.json()["status"]) == (201, "stock_committed")


async def test_shipping_of_free_goods_is_paid(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1999)
    await shop.coupon("GIFT", value=100)
    cart = await shop.with_coupon(ada, mug, "GIFT")
    answer = await shop.check_out(ada, cart["version"])
    assert answer.json()["status"] == "payment_pending"
    assert answer.json()["totals"]["total"]["amount"] == 490


async def test_a_free_order_whose_stock_can_not_be_committed_yet_is_an_order_already(
    shop: Shop,
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    await shop.coupon("GIFT", value=100)
    cart = await shop.with_coupon(ada, mug, "GIFT")
    shop.catalogue.down.add("commit")
    answer = await shop.check_out(ada, cart["version"], shipping_method="pickup")
    assert (answer.status_code, answer.json()["status"]) == (201, "paid")
    shop.catalogue.down.clear()
    shop.clock.advance(seconds=6)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, answer.json()))["status"] == "stock_committed"


async def test_a_free_order_that_is_given_up_asks_payments_nothing(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    coupon = await shop.coupon("GIFT", value=100)
    cart = await shop.with_coupon(ada, mug, "GIFT")
    shop.catalogue.down.add("reserve")
    answer = await shop.check_out(ada, cart["version"], shipping_method="pickup")
    assert answer.status_code == 503
    shop.catalogue.down.clear()
    path = f"/orders/{answer.json()['order_id']}/cancel"
    cancelled = await shop.client.post(path, headers=ada)
    assert cancelled.json()["status"] == "cancelled"
    assert shop.payments.calls.total() == 0
    assert shop.catalogue.left(mug) == 10
    assert await shop.uses(coupon) == 0


@pytest.mark.parametrize(("price", "status"), [(149, 409), (150, 201), (100, 201)])
async def test_a_total_below_what_a_card_can_be_charged_is_refused_with_advice(
    shop: Shop, price: int, status: int
) -> None:
    ada, pin = shop.shopper(), shop.catalogue.sell("Pin", price)
    await shop.coupon("EURO", kind="amount", value=100)
    cart = await shop.with_coupon(ada, pin, "EURO")
    answer = await shop.check_out(ada, cart["version"], shipping_method="pickup")
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "total_too_small"
        assert "€0.49" in answer.json()["detail"]
        assert "€0.50" in answer.json()["detail"]
        assert shop.rows("SELECT id FROM orders") == []
