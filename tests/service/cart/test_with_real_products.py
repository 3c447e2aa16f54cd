"""The cart service against the real products service: the same words on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.cart.api import create_api
from deployments.cart.infrastructure.settings import CartSettings
from deployments.shared.settings import PlatformSettings
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.service.cart.real_services import real_products
from tests.service.cart.shop import Shop
from tests.support import Keys, running

MUG = {
    "title": "Enamel mug",
    "variants": [{"sku": "MUG-NAVY", "options": {"Colour": "Navy"}, "price": 1290, "on_hand": 5}],
}


@dataclass
class TwoServices:
    shop: Shop
    products: httpx.AsyncClient
    product: dict[str, Any]
    merchant: dict[str, str]

    @property
    def variant_id(self) -> str:
        return str(self.product["variants"][0]["id"])

    async def available(self) -> int:
        answer = await self.products.get(f"/{self.product['id']}")
        return int(answer.json()["variants"][0]["available"])

    async def add(self, headers: dict[str, str], quantity: int) -> dict[str, Any]:
        body = {"variant_id": self.variant_id, "quantity": quantity}
        answer = await self.shop.client.post("/add", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        cart: dict[str, Any] = answer.json()
        return cart


@pytest.fixture
async def two(
    platform: PlatformSettings,
    keys: Keys,
    cart_settings: CartSettings,
    database_url: Callable[[str], str],
    tmp_path: Path,
) -> AsyncIterator[TwoServices]:
    payments, clock = FakePayments(), FakeClock()
    merchant = keys.user("merchant")
    async with real_products(platform, keys, database_url("products"), tmp_path) as (
        products,
        gateway,
    ):
        cart_app = create_api(
            platform,
            cart_settings,
            verifier=keys.verifier("cart"),
            catalogue=gateway,
            payments=payments,
            clock=clock,
        )
        made = await products.post("", json=MUG, headers=merchant)
        assert made.status_code == 201, made.text
        async with running(cart_app) as client:
            shop = Shop(
                cart_app, client, FakeCatalogue(), payments, clock, keys, cart_settings.database_url
            )
            yield TwoServices(shop, products, made.json(), merchant)


async def test_bought_stock_is_held_then_sold(two: TwoServices) -> None:
    ada = two.shop.shopper()
    cart = await two.add(ada, 2)
    item = cart["items"][0]
    assert (item["title"], item["sku"], item["available"]) == ("Enamel mug", "MUG-NAVY", 5)
    order = (await two.shop.check_out(ada, cart["version"])).json()
    assert order["status"] == "payment_pending"
    assert await two.available() == 3
    await two.shop.tell("payment.succeeded", order)
    assert (await two.shop.order(ada, order))["status"] == "stock_committed"
    assert await two.available() == 3


async def test_an_expired_order_gives_its_stock_back(two: TwoServices) -> None:
    ada = two.shop.shopper()
    cart = await two.add(ada, 2)
    order = (await two.shop.check_out(ada, cart["version"])).json()
    two.shop.clock.advance(minutes=16)
    await two.shop.sweep()
    assert (await two.shop.order(ada, order))["status"] == "cancelled"
    assert await two.available() == 5


async def test_what_is_left_is_said_by_name(two: TwoServices) -> None:
    ada, bob = two.shop.shopper(), two.shop.shopper()
    hers = await two.add(ada, 4)
    his = await two.add(bob, 3)
    assert (await two.shop.check_out(ada, hers["version"])).status_code == 201
    refused = await two.shop.check_out(bob, his["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_has_problems")
    assert "only 1 of Enamel mug left" in refused.json()["detail"]


async def test_a_product_taken_from_the_shop_is_gone(two: TwoServices) -> None:
    ada = two.shop.shopper()
    await two.add(ada, 1)
    path = f"/{two.product['id']}"
    assert (await two.products.delete(path, headers=two.merchant)).status_code < 300
    cart = await two.shop.cart(ada)
    assert [problem["code"] for problem in cart["items"][0]["problems"]] == ["gone"]
    body = {"variant_id": two.variant_id}
    again = await two.shop.client.post("/add", json=body, headers=ada)
    assert again.status_code in (404, 409)


async def test_the_reservations_refusal_names_lines_and_what_is_left(two: TwoServices) -> None:
    ada, bob = two.shop.shopper(), two.shop.shopper()
    hers, his = await two.add(ada, 4), await two.add(bob, 3)
    gateway = two.shop.app.state.check_out._catalogue
    original = gateway.offers

    async def then_ada_is_faster(variant_ids: Any) -> Any:
        offers = await original(variant_ids)
        gateway.offers = original
        assert (await two.shop.check_out(ada, hers["version"])).status_code == 201
        return offers

    gateway.offers = then_ada_is_faster
    refused = await two.shop.check_out(bob, his["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    (line,) = refused.json()["lines"]
    assert (line["title"], line["requested"], line["available"]) == ("Enamel mug", 3, 1)
