"""Cart, products, payments and the sandbox together: from a product to a purchase."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.cart.api import create_api
from deployments.cart.infrastructure.settings import CartSettings
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from tests.sandbox_support import RETURN_URL, eventually
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.service.cart.real_services import real_payments, real_products
from tests.service.cart.shop import Headers, Shop
from tests.support import Keys, running

MUG = {"title": "Mug", "variants": [{"sku": "MUG", "price": 1290, "on_hand": 5}]}


@dataclass
class Store:
    shop: Shop
    products: httpx.AsyncClient
    payments: httpx.AsyncClient
    product: dict[str, Any]

    async def available(self) -> int:
        answer = await self.products.get(f"/{self.product['id']}")
        return int(answer.json()["variants"][0]["available"])

    async def order(self, headers: Headers, quantity: int) -> dict[str, Any]:
        body = {"variant_id": self.product["variants"][0]["id"], "quantity": quantity}
        cart = (await self.shop.client.post("/add", json=body, headers=headers)).json()
        answer = await self.shop.check_out(headers, cart["version"])
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()
        return order

    async def pay(self, headers: Headers, order: dict[str, Any], card: str) -> str:
        body = {
            "payment_id": order["payment_id"],
            "payment_method": card,
            "return_url": RETURN_URL,
        }
        answer = await self.payments.post("/confirm", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])

    async def until(self, headers: Headers, order: dict[str, Any], status: str) -> None:
        async def reached() -> bool:
            return bool((await self.shop.order(headers, order))["status"] == status)

        await eventually(reached, seconds=20)


@pytest.fixture
async def store(
    platform: PlatformSettings,
    keys: Keys,
    cart_settings: CartSettings,
    database_url: Callable[[str], str],
    tmp_path: Path,
) -> AsyncIterator[Store]:
    clock = FakeClock()
    async with (
        real_products(platform, keys, database_url("products"), tmp_path) as (products, catalogue),
        real_payments(platform, keys, database_url("payments"), tmp_path) as (payments, money),
    ):
        made = await products.post("", json=MUG, headers=keys.user("merchant"))
        app = create_api(
            platform,
            cart_settings,
            verifier=keys.verifier("cart"),
            catalogue=catalogue,
            payments=money,
            clock=clock,
        )
        async with running(app) as client:
            shop = Shop(
                app,
                client,
                FakeCatalogue(),
                FakePayments(),
                clock,
                keys,
                cart_settings.database_url,
            )
            yield Store(shop, products, payments, made.json())


@pytest.fixture
def ada(keys: Keys) -> Headers:
    return keys.user("shopper", user_id=new_id())


async def test_a_declined_card_then_a_good_one_make_one_purchase(
    store: Store, ada: Headers
) -> None:
    order = await store.order(ada, 2)
    assert order["status"] == "payment_pending"
    assert await store.pay(ada, order, "pm_card_chargeDeclined") == "requires_payment_method"
    assert await store.available() == 3
    assert await store.pay(ada, order, "pm_card_visa") == "succeeded"
    await store.until(ada, order, "stock_committed")
    (purchase,) = store.shop.outbox("order.paid")
    assert purchase["total"] == order["totals"]["total"]["amount"]
    assert UUID(purchase["order_id"]) == UUID(order["id"])
    assert await store.available() == 3


async def test_an_expired_order_has_its_intent_cancelled_and_can_not_be_paid(
    store: Store, ada: Headers
) -> None:
    order = await store.order(ada, 2)
    store.shop.clock.advance(minutes=16)
    await store.shop.sweep()
    await store.until(ada, order, "cancelled")
    assert await store.available() == 5
    body = {
        "payment_id": order["payment_id"],
        "payment_method": "pm_card_visa",
        "return_url": RETURN_URL,
    }
    late = await store.payments.post("/confirm", json=body, headers=ada)
    assert late.status_code == 409
    assert store.shop.outbox("order.paid") == []


async def test_an_order_paid_when_it_expires_is_paid(store: Store, ada: Headers) -> None:
    order = await store.order(ada, 1)
    store.shop.clock.advance(minutes=16)
    assert await store.pay(ada, order, "pm_card_visa") == "succeeded"
    await store.shop.sweep()
    await store.until(ada, order, "stock_committed")
    assert len(store.shop.outbox("order.paid")) == 1
    assert await store.available() == 4
