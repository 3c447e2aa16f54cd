"""Many buyers at once against the real stock."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.cart.api import create_api
from deployments.cart.infrastructure.products_gateway import ProductsGateway
from deployments.cart.infrastructure.settings import CartSettings
from deployments.local.ports import free_port
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.service.cart.real_services import real_products
from tests.service.cart.shop import Headers, Shop
from tests.support import Keys, running


@dataclass
class Market:
    shop: Shop
    products: httpx.AsyncClient
    gateway: ProductsGateway

    async def sell(self, title: str, on_hand: int) -> UUID:
        variant = {"sku": title.upper(), "price": 1290, "on_hand": on_hand}
        answer = await self.products.post(
            "",
            json={"title": title, "variants": [variant]},
            headers=self.shop.keys.user("merchant"),
        )
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["variants"][0]["id"])

    async def left(self, variant_id: UUID) -> int:
        return (await self.gateway.offers([variant_id]))[variant_id].available

    async def carts(self, *contents: Sequence[UUID]) -> list[Headers]:
        """Buyers, each with a cart of version 1 that holds one of each variant in this order."""
        wanted = {variant_id for variants in contents for variant_id in variants}
        offers = await self.gateway.offers(wanted)
        buyers = []
        async with self.shop.app.state.sweep_orders._begin() as work:
            for variants in contents:
                user_id = new_id()
                cart = await work.carts.open_for_user(user_id)
                for variant_id in variants:
                    cart.add(offers[variant_id], 1)
                cart.version = 1
                await work.carts.save(cart)
                buyers.append(self.shop.shopper(user_id))
            await work.commit()
        return buyers

    async def rush(self, buyers: Sequence[Headers]) -> list[httpx.Response]:
        """All check out at once; who is told to ask again does so."""
        return await asyncio.gather(*[self._buy(buyer, n) for n, buyer in enumerate(buyers)])

    async def _buy(self, buyer: Headers, number: int) -> httpx.Response:
        while True:
            answer = await self.shop.check_out(buyer, 1, f"buyer-{number:04}")
            if answer.status_code != 503 and answer.json().get("code") != "checkout_in_progress":
                return answer
            await asyncio.sleep(1)


@pytest.fixture
async def market(
    platform: PlatformSettings,
    keys: Keys,
    cart_settings: CartSettings,
    database_url: Callable[[str], str],
    tmp_path: Path,
) -> AsyncIterator[Market]:
    payments, clock = FakePayments(), FakeClock()
    settings = cart_settings.model_copy(update={"answer_seconds": 60, "database_pool_size": 20})
    async with real_products(platform, keys, database_url("products"), tmp_path, patience=60) as (
        products,
        gateway,
    ):
        app = create_api(
            platform,
            settings,
            verifier=keys.verifier("cart"),
            catalogue=gateway,
            payments=payments,
            clock=clock,
        )
        async with running(app) as client:
            shop = Shop(app, client, FakeCatalogue(), payments, clock, keys, settings.database_url)
            yield Market(shop, products, gateway)


async def test_of_a_hundred_buyers_one_gets_the_last_unit(market: Market) -> None:
    mug = await market.sell("Mug", 1)
    answers = await market.rush(await market.carts(*[[mug]] * 100))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    # The last one: who was refused, could not be told, and asked again.
    codes = {"insufficient_stock", "cart_has_problems", "reservation_released"}
    assert {body["code"] for body in refused} <= codes
    for body in refused:
        for line in body["lines"]:
            assert (line["title"], line["available"]) == ("Mug", 0)
    assert await market.left(mug) == 0
    states = market.shop.rows("SELECT status FROM orders WHERE status <> 'rejected'")
    assert states == [("payment_pending",)]


async def test_carts_in_opposite_orders_do_not_lock_each_other_out(market: Market) -> None:
    things = [await market.sell(title, 15) for title in ("Mug", "Lamp", "Sofa")]
    contents = [things[::-1] if place % 2 else things for place in range(30)]
    answers = await market.rush(await market.carts(*contents))
    assert Counter(answer.status_code for answer in answers) == {201: 15, 409: 15}
    assert [await market.left(thing) for thing in things] == [0, 0, 0]


async def test_without_the_products_database_a_checkout_is_503_soon(
    platform: PlatformSettings, keys: Keys, cart_settings: CartSettings, tmp_path: Path
) -> None:
    nowhere = f"postgresql+asyncpg://mercato_products:test@127.0.0.1:{free_port()}/none"
    user_id, clock, shelf = new_id(), FakeClock(), FakeCatalogue()
    async with real_products(platform, keys, nowhere, tmp_path) as (_, gateway):
        app = create_api(
            platform,
            cart_settings,
            verifier=keys.verifier("cart"),
            catalogue=gateway,
            payments=FakePayments(),
            clock=clock,
        )
        async with running(app) as client:
            shop = Shop(app, client, shelf, FakePayments(), clock, keys, cart_settings.database_url)
            async with app.state.sweep_orders._begin() as work:
                cart = await work.carts.open_for_user(user_id)
                cart.add(shelf.sell("Mug"), 1)
                await work.carts.save(cart)
                await work.commit()
            ada = shop.shopper(user_id)
            started = time.monotonic()
            answer = await shop.check_out(ada, 1)
            assert time.monotonic() - started < 10
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) <= 2
            assert shop.rows("SELECT id FROM orders") == []
            seen: dict[str, Any] = await shop.cart(ada)
            assert (seen["live"], seen["item_count"]) == (False, 1)
            assert (await client.get("/orders", headers=ada)).status_code == 200
