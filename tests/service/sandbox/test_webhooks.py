"""Signed delivery with retries that outlive the process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from fastapi import FastAPI, Request, Response

from deployments.local.ports import free_port
from deployments.sandbox.app import create_sandbox
from deployments.sandbox.settings import SandboxSettings
from deployments.shared.settings import ConfigurationError
from tests.sandbox_support import (
    WEBHOOK_SECRET,
    eventually,
    faults_taken,
    order_fault,
    running_sandbox,
    sandbox_settings,
    serving,
    stripe_client,
)


class Receiver:
    """A webhook endpoint that answers with the given statuses, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.events: list[stripe.Event] = []
        self.taken: list[str] = []
        self.app = FastAPI()

        @self.app.post("/hook")
        async def hook(request: Request) -> Response:
            event = stripe.Webhook.construct_event(
                await request.body(), request.headers["stripe-signature"], WEBHOOK_SECRET
            )
            self.events.append(event)
            status = self.statuses.pop(0) if self.statuses else 200
            if status == 200:
                self.taken.append(event.type)
            return Response(status_code=status)


@asynccontextmanager
async def receiving(receiver: Receiver, port: int) -> AsyncIterator[str]:
    async with serving(receiver.app, port) as address:
        yield f"{address}/hook"


@asynccontextmanager
async def delivering(receiver: Receiver, folder: Path) -> AsyncIterator[str]:
    """A sandbox that delivers to ``receiver``."""
    async with receiving(receiver, free_port()) as url:
        settings = sandbox_settings(folder, webhook_url=url)
        async with running_sandbox(settings) as address:
            yield address


async def new_intent(address: str) -> Any:
    async with stripe_client(address) as client:
        return await client.v1.payment_intents.create_async({"amount": 500, "currency": "eur"})


async def test_events_are_delivered_signed(tmp_path: Path) -> None:
    receiver = Receiver()
    async with delivering(receiver, tmp_path) as address:
        intent = await new_intent(address)

        async def delivered() -> bool:
            return receiver.taken == ["payment_intent.created"]

        await eventually(delivered)
    event = receiver.events[0]
    assert event.data.object["id"] == intent.id
    assert event.request is not None
    assert event.request.idempotency_key is not None


async def test_a_refused_delivery_is_repeated_until_taken(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.statuses = [500, 400, 302]
    async with delivering(receiver, tmp_path) as address:
        await new_intent(address)

        async def taken() -> bool:
            return bool(receiver.taken)

        await eventually(taken)
        await asyncio.sleep(0.2)
    assert len(receiver.events) == 4
    assert len({event.id for event in receiver.events}) == 1


async def test_a_dropped_webhook_never_arrives_but_its_event_is_listed(tmp_path: Path) -> None:
    receiver = Receiver()
    async with delivering(receiver, tmp_path) as address:
        await order_fault(address, "webhook", "drop_webhook")
        first, second = await new_intent(address), await new_intent(address)

        async def second_came() -> bool:
            return second.id in [event.data.object["id"] for event in receiver.events]

        await eventually(second_came)
        async with stripe_client(address) as client:
            events = await client.v1.events.list_async()
    assert first.id in [event.data.object["id"] for event in events.data]
    assert first.id not in [event.data.object["id"] for event in receiver.events]


async def test_a_duplicated_webhook_arrives_as_often_as_ordered(tmp_path: Path) -> None:
    receiver = Receiver()
    async with delivering(receiver, tmp_path) as address:
        await order_fault(address, "webhook", "duplicate_webhook", copies=5)
        await new_intent(address)

        async def all_came() -> bool:
            return len(receiver.taken) == 5

        await eventually(all_came)
        await asyncio.sleep(0.1)
    assert len(receiver.taken) == 5
    assert len({event.id for event in receiver.events}) == 1


@pytest.mark.parametrize("fault", ["reorder_webhook", "delay"])
async def test_a_webhook_held_back_is_overtaken_by_the_next(tmp_path: Path, fault: str) -> None:
    receiver = Receiver()
    async with delivering(receiver, tmp_path) as address:
        await order_fault(address, "webhook", fault, seconds=1.5)
        first = await new_intent(address)
        await faults_taken(address)
        second = await new_intent(address)

        async def both_came() -> bool:
            return len(receiver.taken) == 2

        await eventually(both_came)
    arrived = [event.data.object["id"] for event in receiver.events]
    assert arrived == [second.id, first.id]


@asynccontextmanager
async def sandbox_process(settings: SandboxSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """The sandbox as its own process, killed at the end."""
    environment = {
        "MERCATO_SANDBOX_PORT": str(settings.port),
        "MERCATO_SANDBOX_SMTP_PORT": str(settings.smtp_port),
        "MERCATO_SANDBOX_DATA_FOLDER": str(settings.data_folder),
        "MERCATO_SANDBOX_API_KEY": settings.api_key.get_secret_value(),
        "MERCATO_SANDBOX_WEBHOOK_URL": settings.webhook_url,
        "MERCATO_SANDBOX_WEBHOOK_SECRET": settings.webhook_secret.get_secret_value(),
        "MERCATO_SANDBOX_WEBHOOK_RETRY_SECONDS": str(settings.webhook_retry_seconds),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deployments.sandbox",
        env=os.environ | environment,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.port}") as client:

            async def healthy() -> bool:
                assert process.returncode is None, "the sandbox ended"
                try:
                    return (await client.get("/health")).is_success
                except httpx.TransportError:
                    return False

            await eventually(healthy, seconds=30)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_everything_survives_kill_9(tmp_path: Path) -> None:
    receiver, hook_port = Receiver(), free_port()
    settings = sandbox_settings(tmp_path, webhook_url=f"http://127.0.0.1:{hook_port}/hook")
    address = f"http://127.0.0.1:{settings.port}"
    options: Any = {"idempotency_key": "k1"}
    async with sandbox_process(settings), stripe_client(address) as client:
        before = await client.v1.payment_intents.create_async(
            {"amount": 500, "currency": "eur"}, options
        )
    async with receiving(receiver, hook_port), sandbox_process(settings) as process:
        async with stripe_client(address) as client:
            found = await client.v1.payment_intents.retrieve_async(before.id)
            assert found.amount == 500
            replayed = await client.v1.payment_intents.create_async(
                {"amount": 500, "currency": "eur"}, options
            )
            assert replayed.id == before.id

            async def delivered() -> bool:
                return receiver.taken == ["payment_intent.created"]

            await eventually(delivered)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) in (0, -15)


def test_the_sandbox_does_not_run_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERCATO_ENVIRONMENT", "production")
    with pytest.raises(ConfigurationError, match="production"):
        create_sandbox(SandboxSettings(data_folder=tmp_path))


def test_unsigned_webhooks_are_refused_at_the_start(tmp_path: Path) -> None:
    settings = SandboxSettings(data_folder=tmp_path, webhook_url="http://127.0.0.1:1/hook")
    with pytest.raises(ConfigurationError, match="MERCATO_SANDBOX_WEBHOOK_SECRET"):
        create_sandbox(settings)
