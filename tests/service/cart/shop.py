"""The cart service with fakes around it, and the moves tests make with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI

from deployments.cart.domain.offer import Offer
from deployments.shared.events import PAYMENTS, Event
from deployments.shared.ids import new_id
from models.shared.migrations import sync_url
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.support import Keys

ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 1",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
}
Headers = dict[str, str]


@dataclass
class Shop:
    app: FastAPI
    client: httpx.AsyncClient
    catalogue: FakeCatalogue
    payments: FakePayments
    clock: FakeClock
    keys: Keys
    database_url: str
    _key: int = field(default=0)

    def shopper(self, user_id: UUID | None = None) -> Headers:
        return self.keys.user("shopper", user_id=user_id)

    async def add(self, headers: Headers, offer: Offer, quantity: int = 1) -> dict[str, Any]:
        answer = await self.client.post(
            "/add",
            json={"variant_id": str(offer.variant_id), "quantity": quantity},
            headers=headers,
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def cart(self, headers: Headers) -> dict[str, Any]:
        answer = await self.client.get("", headers=headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def coupon(self, code: str, **terms: Any) -> dict[str, Any]:
        """A coupon, 10 % off unless ``terms`` say otherwise."""
        answer = await self.client.post(
            "/coupons",
            json={"code": code, "kind": "percentage", "value": 10} | terms,
            headers=self.keys.user("merchant"),
        )
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def enter(self, headers: Headers, code: str) -> httpx.Response:
        return await self.client.put("/coupon", json={"code": code}, headers=headers)

    async def with_coupon(
        self, headers: Headers, offer: Offer, code: str, quantity: int = 1
    ) -> dict[str, Any]:
        """A cart that holds ``offer`` and the coupon."""
        await self.add(headers, offer, quantity)
        answer = await self.enter(headers, code)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def uses(self, coupon: dict[str, Any]) -> int:
        answer = await self.client.get(
            f"/coupons/{coupon['id']}", headers=self.keys.user("merchant")
        )
        return int(answer.json()["uses"])

    async def check_out(
        self, headers: Headers, version: int, key: str | None = None, **changes: Any
    ) -> httpx.Response:
        self._key += 1
        body = {
            "cart_version": version,
            "shipping_method": "standard",
            "shipping_address": ADDRESS,
            "email": "ada@example.com",
        }
        return await self.client.post(
            "/checkout",
            json=body | changes,
            headers=headers | {"Idempotency-Key": key or f"checkout-{self._key}"},
        )

    async def pending(self, headers: Headers, offer: Offer, quantity: int = 1) -> dict[str, Any]:
        """An order that waits for its payment."""
        cart = await self.add(headers, offer, quantity)
        answer = await self.check_out(headers, cart["version"])
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        assert body["status"] == "payment_pending"
        return body

    async def paid(self, headers: Headers, offer: Offer, quantity: int = 1) -> dict[str, Any]:
        """An order that is paid and whose stock is committed."""
        order = await self.pending(headers, offer, quantity)
        self.payments.pay(order["id"])
        await self.tell("payment.succeeded", order)
        paid = await self.order(headers, order)
        assert paid["status"] == "stock_committed"
        return paid

    @property
    def merchant(self) -> Headers:
        return self.keys.user("merchant")

    async def fulfil(self, order: dict[str, Any], **changes: Any) -> httpx.Response:
        body = {"carrier": "DHL", "tracking_number": "0034043"}
        return await self.client.post(
            f"/orders/{order['id']}/fulfil", json=body | changes, headers=self.merchant
        )

    async def refund(
        self, order: dict[str, Any], key: str | None = None, **body: Any
    ) -> httpx.Response:
        self._key += 1
        return await self.client.post(
            f"/orders/{order['id']}/refunds",
            json={"reason": "returned"} | body,
            headers=self.merchant | {"Idempotency-Key": key or f"refund-{self._key}"},
        )

    async def cancel(self, headers: Headers, order: dict[str, Any]) -> httpx.Response:
        return await self.client.post(f"/orders/{order['id']}/cancel", headers=headers)

    async def settle(self) -> None:
        """Time passes and sweeps run until nothing is left to try again."""
        for _ in range(4):
            self.clock.advance(seconds=61)
            await self.sweep()

    def mails(self) -> list[tuple[str, str, str, str]]:
        """Recipient, subject, text and HTML, the oldest first."""
        rows = self.rows("SELECT recipient, subject, text, html FROM mails ORDER BY id")
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def order(self, headers: Headers, order: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.get(f"/orders/{order['id']}", headers=headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def tell(
        self,
        kind: str,
        order: dict[str, Any],
        *,
        event_id: UUID | None = None,
        **changes: Any,
    ) -> None:
        """An event of payments, as the stream hands it over."""
        payload = {
            "payment_id": order["payment_id"] or str(new_id()),
            "order_id": order["id"],
            "amount": order["totals"]["total"]["amount"],
            "currency": "EUR",
        }
        event = Event(PAYMENTS, kind, payload | changes, event_id or new_id())
        await self.app.state.payment_events([event])

    async def sweep(self) -> int:
        count: int = await self.app.state.sweep_orders()
        return count

    async def eventually(self, happened: Callable[[], bool]) -> None:
        for _ in range(200):
            if happened():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it did not happen within four seconds")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._plain_url) as connection:
            return connection.execute(query.encode()).fetchall()

    def write(self, statement: str) -> None:
        with psycopg.connect(self._plain_url) as connection:
            connection.execute(statement.encode())

    def leave_leased(self, order: dict[str, Any], *, seconds: float) -> None:
        """What a worker leaves that dies in the middle: a lease that nobody ends."""
        until = self.clock() + timedelta(seconds=seconds)
        with psycopg.connect(self._plain_url) as connection:
            connection.execute(
                "UPDATE orders SET leased_until = %s WHERE id = %s", (until, order["id"])
            )

    @property
    def _plain_url(self) -> str:
        return sync_url(self.database_url).replace("+psycopg", "")

    def outbox(self, kind: str) -> list[dict[str, Any]]:
        return [
            row[0]
            for row in self.rows(
                f"SELECT payload FROM outbox WHERE type = '{kind}' ORDER BY position"  # noqa: S608
            )
        ]
