"""Refunds by merchants: once per key, never more than was paid, goods back when wanted."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from deployments.cart.domain.refund import RefundState
from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


def total(order: dict[str, Any]) -> int:
    amount: int = order["totals"]["total"]["amount"]
    return amount


def line(order: dict[str, Any], quantity: int) -> list[dict[str, Any]]:
    return [{"variant_id": order["lines"][0]["variant_id"], "quantity": quantity}]


async def test_everything_is_given_back_and_the_goods_return(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    answer = await shop.refund(order, full=True, restock=True)
    assert answer.status_code == 201, answer.text
    refund = answer.json()
    assert (refund["state"], refund["amount"]["amount"]) == ("succeeded", 3490)
    assert refund["restocked_at"] is not None
    after = await shop.order(ada, order)
    assert after["status"] == "refunded"
    assert (after["refunded"]["amount"], after["refundable"]["amount"]) == (3490, 0)
    assert [event["status"] for event in after["timeline"]][-2:] == ["refunding", "refunded"]
    assert shop.catalogue.left(mug) == 10
    (payload,) = shop.outbox("order.refunded")
    assert (payload["order_id"], payload["refund_id"]) == (order["id"], refund["id"])
    assert (payload["amount"], payload["currency"]) == (3490, "EUR")
    assert payload["lines"][0]["quantity"] == 3
    recipient, subject, text, _ = shop.mails()[-1]
    assert (recipient, subject) == ("ada@example.com", f"Refund for your order {order['number']}")
    assert "€34.90" in text


async def test_lines_and_shipping_are_given_back_to_the_cent(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    one = (await shop.refund(order, lines=line(order, 1), restock=True)).json()
    assert (one["amount"]["amount"], one["lines"][0]["amount"]["amount"]) == (1000, 1000)
    await shop.fulfil(order)
    rest = (await shop.refund(order, lines=line(order, 1), shipping=True)).json()
    assert (rest["amount"]["amount"], rest["shipping"]["amount"]) == (1490, 490)
    after = await shop.order(ada, order)
    assert (after["status"], after["refundable"]["amount"]) == ("fulfilled", 1000)
    assert shop.catalogue.left(mug) == 8, "only the first refund put its mug back"
    too_many = await shop.refund(order, lines=line(order, 2))
    assert (too_many.status_code, too_many.json()["code"]) == (409, "quantity_too_large")
    assert too_many.json()["left"] == 1
    twice = await shop.refund(order, shipping=True)
    assert (twice.status_code, twice.json()["code"]) == (409, "shipping_refunded")
    unknown = await shop.refund(order, lines=[{"variant_id": str(new_id()), "quantity": 1}])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "line_not_in_order")


async def test_the_same_key_is_the_same_refund_and_another_body_is_refused(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000, 10), 3)
    key = "refund-key-1"
    answers = await asyncio.gather(*[shop.refund(order, key, amount=500) for _ in range(20)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert shop.payments.given_back(order["id"]) == 500
    other = await shop.refund(order, key, amount=501)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(shop.outbox("order.refunded")) == 1


async def test_fifty_refunds_at_once_never_exceed_what_was_paid(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000, 10), 3)
    answers = await asyncio.gather(*[shop.refund(order, amount=500) for _ in range(50)])
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (6, 44)
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"refund_too_large"}
    await shop.settle()
    assert shop.payments.given_back(order["id"]) == 3000
    seen = await shop.order(shop.merchant, order)
    assert (seen["status"], seen["refundable"]["amount"]) == ("stock_committed", 490)


async def test_full_refunds_at_once_are_one(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000, 10), 3)
    answers = await asyncio.gather(*[shop.refund(order, full=True) for _ in range(10)])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    await shop.settle()
    assert shop.payments.given_back(order["id"]) == total(order)
    assert (await shop.order(shop.merchant, order))["status"] == "refunded"


NONSENSE: list[dict[str, Any]] = [
    {},
    {"full": True, "amount": 100},
    {"amount": 0},
    {"amount": -1},
    {"amount": 1.5},
    {"amount": "100"},
    {"amount": 2**31},
    {"amount": 100, "restock": True},
    {"shipping": True, "restock": True},
    {"full": True, "reason": ""},
    {"full": True, "reason": "\x00"},
    {"full": True, "user_id": str(new_id())},
    {"lines": [{"variant_id": str(UUID(int=1)), "quantity": 1}] * 2},
    {"lines": [{"variant_id": str(UUID(int=1)), "quantity": 0}]},
]


async def test_a_refund_that_makes_no_sense_is_refused(shop: Shop) -> None:
    for body in NONSENSE:
        answer = await shop.refund({"id": str(new_id())}, **body)
        assert answer.status_code == 422, body


async def test_a_refund_needs_a_key_an_order_and_a_payment(shop: Shop) -> None:
    order = await shop.pending(shop.shopper(), shop.catalogue.sell("Mug"))
    body = {"full": True, "reason": "returned"}
    path = f"/orders/{order['id']}/refunds"
    for key in ({}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "with some spaces"}):
        answer = await shop.client.post(path, json=body, headers=shop.merchant | key)
        assert answer.status_code == 422
    unpaid = await shop.refund(order, full=True)
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "not_refundable")
    nobodys = await shop.refund({"id": str(new_id())}, full=True)
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "unknown_order")


async def test_a_refund_waits_for_the_bank_and_ends_by_event(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    shop.payments.refund_state = RefundState.PENDING
    refund = (await shop.refund(order, full=True, restock=True)).json()
    assert refund["state"] == "pending"
    assert (await shop.order(ada, order))["status"] == "refunding"
    assert shop.catalogue.left(mug) == 7, "goods come back with the money, not before"
    event_id, amount = new_id(), total(order)
    for _ in range(3):
        await shop.tell(
            "refund.succeeded", order, event_id=event_id, refund_id=refund["id"], amount=amount
        )
    assert (await shop.order(ada, order))["status"] == "refunded"
    assert shop.catalogue.left(mug) == 10
    assert len(shop.outbox("order.refunded")) == 1


async def test_a_refund_whose_event_never_comes_ends_by_the_sweep(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    shop.payments.refund_state = RefundState.PENDING
    refund = (await shop.refund(order, full=True)).json()
    assert await shop.sweep() == 0, "payments is not asked again at once"
    shop.payments.refunds[UUID(refund["id"])].state = RefundState.SUCCEEDED
    shop.clock.advance(seconds=61)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, order))["status"] == "refunded"


@pytest.mark.parametrize("by_event", [True, False])
async def test_a_full_refund_that_fails_leaves_a_sent_order_sent(
    shop: Shop, by_event: bool
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    await shop.fulfil(order)
    shop.payments.refund_state = RefundState.PENDING if by_event else RefundState.FAILED
    refund = (await shop.refund(order, full=True, restock=True)).json()
    if by_event:
        assert (await shop.order(ada, order))["status"] == "refunding"
        failure = {"refund_id": refund["id"], "failure_message": "the card is closed"}
        await shop.tell("refund.failed", order, **failure)
    seen = await shop.order(shop.merchant, order)
    assert seen["status"] == "fulfilled"
    assert (seen["refunded"]["amount"], seen["refundable"]["amount"]) == (0, 3490)
    assert seen["refunds"][0]["failure"] == "the card is closed"
    assert [alarm["code"] for alarm in seen["alarms"]] == ["refund_failed"]
    assert shop.catalogue.left(mug) == 7
    assert shop.outbox("order.refunded") == []
    own = await shop.order(ada, order)
    assert (own["alarms"], own["user_id"], own["refunds"][0]["failure"]) == ([], None, None)
    shop.payments.refund_state = RefundState.SUCCEEDED
    again = await shop.refund(order, full=True)
    assert (again.status_code, again.json()["state"]) == (201, "succeeded")
    shop.clock.advance(days=15)
    await shop.sweep()
    assert (await shop.order(ada, order))["status"] == "refunded"


async def test_a_bank_that_sends_the_money_back_raises_an_alarm(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000, 10), 3)
    refund = (await shop.refund(order, amount=500)).json()
    await shop.tell("refund.failed", order, refund_id=refund["id"], amount=500)
    await shop.tell("refund.succeeded", order, refund_id=refund["id"], amount=500)
    seen = await shop.order(shop.merchant, order)
    assert seen["refunds"][0]["state"] == "failed"
    assert seen["refunded"]["amount"] == 0
    assert [alarm["code"] for alarm in seen["alarms"]] == ["refund_failed"]


async def test_money_given_back_past_the_store_raises_an_alarm(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000, 10), 3)
    refund = (await shop.refund(order, amount=500)).json()
    await shop.tell("refund.succeeded", order, refund_id=str(new_id()), amount=700)
    await shop.tell("refund.failed", order, refund_id=refund["id"], amount=499)
    seen = await shop.order(shop.merchant, order)
    assert [alarm["code"] for alarm in seen["alarms"]] == ["unknown_refund", "refund_differs"]
    assert seen["refunds"][0]["state"] == "succeeded"


async def test_goods_products_never_takes_back_raise_an_alarm(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    shop.catalogue.never_taken_back = True
    refund = (await shop.refund(order, full=True, restock=True)).json()
    assert (refund["state"], refund["restocked_at"]) == ("succeeded", None)
    seen = await shop.order(shop.merchant, order)
    assert (seen["status"], seen["alarms"][0]["code"]) == ("refunded", "restock_refused")
    await shop.settle()
    assert shop.catalogue.calls["restock"] == 1


async def test_a_refund_that_is_stuck_keeps_no_other_waiting(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000, 10)
    order = await shop.paid(ada, mug, 3)
    shop.catalogue.down.add("restock")
    first = (await shop.refund(order, lines=line(order, 1), restock=True)).json()
    second = (await shop.refund(order, amount=100)).json()
    await shop.settle()
    seen = await shop.order(shop.merchant, order)
    assert [refund["state"] for refund in seen["refunds"]] == ["succeeded"] * 2
    assert {first["id"], second["id"]} == {refund["id"] for refund in seen["refunds"]}
    assert shop.catalogue.left(mug) == 7
    shop.catalogue.down.clear()
    await shop.settle()
    assert shop.catalogue.left(mug) == 8
