"""Cancelling the payment of an order, also against payments that come at the same moment."""

from __future__ import annotations

import asyncio
from uuid import UUID

from deployments.shared.ids import new_id
from tests.service.payments.conftest import OpenShop, Shop


async def test_an_unpaid_payment_is_cancelled_at_stripe(shop: Shop) -> None:
    payment = await shop.new_payment()
    assert await shop.cancel(payment["order_id"]) == "cancelled"
    assert await shop.cancel(payment["order_id"]) == "cancelled"
    [intent] = await shop.intents()
    assert intent.status == "canceled"
    await shop.until_quiet()
    assert shop.outbox() == ["payment.cancelled"]
    answer = await shop.confirm(payment)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_cancelled")


async def test_a_paid_payment_stays_paid(shop: Shop) -> None:
    payment = await shop.new_payment()
    await shop.confirm(payment)
    assert await shop.cancel(payment["order_id"]) == "succeeded"
    assert (await shop.read(payment))["status"] == "succeeded"


async def test_paid_at_stripe_but_not_yet_known_here_counts_as_paid(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False) as shop:
        payment = await shop.new_payment()
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )
        assert (await shop.read(payment))["status"] == "requires_payment_method"
        assert await shop.cancel(payment["order_id"]) == "succeeded"
        assert shop.outbox() == ["payment.succeeded"]


async def test_an_order_without_payment_is_cancelled_for_good(shop: Shop) -> None:
    order_id = new_id()
    assert await shop.cancel(order_id) == "cancelled"
    late = await shop.post_intent(order_id)
    assert (late.status_code, late.json()["code"]) == (409, "order_cancelled")
    assert await shop.intents() == []


async def test_creation_and_cancellation_at_once_never_leave_a_live_intent(shop: Shop) -> None:
    orders = [new_id() for _ in range(15)]

    async def both(order_id: UUID) -> str:
        _, outcome = await asyncio.gather(shop.post_intent(order_id), shop.cancel(order_id))
        return outcome

    outcomes = await asyncio.gather(*[both(order_id) for order_id in orders])
    assert set(outcomes) == {"cancelled"}
    assert {intent.status for intent in await shop.intents()} <= {"canceled"}


async def test_confirmation_and_cancellation_at_once_agree_with_stripe(shop: Shop) -> None:
    payments = [await shop.new_payment() for _ in range(15)]
    outcomes = await asyncio.gather(
        *[shop.cancel(payment["order_id"]) for payment in payments],
        *[shop.confirm(payment) for payment in payments],
    )
    await shop.until_quiet()
    intents = {intent.metadata["order_id"]: intent.status for intent in await shop.intents()}
    for payment, outcome in zip(payments, outcomes, strict=False):
        status = (await shop.read(payment))["status"]
        assert outcome == status
        assert intents[payment["order_id"]] == {"cancelled": "canceled"}.get(status, status)
    assert len(shop.outbox()) == len(payments)


async def test_a_silent_stripe_leaves_the_outcome_unknown_and_the_row_open(
    open_shop: OpenShop,
) -> None:
    async with open_shop(stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        payment = await shop.new_payment()
        await shop.order_fault("payment_intents.cancel", "delay", seconds=1)
        assert await shop.cancel(payment["order_id"]) == "unknown"
        assert (await shop.read(payment))["status"] == "requires_payment_method"
        await shop.until_status(payment, "cancelled")
        assert await shop.cancel(payment["order_id"]) == "cancelled"


async def test_an_intent_whose_creation_was_never_answered_is_found_and_cancelled(
    open_shop: OpenShop,
) -> None:
    async with open_shop(deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        order_id = new_id()
        await shop.order_fault("payment_intents.create", "timeout_after", seconds=1)
        assert (await shop.post_intent(order_id)).status_code == 503
        assert await shop.cancel(order_id) == "cancelled"
        [intent] = await shop.intents()
        assert intent.status == "canceled"
