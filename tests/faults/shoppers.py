"""Shoppers who do what shoppers do: browse, order, pay, be declined, change their minds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.faults.ledger import Acknowledged, Ledger
from tests.faults.patient_client import GaveUp, PatientClient
from tests.faults.store import Account, Article, Store

ADDRESS = {
    "name": "Hanna Hiker",
    "line1": "Waldweg 7",
    "city": "Stuttgart",
    "postal_code": "70173",
    "country": "DE",
}
_GOOD, _DECLINED = "pm_card_visa", "pm_card_chargeDeclined"
_ASKS = "pm_card_authenticationRequired"
_WORDS = ("warm", "light", "gift", "desk", "garden", "travel", "wooden", "summer")
_PLANS = {
    "pays": 45,
    "is declined, then pays": 10,
    "approves and pays": 12,
    "fails to approve": 5,
    "is declined": 5,
    "leaves": 6,
    "cancels": 8,
    "pays and cancels at once": 4,
    "gets a refund": 5,
}


@dataclass
class Shopper:
    """``merchant`` serves this shopper: fills up stock, gives refunds."""

    store: Store
    account: Account
    articles: Sequence[Article]
    client: PatientClient
    merchant: PatientClient
    ledger: Ledger
    rng: random.Random

    async def shop(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            await self.visit()

    async def visit(self) -> None:
        plan = self.rng.choices(list(_PLANS), weights=list(_PLANS.values()))[0]
        try:
            await self._browse()
            order = await self._order()
            if order is None:
                self.ledger.visits["orders nothing"] += 1
                return
            await self._then(plan, order)
            self.ledger.visits[plan] += 1
        except GaveUp:
            self.ledger.visits["gives up waiting"] += 1

    async def _browse(self) -> None:
        choice = self.rng.random()
        if choice < 0.3:
            await self.client.once("GET", self.store.api("/products?limit=24"))
        elif choice < 0.5:
            word = self.rng.choice(_WORDS)
            await self.client.once("GET", self.store.api(f"/ai/search?query={word}"))
        elif choice < 0.6:
            await self.client.once("GET", self.store.api("/auth/me"))
        elif choice < 0.65:
            await self._restock()

    async def _restock(self) -> None:
        article = self.rng.choice(self.articles)
        # Adjusting is not repeated: there is no telling whether a lost one was done.
        await self.merchant.once(
            "POST",
            self.store.api(f"/products/{article.product_id}/variants/{article.variant_id}/stock"),
            json={"delta": self.rng.randint(5, 20), "reason": "delivery"},
        )

    async def _order(self) -> dict[str, Any] | None:
        """Fill the cart and check out; None when there is nothing to be had."""
        for article in self.rng.sample(self.articles, self.rng.randint(1, 3)):
            body = {
                "variant_id": str(article.variant_id),
                "quantity": self.rng.choice((1, 1, 1, 2)),
            }
            await self.client.once("POST", self.store.api("/cart/add"), json=body)
        cart = (await self.client.call("GET", self.store.api("/cart"))).json()
        if not cart.get("items"):
            return None
        faulty = [item for item in cart["items"] if item["problems"]]
        if faulty or not cart["live"]:
            await self._empty(cart)
            return None
        order = await self._check_out(cart["version"])
        if order is None:
            await self._empty(cart)
        return order

    async def _empty(self, cart: dict[str, Any]) -> None:
        for item in cart["items"]:
            await self.client.call("DELETE", self.store.api(f"/cart/remove/{item['id']}"))

    async def _check_out(self, version: int) -> dict[str, Any] | None:
        key = f"harness-{self.rng.getrandbits(96):024x}"
        request: dict[str, Any] = {
            "json": {
                "cart_version": version,
                "shipping_method": "standard",
                "shipping_address": ADDRESS,
                "email": self.account.email,
            },
            "headers": {"Idempotency-Key": key},
        }
        url = self.store.api("/cart/checkout")
        answer = await self.client.call("POST", url, **request)
        if answer.status_code != 201:
            if answer.status_code != 409:
                self.ledger.contradictions.append(f"checkout: {answer.status_code} {answer.text}")
            return None
        order = self._note_order(answer.json(), key)
        if self.rng.random() < 0.2:
            again = (await self.client.call("POST", url, **request)).json()
            if again.get("id") != order["id"]:
                self.ledger.contradictions.append(f"{key} was {order['id']} and is {again}")
        return order

    def _note_order(self, order: dict[str, Any], key: str) -> dict[str, Any]:
        told = Acknowledged(self.account.id, key, order["totals"]["total"]["amount"])
        self.ledger.checked_out(UUID(order["id"]), told)
        return order

    async def _then(self, plan: str, order: dict[str, Any]) -> None:
        match plan:
            case "pays":
                await self._pay(order, _GOOD)
            case "is declined, then pays":
                await self._pay(order, _DECLINED)
                await self._pay(order, _GOOD)
            case "approves and pays":
                await self._pay(order, _ASKS, outcome="approve")
            case "fails to approve":
                await self._pay(order, _ASKS, outcome="fail")
            case "is declined":
                await self._pay(order, _DECLINED)
            case "cancels":
                await self._cancel(order)
            case "pays and cancels at once":
                await asyncio.gather(self._pay(order, _GOOD), self._cancel(order))
            case "gets a refund":
                await self._pay(order, _GOOD)
                await self._refund(order)

    async def _pay(self, order: dict[str, Any], card: str, *, outcome: str = "approve") -> None:
        body = {
            "payment_id": order["payment_id"],
            "payment_method": card,
            "return_url": self.store.layout.store_url,
        }
        answer = await self.client.call("POST", self.store.api("/payments/confirm"), json=body)
        payment = answer.json()
        if answer.status_code == 200 and payment["status"] == "succeeded":
            self.ledger.paid.add(UUID(order["id"]))
        elif answer.status_code == 200 and payment.get("next_action_url"):
            await self.client.call("POST", payment["next_action_url"], data={"outcome": outcome})

    async def _cancel(self, order: dict[str, Any]) -> None:
        url = self.store.api(f"/cart/orders/{order['id']}/cancel")
        answer = await self.client.call("POST", url)
        if answer.status_code == 200 and answer.json()["status"] == "cancelled":
            self.ledger.cancelled.add(UUID(order["id"]))

    async def _refund(self, order: dict[str, Any]) -> None:
        url = self.store.api(f"/cart/orders/{order['id']}")
        for _ in range(20):
            seen = (await self.merchant.call("GET", url)).json()
            if seen["status"] == "stock_committed":
                break
            # Nobody gives money back that has not arrived.
            await asyncio.sleep(1)
        key = f"refund-{order['id']}"
        answer = await self.merchant.call(
            "POST",
            self.store.api(f"/cart/orders/{order['id']}/refunds"),
            json={"full": True, "restock": True, "reason": "sent back"},
            headers={"Idempotency-Key": key},
        )
        if answer.is_success:
            self.ledger.refunds[UUID(order["id"])] = key
