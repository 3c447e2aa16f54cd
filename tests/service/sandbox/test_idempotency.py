"""Idempotency keys and ordered faults, as the real SDK meets them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from tests.sandbox_support import (
    faults_taken,
    order_fault,
    running_sandbox,
    sandbox_settings,
    stripe_client,
)


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    async with running_sandbox(sandbox_settings(tmp_path)) as url:
        yield url


@pytest.fixture
async def client(address: str) -> AsyncIterator[StripeClient]:
    async with stripe_client(address) as sdk:
        yield sdk


async def create(client: StripeClient, key: str, amount: int = 900) -> Any:
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "eur"}, {"idempotency_key": key}
    )


async def count_intents(client: StripeClient) -> int:
    return len((await client.v1.payment_intents.list_async({"limit": 100})).data)


async def test_the_same_key_and_parameters_give_the_saved_answer(client: StripeClient) -> None:
    first = await create(client, "k1")
    second = await create(client, "k1")
    assert first.id == second.id
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.last_response.headers
    assert await count_intents(client) == 1


async def test_the_same_key_with_other_parameters_or_path_is_refused(
    client: StripeClient,
) -> None:
    intent = await create(client, "k1")
    with pytest.raises(stripe.IdempotencyError):
        await create(client, "k1", amount=901)
    with pytest.raises(stripe.IdempotencyError):
        await client.v1.payment_intents.cancel_async(intent.id, {}, {"idempotency_key": "k1"})
    assert await count_intents(client) == 1


async def test_a_request_under_way_makes_the_same_key_conflict(
    address: str, client: StripeClient
) -> None:
    await order_fault(address, "payment_intents.create", "delay", seconds=1.5)
    slow = asyncio.create_task(create(client, "k1"))
    await faults_taken(address)
    with pytest.raises(stripe.APIError) as error:
        await create(client, "k1")
    assert (error.value.http_status, error.value.code) == (409, None)
    assert "in-progress request" in str(error.value)
    assert (await create(client, "other")).id != (await slow).id
    async with stripe_client(address, retries=2) as patient:
        assert (await create(patient, "k1")).id == slow.result().id


async def test_twenty_equal_requests_at_once_make_one_intent(client: StripeClient) -> None:
    made = await asyncio.gather(*[create(client, "k1") for _ in range(20)])
    assert len({intent.id for intent in made}) == 1


async def test_a_saved_500_is_replayed_and_nothing_was_done(
    address: str, client: StripeClient
) -> None:
    await order_fault(address, "payment_intents.create", "error")
    for replayed in (None, "true"):
        with pytest.raises(stripe.APIError) as error:
            await create(client, "k1")
        assert error.value.http_status == 500
        assert (error.value.headers or {}).get("idempotent-replayed") == replayed
    assert await count_intents(client) == 0


async def test_a_500_after_the_work_leaves_the_work_done(
    address: str, client: StripeClient
) -> None:
    await order_fault(address, "payment_intents.create", "error_after")
    with pytest.raises(stripe.APIError):
        await create(client, "k1")
    assert await count_intents(client) == 1


async def test_a_timeout_after_success_is_made_good_by_the_sdks_retry(address: str) -> None:
    await order_fault(address, "payment_intents.create", "timeout_after", seconds=2)
    async with stripe_client(address, seconds=0.3, retries=1) as impatient:
        intent = await create(impatient, "k1")
        assert intent.last_response.headers["idempotent-replayed"] == "true"
        assert await count_intents(impatient) == 1


async def test_a_decline_is_replayed_too(client: StripeClient) -> None:
    intent = await create(client, "k1")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await client.v1.payment_intents.confirm_async(
                intent.id, {"payment_method": "pm_card_chargeDeclined"}, {"idempotency_key": "c1"}
            )
    failed = await client.v1.events.list_async({"type": "payment_intent.payment_failed"})
    assert len(failed.data) == 1


async def test_a_request_that_never_began_leaves_its_key_free(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await create(client, "k1", amount=0)
    assert (await create(client, "k1")).amount == 900


async def test_too_long_keys_are_refused(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await create(client, "k" * 256)


async def test_faults_are_used_up_listed_and_cleared(address: str, client: StripeClient) -> None:
    await order_fault(address, "*", "error", times=2)
    with pytest.raises(stripe.APIError):
        await create(client, "k1")
    async with httpx.AsyncClient(base_url=address) as admin:
        assert [fault["times"] for fault in (await admin.get("/sandbox/faults")).json()] == [1]
        assert (await admin.delete("/sandbox/faults")).status_code == 204
        bad = await admin.post("/sandbox/faults", json={"operation": "x y", "kind": "error"})
        assert bad.status_code == 422
    assert (await create(client, "k2")).amount == 900


async def test_faults_are_for_this_machine_only(tmp_path: Path) -> None:
    from deployments.sandbox.app import create_sandbox

    app = create_sandbox(sandbox_settings(tmp_path))
    transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as stranger:
        for answer in (
            await stranger.get("/sandbox/faults"),
            await stranger.delete("/sandbox/faults"),
            await stranger.post("/sandbox/faults", json={"operation": "*", "kind": "error"}),
        ):
            assert answer.status_code == 403
