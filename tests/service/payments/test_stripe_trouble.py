"""Stripe slow, silent, broken or repeating itself."""

from __future__ import annotations

import asyncio

from deployments.shared.ids import new_id
from tests.sandbox_support import eventually
from tests.service.payments.conftest import OpenShop, Shop


async def test_a_timeout_after_success_makes_one_intent(open_shop: OpenShop) -> None:
    async with open_shop(stripe_timeout_seconds=0.4, stripe_retries=1) as shop:
        await shop.order_fault("payment_intents.create", "timeout_after", seconds=1)
        payment = await shop.new_payment()
        [intent] = await shop.intents()
        assert shop.row(payment)["stripe_intent_id"] == intent.id


async def test_a_silent_stripe_is_503_and_the_next_try_goes_on(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        order_id = new_id()
        await shop.order_fault("payment_intents.create", "timeout_after", seconds=1)
        answer = await shop.post_intent(order_id)
        assert (answer.status_code, answer.json()["code"]) == (503, "stripe_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        [row] = shop.rows("SELECT status, stripe_intent_id FROM payments")
        assert row == {"status": "requires_payment_method", "stripe_intent_id": None}
        again = await shop.post_intent(order_id)
        assert again.status_code == 200
        assert len(await shop.intents()) == 1


async def test_an_intent_whose_creation_was_never_answered_is_adopted_by_its_event(
    open_shop: OpenShop,
) -> None:
    async with open_shop(stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        await shop.order_fault("payment_intents.create", "timeout_after", seconds=1)
        assert (await shop.post_intent(new_id())).status_code == 503

        async def adopted() -> bool:
            [row] = shop.rows("SELECT stripe_intent_id FROM payments")
            return row["stripe_intent_id"] is not None

        await eventually(adopted)


async def test_a_replayed_500_without_intent_gets_a_fresh_key(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False) as shop:
        order_id = new_id()
        await shop.order_fault("payment_intents.create", "error")
        statuses = [(await shop.post_intent(order_id)).status_code for _ in range(3)]
        assert statuses == [503, 503, 200]
        assert len(await shop.intents()) == 1


async def test_a_replayed_500_after_the_work_finds_the_intent(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False) as shop:
        order_id = new_id()
        await shop.order_fault("payment_intents.create", "error_after")
        statuses = [(await shop.post_intent(order_id)).status_code for _ in range(2)]
        assert statuses == [503, 200]
        assert len(await shop.intents()) == 1


async def test_a_confirmation_that_times_out_after_success_charges_once(
    open_shop: OpenShop,
) -> None:
    async with open_shop(deliver=False, stripe_timeout_seconds=0.4, stripe_retries=0) as shop:
        payment = await shop.new_payment()
        await shop.order_fault("payment_intents.confirm", "timeout_after", seconds=1)
        assert (await shop.confirm(payment)).status_code == 503
        again = await shop.confirm(payment)
        assert again.json()["status"] == "succeeded"
        charges = await shop.stripe.v1.events.list_async({"type": "charge.succeeded"})
        assert len(charges.data) == 1


async def test_a_500_after_the_charge_is_seen_as_paid(shop: Shop) -> None:
    payment = await shop.new_payment()
    await shop.order_fault("payment_intents.confirm", "error_after")
    answer = await shop.confirm(payment)
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


async def test_a_saved_500_does_not_bar_the_same_card_for_ever(shop: Shop) -> None:
    payment = await shop.new_payment()
    await shop.order_fault("payment_intents.confirm", "error")
    assert (await shop.confirm(payment)).status_code == 503
    answer = await shop.confirm(payment)
    assert answer.json()["status"] == "succeeded"
    charges = await shop.stripe.v1.events.list_async({"type": "charge.succeeded"})
    assert len(charges.data) == 1


async def test_a_webhook_that_never_arrives_is_made_good_by_the_events_list(
    open_shop: OpenShop,
) -> None:
    async with open_shop(deliver=False) as shop:
        payment = await shop.new_payment()
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )
        assert await shop.reconcile() > 0
        await shop.until_status(payment, "succeeded")
        assert shop.outbox() == ["payment.succeeded"]
        assert await shop.reconcile() == 0
        assert {r["source"] for r in shop.rows("SELECT source FROM stripe_events")} == {
            "reconciliation"
        }


async def test_reconciliation_runs_by_itself(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, reconcile_seconds=0.2) as shop:
        payment = await shop.new_payment()
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )
        await shop.until_status(payment, "succeeded")


async def test_a_failed_reconciliation_is_repeated_from_where_it_was(open_shop: OpenShop) -> None:
    async with open_shop(deliver=False, reconcile_seconds=0.2) as shop:
        payment = await shop.new_payment()
        await shop.stripe.v1.payment_intents.confirm_async(
            shop.row(payment)["stripe_intent_id"], {"payment_method": "pm_card_visa"}
        )
        await shop.order_fault("events.list", "error", times=2)
        await shop.until_status(payment, "succeeded", seconds=10)


async def test_an_authentication_without_webhook_is_noticed_by_asking(
    open_shop: OpenShop,
) -> None:
    async with open_shop(deliver=False, refresh_seconds=0.1, refresh_after_seconds=0.3) as shop:
        payment = await shop.new_payment()
        confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
        await shop.sandbox.post(confirmed["next_action_url"], data={"outcome": "approve"})
        await shop.until_status(payment, "succeeded")


async def test_events_wait_while_stripe_is_silent_and_none_is_lost(open_shop: OpenShop) -> None:
    async with open_shop(stripe_timeout_seconds=0.3, stripe_retries=0) as shop:
        payment = await shop.new_payment()
        confirmed = (await shop.confirm(payment, "pm_card_authenticationRequired")).json()
        await shop.until_quiet()
        await shop.order_fault("payment_intents.retrieve", "delay", times=2, seconds=1)
        await shop.sandbox.post(confirmed["next_action_url"], data={"outcome": "approve"})
        await asyncio.sleep(0.5)
        await shop.until_status(payment, "succeeded", seconds=15)
        await shop.until_quiet()
        assert shop.outbox() == ["payment.succeeded"]
