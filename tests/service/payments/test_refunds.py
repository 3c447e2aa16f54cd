"""Money back, once per refund id, whatever Stripe and the network do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deployments.payments.contract import RefundResult
from deployments.shared.ids import new_id
from tests.sandbox_support import eventually
from tests.service.payments.conftest import OpenShop, Shop


async def test_a_refund_succeeds_and_one_event_says_so(shop: Shop) -> None:
    payment = await shop.paid()
    refund_id = new_id()
    answers = [await shop.refund(payment, refund_id) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    expected = RefundResult(id=refund_id, status="succeeded")
    assert [RefundResult.model_validate(a.json()) for a in answers] == [expected] * 2
    [made] = await shop.stripe_refunds()
    assert (made.amount, made.metadata["refund_id"]) == (1000, str(refund_id))
    await shop.until_quiet()
    assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]
    [event] = shop.rows("SELECT topic, payload FROM outbox WHERE type = 'refund.succeeded'")
    assert event["topic"] == "payments"
    assert event["payload"] == {
        "refund_id": str(refund_id),
        "payment_id": payment["id"],
        "order_id": payment["order_id"],
        "amount": 1000,
        "currency": "EUR",
    }


async def test_twenty_equal_refunds_at_once_are_one(shop: Shop) -> None:
    payment = await shop.paid()
    refund_id = new_id()
    answers = await asyncio.gather(*[shop.refund(payment, refund_id) for _ in range(20)])
    assert {a.status_code for a in answers} == {200}
    assert len(await shop.stripe_refunds()) == 1
    await shop.until_quiet()
    assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]


async def test_refunds_at_once_never_exceed_what_was_captured(shop: Shop) -> None:
    payment = await shop.paid()
    answers = await asyncio.gather(*[shop.refund(payment) for _ in range(8)])
    assert sorted(a.status_code for a in answers) == [200] * 4 + [409] * 4
    refused = next(a.json() for a in answers if a.status_code == 409)
    assert (refused["code"], refused["left"]) == ("refund_too_large", 990)
    assert sum(refund.amount for refund in await shop.stripe_refunds()) == 4000
    assert (await shop.refund(payment, amount=990)).json()["status"] == "succeeded"
    assert (await shop.refund(payment, amount=1)).status_code == 409


async def test_what_can_not_be_refunded(shop: Shop) -> None:
    payment, unpaid = await shop.paid(), await shop.new_payment()
    refund_id = new_id()
    await shop.refund(payment, refund_id)
    other = await shop.paid()
    for answer, status, code in (
        (await shop.refund(payment, refund_id, amount=999), 422, "refund_differs"),
        (await shop.refund(payment, refund_id, reason="other"), 422, "refund_differs"),
        (await shop.refund(other, refund_id), 422, "refund_differs"),
        (await shop.refund(payment, currency="USD"), 422, "currency_mismatch"),
        (await shop.refund(unpaid), 409, "not_paid"),
        (await shop.refund(payment, order_id=str(new_id())), 404, "payment_not_found"),
        *[
            (await shop.refund(payment, **bad), 422, "invalid_request")
            for bad in (
                {"amount": 0},
                {"amount": -1},
                {"amount": 1.5},
                {"amount": True},
                {"amount": 10**20},
                {"currency": "eur"},
                {"reason": ""},
                {"reason": "a\x00b"},
                {"colour": "red"},
            )
        ],
    ):
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert len(await shop.stripe_refunds()) == 1


async def test_only_cart_and_the_operator_refund(shop: Shop) -> None:
    payment = await shop.paid()
    body = {"order_id": payment["order_id"], "amount": 1, "currency": "EUR", "reason": "x"}
    path = f"/internal/refunds/{new_id()}"
    for headers, status in (
        (shop.shopper, 403),
        (shop.keys.user("merchant"), 403),
        (shop.keys.user("admin"), 403),
        (shop.keys.service("analytics", "payments"), 403),
        ({}, 401),
        (shop.keys.service("operator", "payments"), 200),
    ):
        assert (await shop.http.put(path, json=body, headers=headers)).status_code == status


async def test_a_timeout_after_success_is_one_refund(open_shop: OpenShop) -> None:
    async with open_shop(
        deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0, refund_poll_seconds=60
    ) as shop:
        payment = await shop.paid()
        refund_id = new_id()
        await shop.order_fault("refunds.create", "timeout_after", seconds=1)
        assert (await shop.refund(payment, refund_id)).json()["status"] == "pending"
        assert (await shop.refund(payment, refund_id)).json()["status"] == "succeeded"
        assert len(await shop.stripe_refunds()) == 1
        assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]


async def test_a_refund_stripe_never_answered_is_finished_by_the_sweep(
    open_shop: OpenShop,
) -> None:
    async with open_shop(
        deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0, refund_poll_seconds=0.1
    ) as shop:
        payment = await shop.paid()
        await shop.order_fault("refunds.create", "timeout", seconds=1)
        assert (await shop.refund(payment)).json()["status"] == "pending"
        assert await shop.stripe_refunds() == []

        async def finished() -> bool:
            await shop.execute(
                "UPDATE refunds SET next_attempt_at = now() WHERE status = 'pending'"
            )
            return "refund.succeeded" in shop.outbox()

        await eventually(finished)
        assert len(await shop.stripe_refunds()) == 1


@pytest.mark.parametrize("fault", ["error", "error_after"])
async def test_a_saved_500_is_reconciled_and_never_paid_twice(
    open_shop: OpenShop, fault: str
) -> None:
    async with open_shop(deliver=False, refund_poll_seconds=60) as shop:
        payment = await shop.paid()
        refund_id = new_id()
        await shop.order_fault("refunds.create", fault)
        told = [(await shop.refund(payment, refund_id)).json()["status"] for _ in range(3)]
        assert told[-1] == "succeeded"
        assert len(await shop.stripe_refunds()) == 1
        assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]


async def test_a_key_stripe_may_have_forgotten_is_not_trusted(open_shop: OpenShop) -> None:
    async with open_shop(
        deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0, refund_poll_seconds=60
    ) as shop:
        payment = await shop.paid()
        refund_id = new_id()
        await shop.order_fault("refunds.create", "timeout_after", seconds=1)
        assert (await shop.refund(payment, refund_id)).json()["status"] == "pending"
        # Two days later the key would make a second refund.
        await shop.execute(
            "UPDATE refunds SET created_at = created_at - interval '2 days', "
            "idempotency_key = idempotency_key || 'forgotten'"
        )
        assert (await shop.refund(payment, refund_id)).json()["status"] == "succeeded"
        assert len(await shop.stripe_refunds()) == 1


async def test_a_refund_stripe_refuses_has_failed_and_the_money_may_be_refunded_again(
    shop: Shop,
) -> None:
    payment = await shop.paid()
    intent_id = shop.row(payment)["stripe_intent_id"]
    await shop.stripe.v1.refunds.create_async({"payment_intent": intent_id, "amount": 4500})
    answer = (await shop.refund(payment)).json()
    assert answer["status"] == "failed"
    assert "greater than unrefunded amount" in answer["failure_message"]
    assert shop.outbox() == ["payment.succeeded", "refund.failed"]
    assert (await shop.refund(payment, amount=490)).json()["status"] == "succeeded"
    await shop.until_quiet()
    [alarm] = (await shop.merchant_list("alarms"))["items"]
    assert (alarm["kind"], alarm["order_id"]) == ("unknown_refund", payment["order_id"])


async def test_a_pending_refund_is_followed_by_webhook(open_shop: OpenShop) -> None:
    async with open_shop(refund_poll_seconds=60, settle_seconds=0.3) as shop:
        payment = await shop.paid("pm_card_pendingRefund")
        assert (await shop.refund(payment)).json()["status"] == "pending"
        await shop.until_outbox("payment.succeeded", "refund.succeeded")
        await shop.until_quiet()
        assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]


async def test_a_pending_refund_is_followed_without_webhooks(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, refund_poll_seconds=60) as shop:
        payment = await shop.paid("pm_card_pendingRefund")
        refund_id = new_id()
        assert (await shop.refund(payment, refund_id)).json()["status"] == "pending"

        async def settled() -> bool:
            await shop.execute("UPDATE refunds SET next_attempt_at = now()")
            await shop.state.sweep_refunds()
            return "refund.succeeded" in shop.outbox()

        await eventually(settled)
        [row] = shop.rows("SELECT attempts, next_attempt_at > now() AS later FROM refunds")
        assert row["attempts"] >= 1
        assert row["later"]


async def test_a_bank_may_send_a_refund_back(shop: Shop) -> None:
    payment = await shop.paid("pm_card_refundFail")
    assert (await shop.refund(payment, amount=4990)).json()["status"] == "succeeded"
    await shop.until_outbox("payment.succeeded", "refund.succeeded", "refund.failed")
    await shop.until_quiet()
    assert shop.outbox() == ["payment.succeeded", "refund.succeeded", "refund.failed"]
    [view] = (await shop.merchant_list("refunds"))["items"]
    assert view["status"] == "failed"
    assert "expired or canceled card" in view["failure_message"]
    assert (await shop.refund(payment, amount=4990)).status_code == 200


async def test_merchants_see_refunds_and_declines_shoppers_no_reasons(shop: Shop) -> None:
    payment = await shop.new_payment()
    await shop.confirm(payment, "pm_card_chargeDeclined")
    await shop.confirm(payment)
    await shop.refund(payment, amount=500)
    path = f"/{payment['id']}"
    for_merchant = (await shop.http.get(path, headers=shop.keys.user("merchant"))).json()
    assert [r["amount"]["amount"] for r in for_merchant["refunds"]] == [500]
    assert for_merchant["refunds"][0]["reason"] == "the lamp arrived broken"
    assert [d["code"] for d in for_merchant["declines"]] == ["card_declined"]
    own = await shop.read(payment)
    assert own["refunds"][0]["reason"] is None
    assert own["declines"] == []
    for_cart = (await shop.http.get(path, headers=shop.cart)).json()
    assert for_cart["refunds"] == for_merchant["refunds"]


async def test_the_list_of_refunds_is_paged(shop: Shop) -> None:
    payment, other = await shop.paid(), await shop.paid()
    for _ in range(3):
        await shop.refund(payment)
    await shop.refund(other)
    seen: list[Any] = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await shop.merchant_list("refunds", **query)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4
    of_one = await shop.merchant_list("refunds", order_id=other["order_id"])
    assert [item["order_id"] for item in of_one["items"]] == [other["order_id"]]
    assert (await shop.http.get("/refunds", headers=shop.shopper)).status_code == 403
    assert (await shop.http.get("/refunds")).status_code == 401


async def test_one_id_for_two_orders_at_once_is_one_refund(shop: Shop) -> None:
    payments = [await shop.paid(), await shop.paid()]
    for _ in range(3):
        refund_id = new_id()
        answers = await asyncio.gather(*[shop.refund(p, refund_id, amount=10) for p in payments])
        assert sorted(a.status_code for a in answers) == [200, 422]
        assert {a.json().get("code") for a in answers} == {None, "refund_differs"}
    assert len(await shop.stripe_refunds()) == 3


@pytest.mark.parametrize("fault", ["error", "error_after", "rate_limited"])
async def test_many_requests_while_stripe_fails_make_one_refund(
    open_shop: OpenShop, fault: str
) -> None:
    async with open_shop(refund_poll_seconds=0.2) as shop:
        payment = await shop.paid()
        refund_id = new_id()
        await shop.order_fault("refunds.create", fault, times=3)
        for _ in range(4):
            answers = await asyncio.gather(*[shop.refund(payment, refund_id) for _ in range(6)])
            assert {a.status_code for a in answers} == {200}
        assert (await shop.refund(payment, refund_id)).json()["status"] == "succeeded"
        await shop.until_quiet()
        assert len(await shop.stripe_refunds()) == 1
        assert shop.outbox() == ["payment.succeeded", "refund.succeeded"]
        assert (await shop.merchant_list("alarms"))["items"] == []
