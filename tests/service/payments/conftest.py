"""Payments and a real sandbox, both over HTTP, each delivering to the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr
from stripe import StripeClient

from deployments.local.ports import free_port
from deployments.payments.api import create_api
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from tests.sandbox_support import (
    API_KEY,
    RETURN_URL,
    WEBHOOK_SECRET,
    eventually,
    running_sandbox,
    sandbox_settings,
    serving,
    stripe_client,
)
from tests.support import Keys


@dataclass
class Shop:
    """The payments service as a shopper and the cart meet it, and what lies behind it."""

    http: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    stripe: StripeClient
    keys: Keys
    database_url: str
    state: Any
    user_id: UUID = field(default_factory=new_id)

    @property
    def shopper(self) -> dict[str, str]:
        return self.keys.user("shopper", user_id=self.user_id)

    @property
    def cart(self) -> dict[str, str]:
        return self.keys.service("cart", "payments")

    async def post_intent(self, order: UUID, **changes: Any) -> httpx.Response:
        body = {
            "order_id": str(order),
            "user_id": str(self.user_id),
            "amount": 4990,
            "currency": "EUR",
            "order_number": "M-100042",
        }
        return await self.http.post("/create-intent", json=body | changes, headers=self.cart)

    async def new_payment(self) -> dict[str, Any]:
        answer = await self.post_intent(new_id())
        assert answer.status_code == 200, answer.text
        payment: dict[str, Any] = answer.json()
        return payment

    async def confirm(
        self, payment: dict[str, Any], method: str = "pm_card_visa", **changes: Any
    ) -> httpx.Response:
        body = {"payment_id": payment["id"], "payment_method": method, "return_url": RETURN_URL}
        return await self.http.post("/confirm", json=body | changes, headers=self.shopper)

    async def paid(self, method: str = "pm_card_visa") -> dict[str, Any]:
        payment = await self.new_payment()
        answer = await self.confirm(payment, method)
        assert answer.json()["status"] == "succeeded", answer.text
        return payment

    async def refund(
        self, payment: dict[str, Any], refund_id: UUID | None = None, **changes: Any
    ) -> httpx.Response:
        body = {
            "order_id": payment["order_id"],
            "amount": 1000,
            "currency": "EUR",
            "reason": "the lamp arrived broken",
        }
        path = f"/internal/refunds/{refund_id or new_id()}"
        return await self.http.put(path, json=body | changes, headers=self.cart)

    async def stripe_refunds(self) -> list[Any]:
        return (await self.stripe.v1.refunds.list_async({"limit": 100})).data

    async def merchant_list(self, name: str, **query: Any) -> dict[str, Any]:
        answer = await self.http.get(f"/{name}", params=query, headers=self.keys.user("merchant"))
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def until_outbox(self, *types: str, seconds: float = 15) -> None:
        async def reached() -> bool:
            return self.outbox() == list(types)

        await eventually(reached, seconds)

    async def cancel(self, order_id: UUID | str) -> str:
        answer = await self.http.put(f"/internal/orders/{order_id}/cancel", headers=self.cart)
        assert answer.status_code == 200, answer.text
        status: str = answer.json()["status"]
        return status

    async def read(self, payment: dict[str, Any]) -> dict[str, Any]:
        answer = await self.http.get(f"/{payment['id']}", headers=self.shopper)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def until_status(self, payment: dict[str, Any], status: str, seconds: float = 15) -> None:
        async def reached() -> bool:
            return bool((await self.read(payment))["status"] == status)

        await eventually(reached, seconds)

    async def until_quiet(self) -> None:
        """Every event that was received has been worked on."""

        async def quiet() -> bool:
            return not self.rows("SELECT id FROM stripe_events WHERE processed_at IS NULL")

        await eventually(quiet)

    async def until_reconciled(self) -> None:
        """The look at Stripe's list that comes with the start is over."""

        async def done() -> bool:
            return bool(
                self.rows(
                    "SELECT 1 FROM stripe_cursors WHERE read_until > now() - interval '1 hour' "
                    "OR leased_until < now() + interval '30 seconds'"
                )
            )

        await eventually(done)

    async def reconcile(self) -> int:
        """Look at Stripe's list now, as if it were due."""
        await self.execute("UPDATE stripe_cursors SET leased_until = now()")
        missed: int = await self.state.reconcile_events()
        return missed

    async def execute(self, statement: str) -> None:
        """In a thread: a lock that the service holds must not stop the service."""

        def run() -> None:
            with psycopg.connect(self.database_url.replace("+asyncpg", "")) as connection:
                connection.execute(statement.encode())

        await asyncio.to_thread(run)

    async def order_fault(self, operation: str, kind: str, **more: Any) -> None:
        body = {"operation": operation, "kind": kind, **more}
        answer = await self.sandbox.post("/sandbox/faults", json=body)
        assert answer.status_code == 201, answer.text

    async def faults_left(self) -> int:
        """How often the one fault ordered has yet to happen."""
        (fault,) = (await self.sandbox.get("/sandbox/faults")).json()
        return int(fault["times"])

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        url = self.database_url.replace("+asyncpg", "")
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def row(self, payment: dict[str, Any]) -> dict[str, Any]:
        return self.rows("SELECT * FROM payments WHERE id = %s", payment["id"])[0]

    def outbox(self) -> list[str]:
        return [r["type"] for r in self.rows("SELECT type FROM outbox ORDER BY position")]

    async def intents(self) -> list[Any]:
        page = await self.stripe.v1.payment_intents.list_async({"limit": 100})
        return page.data


OpenShop = Callable[..., AbstractAsyncContextManager[Shop]]


@pytest.fixture
def open_shop(
    platform: PlatformSettings,
    keys: Keys,
    database_url: Callable[[str], str],
    tmp_path: Path,
) -> OpenShop:
    """``open_shop(deliver=False, stripe_timeout_seconds=…)``: a shop with other settings."""

    @asynccontextmanager
    async def open_it(
        *, deliver: bool = True, settle_seconds: float = 0.1, **changes: Any
    ) -> AsyncIterator[Shop]:
        port = free_port()
        hook = f"http://127.0.0.1:{port}/webhook" if deliver else ""
        sandbox = sandbox_settings(tmp_path, webhook_url=hook, settle_seconds=settle_seconds)
        values: dict[str, Any] = {
            "database_url": database_url("payments"),
            "service_key": keys.encoded("payments"),
            "stripe_api_key": SecretStr(API_KEY),
            "stripe_api_base": f"http://127.0.0.1:{sandbox.port}",
            "stripe_webhook_secret": SecretStr(WEBHOOK_SECRET),
            "stripe_timeout_seconds": 3,
            "events_poll_seconds": 0.05,
        }
        settings = PaymentsSettings(**values | changes)
        app = create_api(platform, settings, verifier=keys.verifier("payments"))
        async with (
            running_sandbox(sandbox) as sandbox_address,
            serving(app, port) as address,
            httpx.AsyncClient(base_url=address, timeout=30) as http,
            httpx.AsyncClient(base_url=sandbox_address) as sandbox_http,
            stripe_client(sandbox_address) as sdk,
        ):
            shop = Shop(http, sandbox_http, sdk, keys, settings.database_url, app.state)
            await shop.until_reconciled()
            yield shop

    return open_it


@pytest.fixture
async def shop(open_shop: OpenShop) -> AsyncIterator[Shop]:
    async with open_shop() as opened:
        yield opened
