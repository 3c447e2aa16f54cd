"""What banks do after a payment, under the real ``stripe`` SDK."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from tests.sandbox_support import (
    eventually,
    faults_taken,
    order_fault,
    running_sandbox,
    sandbox_settings,
    stripe_client,
)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with running_sandbox(sandbox_settings(tmp_path, settle_seconds=0.2)) as url:
        yield url


@pytest.fixture
async def client(address: str) -> AsyncIterator[StripeClient]:
    async with stripe_client(address) as sdk:
        yield sdk


async def paid(client: StripeClient, method: str, amount: int = 1000) -> Any:
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "eur", "confirm": True, "payment_method": method}
    )


async def kinds(client: StripeClient) -> list[str]:
    """Types of all events, oldest first."""
    page = await client.v1.events.list_async({"limit": 100})
    return [event.type for event in reversed(page.data)]


async def test_a_pending_refund_succeeds_a_while_later(client: StripeClient) -> None:
    intent = await paid(client, "pm_card_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 300})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")

    async def settled() -> bool:
        return (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"

    await eventually(settled)
    assert (await kinds(client))[-2:] == ["charge.refund.updated", "refund.updated"]
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 701})


async def test_a_refund_may_succeed_and_fail_later_and_be_made_again(
    client: StripeClient,
) -> None:
    intent = await paid(client, "pm_card_refundFail")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"

    async def failed() -> bool:
        return (await client.v1.refunds.retrieve_async(refund.id)).status == "failed"

    await eventually(failed)
    again = await client.v1.refunds.retrieve_async(refund.id)
    assert again.failure_reason == "expired_or_canceled_card"
    assert (await kinds(client))[-1] == "refund.failed"
    charge = await client.v1.charges.retrieve_async(str(refund.charge))
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert (await client.v1.refunds.create_async({"payment_intent": intent.id})).amount == 1000


async def test_refunds_are_listed_by_intent_through_pages(client: StripeClient) -> None:
    one, other = await paid(client, "pm_card_visa"), await paid(client, "pm_card_visa")
    made = [
        await client.v1.refunds.create_async(
            {"payment_intent": one.id, "amount": 100, "metadata": {"refund_id": str(number)}}
        )
        for number in range(3)
    ]
    await client.v1.refunds.create_async({"payment_intent": other.id})
    page = await client.v1.refunds.list_async({"payment_intent": one.id, "limit": 2})
    assert page.has_more
    listed: list[Any] = [refund async for refund in page.auto_paging_iter()]
    assert [r.id for r in listed] == [r.id for r in reversed(made)]
    assert [r.metadata["refund_id"] for r in listed] == ["2", "1", "0"]


async def test_refund_keys_are_kept_like_all_others(address: str, client: StripeClient) -> None:
    intent = await paid(client, "pm_card_visa")

    async def refund(amount: int, key: str) -> Any:
        return await client.v1.refunds.create_async(
            {"payment_intent": intent.id, "amount": amount}, {"idempotency_key": key}
        )

    first = await refund(100, "re-1")
    assert (await refund(100, "re-1")).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        await refund(101, "re-1")
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="greater than"):
            await refund(5000, "re-2")
    with pytest.raises(stripe.IdempotencyError):
        await refund(100, "re-2")
    await order_fault(address, "refunds.create", "error")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await refund(200, "re-3")
    await order_fault(address, "refunds.create", "delay", seconds=1.5)
    slow = asyncio.create_task(refund(50, "re-4"))
    await faults_taken(address)
    with pytest.raises(stripe.APIError) as error:
        await refund(50, "re-4")
    assert error.value.http_status == 409
    await slow
    charge = await client.v1.charges.retrieve_async(str(first.charge))
    assert charge.amount_refunded == 150


async def test_faults_that_do_nothing_leave_the_key_free(
    address: str, client: StripeClient
) -> None:
    intent = await paid(client, "pm_card_visa")
    params: Any = {"payment_intent": intent.id, "amount": 100}
    await order_fault(address, "refunds.create", "rate_limited")
    with pytest.raises(stripe.RateLimitError):
        await client.v1.refunds.create_async(params, {"idempotency_key": "k"})
    await order_fault(address, "refunds.create", "timeout", seconds=0.5)
    async with stripe_client(address, seconds=0.1) as impatient:
        with pytest.raises(stripe.APIConnectionError):
            await impatient.v1.refunds.create_async(params, {"idempotency_key": "k"})
    await asyncio.sleep(0.5)
    assert (await client.v1.refunds.list_async()).data == []
    refund = await client.v1.refunds.create_async(params, {"idempotency_key": "k"})
    assert refund.status == "succeeded"


@pytest.mark.parametrize(
    ("evidence", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
async def test_a_dispute_ends_as_the_test_evidence_says(
    client: StripeClient, evidence: str, status: str
) -> None:
    intent = await paid(client, "pm_card_createDispute")

    async def disputed() -> list[Any]:
        return (await client.v1.disputes.list_async({"payment_intent": intent.id})).data

    [dispute] = await eventually(disputed)
    assert (dispute.status, dispute.amount, dispute.reason) == (
        "needs_response",
        1000,
        "fraudulent",
    )
    ended = await client.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": evidence}}
    )
    assert ended.status == status
    assert (await kinds(client))[-3:] == [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        await client.v1.disputes.close_async(dispute.id)


async def test_a_dispute_may_be_accepted(client: StripeClient) -> None:
    intent = await paid(client, "pm_card_createDispute")

    async def disputed() -> list[Any]:
        return (await client.v1.disputes.list_async()).data

    [dispute] = await eventually(disputed)
    assert (await client.v1.disputes.close_async(dispute.id)).status == "lost"
    assert (await client.v1.disputes.retrieve_async(dispute.id)).status == "lost"
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert charge.disputed


async def test_a_warning_of_fraud_is_an_event(client: StripeClient) -> None:
    intent = await paid(client, "pm_card_createIssuerFraudRecord")

    async def warned() -> list[Any]:
        kind = "radar.early_fraud_warning.created"
        return (await client.v1.events.list_async({"type": kind})).data

    [event] = await eventually(warned)
    assert event.data.object["payment_intent"] == intent.id
    assert event.request is not None
    assert event.request.id is None


async def test_what_a_bank_does_later_survives_a_restart(tmp_path: Path) -> None:
    slow = sandbox_settings(tmp_path, settle_seconds=3600)
    async with running_sandbox(slow) as address, stripe_client(address) as client:
        intent = await paid(client, "pm_card_pendingRefund")
        refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as database:
        database.execute("UPDATE planned_changes SET due = 0")
    again = sandbox_settings(tmp_path)
    async with running_sandbox(again) as address, stripe_client(address) as client:

        async def settled() -> bool:
            return (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"

        await eventually(settled)
