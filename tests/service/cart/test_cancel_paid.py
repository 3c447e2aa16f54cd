"""Cancelling what is paid, and money that comes for what was cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deployments.cart.domain.refund import RefundState
from tests.service.cart.shop import Shop


async def test_a_paid_order_that_was_not_sent_is_cancelled_and_refunded(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    assert order["cancellable"] is True
    for _ in range(2):
        answer = await shop.cancel(ada, order)
        assert (answer.status_code, answer.json()["status"]) == (200, "refunded")
    seen = await shop.order(ada, order)
    assert (seen["cancellable"], len(seen["refunds"])) == (False, 1)
    refund = seen["refunds"][0]
    assert (refund["requested_by"], refund["full"], refund["restock"]) == ("customer", True, True)
    assert shop.payments.given_back(order["id"]) == 3490
    assert shop.catalogue.left(mug) == 10
    subjects = [subject for _, subject, _, _ in shop.mails()]
    number = order["number"]
    assert subjects == [
        f"Your order {number}",
        f"Your order {number} is cancelled",
        f"Refund for your order {number}",
    ]
    assert "€34.90 back" in shop.mails()[1][2]


async def test_a_sent_order_is_not_cancelled(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    await shop.fulfil(order)
    assert (await shop.order(ada, order))["cancellable"] is False
    answer = await shop.cancel(ada, order)
    assert (answer.status_code, answer.json()["code"]) == (409, "order_already_sent")
    assert shop.payments.given_back(order["id"]) == 0


@pytest.mark.parametrize("cancels_first", [True, False])
async def test_sending_and_cancelling_at_once_only_one_wins(
    shop: Shop, cancels_first: bool
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    for _ in range(3):
        order = await shop.paid(ada, mug)
        work = [shop.cancel(ada, order), shop.fulfil(order)]
        answers = await asyncio.gather(*(work if cancels_first else work[::-1]))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        status = (await shop.order(ada, order))["status"]
        sent = bool((await shop.order(ada, order))["shipment"])
        assert (status, sent) in {("fulfilled", True), ("refunded", False)}
        refunded = shop.payments.given_back(order["id"])
        assert refunded == (0 if sent else order["totals"]["total"]["amount"])


async def test_twenty_cancellations_are_one_refund(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    answers = await asyncio.gather(*[shop.cancel(ada, order) for _ in range(20)])
    assert {answer.status_code for answer in answers} == {200}
    assert len(shop.payments.refunds) == 1


async def test_after_a_failed_refund_the_order_can_be_cancelled_again(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    shop.payments.refund_state = RefundState.FAILED
    assert (await shop.cancel(ada, order)).json()["status"] == "stock_committed"
    shop.payments.refund_state = RefundState.SUCCEEDED
    assert (await shop.cancel(ada, order)).json()["status"] == "refunded"


async def test_an_order_paid_a_moment_ago_waits_until_its_stock_is_taken(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    order = await shop.pending(ada, mug)
    shop.catalogue.down.add("commit")
    await shop.tell("payment.succeeded", order)
    for answer in (await shop.cancel(ada, order), await shop.refund(order, full=True)):
        assert (answer.status_code, answer.json()["code"]) == (503, "order_busy")
        assert "Retry-After" in answer.headers
    shop.catalogue.down.clear()
    answer = await shop.cancel(ada, order)
    assert (answer.status_code, answer.json()["status"]) == (200, "refunded")
    assert shop.catalogue.left(mug) == 10


async def test_a_free_order_is_cancelled_without_payments(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 6000, 10)
    coupon = {"code": "GIFT", "kind": "percentage", "value": 100, "description": "a gift"}
    made = await shop.client.post("/coupons", json=coupon, headers=shop.merchant)
    assert made.status_code == 201, made.text
    await shop.add(ada, mug)
    cart = (await shop.client.put("/coupon", json={"code": "GIFT"}, headers=ada)).json()
    order = (await shop.check_out(ada, cart["version"])).json()
    assert (order["status"], order["totals"]["total"]["amount"]) == ("stock_committed", 0)
    assert (await shop.cancel(ada, order)).json()["status"] == "refunded"
    assert shop.catalogue.left(mug) == 10
    assert shop.payments.refunds == {}
    assert [subject for _, subject, _, _ in shop.mails()][-1].endswith("is cancelled")


async def cancelled(shop: Shop) -> tuple[dict[str, str], dict[str, Any]]:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.pending(ada, mug, 3)
    assert (await shop.cancel(ada, order)).json()["status"] == "cancelled"
    return ada, order


async def test_money_for_a_cancelled_order_is_given_back_at_once(shop: Shop) -> None:
    ada, order = await cancelled(shop)
    for _ in range(3):
        await shop.tell("payment.succeeded", order)
    seen = await shop.order(shop.merchant, order)
    assert seen["status"] == "cancelled"
    assert [refund["state"] for refund in seen["refunds"]] == ["succeeded"]
    assert seen["refunds"][0]["requested_by"] == "store"
    assert [alarm["code"] for alarm in seen["alarms"]] == ["paid_after_cancellation"]
    assert shop.payments.given_back(order["id"]) == 3490
    assert shop.outbox("order.paid") == []
    assert shop.mails()[-1][1] == f"Refund for your order {order['number']}"
    assert (await shop.cancel(ada, order)).json()["status"] == "cancelled"


async def test_money_for_a_cancelled_order_is_given_back_although_payments_was_down(
    shop: Shop,
) -> None:
    _, order = await cancelled(shop)
    shop.payments.down.add("refund")
    await shop.tell("payment.succeeded", order)
    assert shop.payments.given_back(order["id"]) == 0
    shop.payments.down.clear()
    await shop.settle()
    assert shop.payments.given_back(order["id"]) == 3490


async def test_a_merchant_may_repeat_a_late_refund_that_failed(shop: Shop) -> None:
    _, order = await cancelled(shop)
    shop.payments.refund_state = RefundState.FAILED
    await shop.tell("payment.succeeded", order)
    shop.payments.refund_state = RefundState.SUCCEEDED
    goods = await shop.refund(order, full=True, restock=True)
    assert (goods.status_code, goods.json()["code"]) == (409, "not_restockable")
    assert (await shop.refund(order, full=True)).json()["state"] == "succeeded"
    assert (await shop.order(shop.merchant, order))["status"] == "cancelled"


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}])
async def test_a_payment_of_something_else_is_an_alarm_for_merchants(
    shop: Shop, change: dict[str, Any]
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.pending(ada, mug, 3)
    for _ in range(2):
        await shop.tell("payment.succeeded", order, **change)
    seen = await shop.order(shop.merchant, order)
    assert seen["status"] == "payment_pending"
    assert [alarm["code"] for alarm in seen["alarms"]] == ["payment_differs"]
    assert (await shop.order(ada, order))["alarms"] == []
