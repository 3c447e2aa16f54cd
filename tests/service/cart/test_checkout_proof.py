"""Lying, impatient and vanishing clients; services that hang."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import httpx
import pytest

from deployments.cart.api import create_api
from deployments.cart.infrastructure.products_gateway import ProductsGateway
from deployments.cart.infrastructure.settings import CartSettings
from deployments.products.contract import ProductsClient
from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from tests.service.cart.fakes import FakeCatalogue, FakeClock, FakePayments
from tests.service.cart.shop import ADDRESS, Headers, Shop
from tests.support import Keys, running

_HANG_SECONDS = 30

LIES: list[dict[str, Any]] = [
    {"price": 1},
    {"unit_price": {"amount": 1, "currency": "EUR"}},
    {"total": 1},
    {"discount": 1000},
    {"shipping": 0},
    {"currency": "JPY"},
    {"user_id": str(new_id())},
    {"role": "admin"},
    {"roles": ["merchant"]},
    {"status": "paid"},
    {"lines": []},
]


async def test_what_the_server_decides_is_refused_in_every_body(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    item = cart["items"][0]["id"]
    bodies: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/add", {"variant_id": str(mug.variant_id)}),
        ("PUT", f"/items/{item}", {"quantity": 1}),
        ("PUT", "/coupon", {"code": "TEN"}),
        ("POST", "/merge", {"cart_token": "x" * 43}),
    ]
    for lie in LIES:
        for method, path, body in bodies:
            answer = await shop.client.request(method, path, json=body | lie, headers=ada)
            refused = (answer.status_code, answer.json()["code"])
            assert refused == (422, "invalid_request"), (path, lie)
        answer = await shop.check_out(ada, cart["version"], **lie)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), lie
    assert shop.rows("SELECT id FROM orders") == []


async def vanish(shop: Shop, ada: Headers, version: int, key: str, after: float) -> None:
    """Send a checkout and hang up."""
    request = asyncio.create_task(shop.check_out(ada, version, key))
    await asyncio.sleep(after)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)


async def test_whenever_a_client_hangs_up_its_retry_gives_the_order(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug", available=100)
    for step in range(16):
        ada, key = shop.shopper(new_id()), f"vanishing-{step}"
        cart = await shop.add(ada, mug)
        await vanish(shop, ada, cart["version"], key, after=0.004 * step)
        for _ in range(50):
            answer = await shop.check_out(ada, cart["version"], key)
            if answer.status_code != 409:
                break
            assert answer.json()["code"] == "checkout_in_progress"
            await asyncio.sleep(0.02)
        assert answer.status_code == 201, answer.text
        orders = (await shop.client.get("/orders", headers=ada)).json()["items"]
        assert [order["id"] for order in orders] == [answer.json()["id"]]
    assert shop.catalogue.left(mug) == 100 - 16
    assert len(shop.payments.intents) == 16


async def test_fifty_equal_requests_and_vanishing_ones_make_one_order(shop: Shop) -> None:
    ada, mug = shop.shopper(new_id()), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    vanishing = [vanish(shop, ada, cart["version"], "only-one-key", 0.002 * n) for n in range(10)]
    staying = [shop.check_out(ada, cart["version"], "only-one-key") for _ in range(40)]
    answers = (await asyncio.gather(*staying, *vanishing))[:40]
    statuses = Counter(answer.status_code for answer in answers if answer is not None)
    assert set(statuses) <= {201, 409}
    refused = {a.json()["code"] for a in answers if a is not None and a.status_code == 409}
    assert refused <= {"checkout_in_progress"}
    await shop.eventually(lambda: shop.rows("SELECT status FROM orders") == [("payment_pending",)])
    again = await shop.check_out(ada, cart["version"], "only-one-key")
    assert again.status_code == 201
    assert shop.catalogue.left(mug) == 8
    assert len(shop.payments.intents) == 1


@pytest.mark.parametrize("call", ["reserve", "create_intent"])
async def test_a_checkout_that_takes_long_is_answered_and_goes_on(
    platform: PlatformSettings, keys: Keys, cart_settings: CartSettings, call: str
) -> None:
    catalogue, payments, clock = FakeCatalogue(), FakePayments(), FakeClock()
    settings = cart_settings.model_copy(update={"answer_seconds": 0.2})
    app = create_api(
        platform,
        settings,
        verifier=keys.verifier("cart"),
        catalogue=catalogue,
        payments=payments,
        clock=clock,
    )
    slow: Any = catalogue if call == "reserve" else payments
    original = getattr(slow, call)
    go_on = asyncio.Event()

    async def hang(*arguments: Any) -> Any:
        await go_on.wait()
        return await original(*arguments)

    setattr(slow, call, hang)
    async with running(app) as client:
        shop = Shop(app, client, catalogue, payments, clock, keys, settings.database_url)
        ada, mug = shop.shopper(new_id()), catalogue.sell("Mug")
        cart = await shop.add(ada, mug)
        answer = await shop.check_out(ada, cart["version"], "patient-key")
        assert (answer.status_code, answer.json()["code"]) == (503, "checkout_slow")
        assert int(answer.headers["retry-after"]) <= 2
        still = await shop.check_out(ada, cart["version"], "patient-key")
        assert (still.status_code, still.json()["code"]) == (409, "checkout_in_progress")
        go_on.set()
        await shop.eventually(
            lambda: (
                shop.rows("SELECT status, leased_until FROM orders") == [("payment_pending", None)]
            )
        )
        done = await shop.check_out(ada, cart["version"], "patient-key")
        assert (done.status_code, done.json()["id"]) == (201, answer.json()["order_id"])


async def test_products_that_hang_give_503_long_before_they_answer(
    platform: PlatformSettings, keys: Keys, cart_settings: CartSettings
) -> None:
    shopping = FakeCatalogue()

    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(_HANG_SECONDS)
        return httpx.Response(200)

    http = ServiceHttp("products", "http://products", transport=httpx.MockTransport(hang))
    app = create_api(
        platform,
        cart_settings,
        verifier=keys.verifier("cart"),
        catalogue=ProductsGateway(ProductsClient(http)),
        payments=FakePayments(),
    )
    user_id = new_id()
    async with running(app) as client:
        async with app.state.sweep_orders._begin() as work:
            cart = await work.carts.open_for_user(user_id)
            cart.add(shopping.sell("Mug"), 1)
            await work.carts.save(cart)
            await work.commit()
        shop = Shop(
            app, client, shopping, FakePayments(), FakeClock(), keys, cart_settings.database_url
        )
        ada = shop.shopper(user_id)
        for call in (shop.check_out(ada, 1), shop.client.post("/accept-prices", headers=ada)):
            started = time.monotonic()
            answer = await call
            assert time.monotonic() - started < _HANG_SECONDS / 3
            assert (answer.status_code, answer.json()["code"]) == (503, "products_unavailable")
            assert int(answer.headers["retry-after"]) <= 2
        started = time.monotonic()
        seen = await shop.cart(ada)
        assert time.monotonic() - started < _HANG_SECONDS / 3
        assert (seen["live"], seen["item_count"]) == (False, 1)
    await http.aclose()


async def test_an_order_without_a_visit_and_one_with(shop: Shop) -> None:
    ada, mug, session_id = shop.shopper(), shop.catalogue.sell("Mug"), new_id()
    for sent, expected in ((None, None), (str(session_id), str(session_id))):
        cart = await shop.add(ada, mug)
        answer = await shop.check_out(ada, cart["version"], session_id=sent)
        await shop.tell("payment.succeeded", answer.json())
        assert shop.outbox("order.paid")[-1]["session_id"] == expected
    cart = await shop.add(ada, mug)
    for wrong in ("visit-1", 7, ADDRESS):
        refused = await shop.check_out(ada, cart["version"], session_id=wrong)
        assert refused.status_code == 422


async def test_a_repeat_from_another_visit_is_the_same_order(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    visits = [str(new_id()), str(new_id()), None]
    answers = [
        await shop.check_out(ada, cart["version"], "one-and-the-same", session_id=v) for v in visits
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_nobody_holds_stock_with_more_than_twenty_unpaid_orders(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=100)

    async def order() -> httpx.Response:
        cart = await shop.add(ada, mug)
        return await shop.check_out(ada, cart["version"])

    orders = [await order() for _ in range(20)]
    assert {answer.status_code for answer in orders} == {201}
    refused = await order()
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_unpaid_orders")
    await shop.tell("payment.succeeded", orders[0].json())
    assert (await order()).status_code == 201
    bob = shop.shopper()
    cart = await shop.add(bob, mug)
    assert (await shop.check_out(bob, cart["version"])).status_code == 201
