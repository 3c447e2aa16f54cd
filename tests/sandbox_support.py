"""A real sandbox for tests: served over HTTP on a private port, as the ``stripe`` SDK needs it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import stripe
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp
from stripe import StripeClient

from deployments.local.ports import free_port
from deployments.payments.infrastructure.stripe_http import StripeHttp
from deployments.sandbox.app import create_sandbox
from deployments.sandbox.settings import SandboxSettings

API_KEY = "sk_test_of_the_test_run"
PUBLISHABLE_KEY = "pk_test_of_the_test_run"
WEBHOOK_SECRET = "whsec_of_the_test_run"
RETURN_URL = "http://127.0.0.1:3000/checkout/return"


class _Server(uvicorn.Server):
    """Ends when told; uvicorn itself looks ten times a second, and then waits for as long again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.end = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals belong to pytest.
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # An idle connection is gone after a turn of the loop.
        await asyncio.sleep(0.001)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()


@asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[str]:
    """``app`` on ``port`` in this event loop; its address."""
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the server did not start")
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.end.set()
        await task


def sandbox_settings(folder: Path, **changes: Any) -> SandboxSettings:
    values: dict[str, Any] = {
        "port": free_port(),
        "smtp_port": free_port(),
        "data_folder": folder,
        "api_key": SecretStr(API_KEY),
        "publishable_key": PUBLISHABLE_KEY,
        "webhook_secret": SecretStr(WEBHOOK_SECRET),
        "webhook_retry_seconds": 0.05,
        "log_level": "WARNING",
    }
    return SandboxSettings(**values | changes)


@asynccontextmanager
async def running_sandbox(settings: SandboxSettings) -> AsyncIterator[str]:
    async with serving(create_sandbox(settings), settings.port) as address:
        yield address


@asynccontextmanager
async def stripe_client(
    address: str, *, key: str = API_KEY, seconds: float = 5, retries: int = 0
) -> AsyncIterator[StripeClient]:
    """The real SDK on the sandbox."""
    http = StripeHttp(seconds)
    try:
        yield StripeClient(
            key,
            base_addresses={"api": address},
            max_network_retries=retries,
            http_client=http,
        )
    finally:
        await http.close_async()


async def order_fault(address: str, operation: str, kind: str, **more: Any) -> None:
    async with httpx.AsyncClient(base_url=address) as admin:
        body = {"operation": operation, "kind": kind, **more}
        assert (await admin.post("/sandbox/faults", json=body)).status_code == 201


async def faults_taken(address: str) -> None:
    """Until all faults that were ordered have happened, or have begun to."""

    async def none_left() -> bool:
        return (await admin.get("/sandbox/faults")).json() == []

    async with httpx.AsyncClient(base_url=address) as admin:
        await eventually(none_left)


async def eventually(check: Callable[[], Awaitable[Any]], seconds: float = 15) -> Any:
    """The first true answer of ``check``; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := await check()):
        assert time.monotonic() < deadline, f"{check} stayed false for {seconds} s"
        await asyncio.sleep(0.02)
    return answer


def signed(payload: str, secret: str = WEBHOOK_SECRET, moment: int | None = None) -> dict[str, str]:
    """Headers of a webhook with ``payload``, signed by the SDK itself."""
    header = stripe.WebhookSignature.generate_signature_header(payload, secret, moment)
    return {"Stripe-Signature": header, "Content-Type": "application/json"}
