"""Carts over HTTP on a real database."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from deployments.cart.application import forget_guest_carts
from deployments.cart.contract import CART_TOKEN_HEADER
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from tests.service.cart.shop import Shop

NOBODY: dict[str, str] = {}


async def test_a_signed_in_shopper_fills_changes_and_empties_a_cart(shop: Shop) -> None:
    ada = shop.shopper()
    mug, lamp = shop.catalogue.sell("Mug", 1290), shop.catalogue.sell("Lamp", 4900)
    await shop.add(ada, mug, 2)
    cart = await shop.add(ada, lamp)
    assert [(i["title"], i["quantity"], i["line_total"]["amount"]) for i in cart["items"]] == [
        ("Mug", 2, 2580),
        ("Lamp", 1, 4900),
    ]
    assert (cart["version"], cart["item_count"], cart["subtotal"]["amount"]) == (2, 3, 7480)
    assert cart["token"] is None
    assert cart["items"][0]["available"] == 10
    mug_id, lamp_id = (item["id"] for item in cart["items"])
    changed = await shop.client.put(f"/items/{mug_id}", json={"quantity": 5}, headers=ada)
    assert changed.json()["items"][0]["quantity"] == 5
    removed = await shop.client.delete(f"/remove/{lamp_id}", headers=ada)
    assert [item["title"] for item in removed.json()["items"]] == ["Mug"]
    cart = await shop.cart(ada)
    assert (cart["version"], cart["subtotal"]["amount"]) == (4, 6450)


async def test_looking_at_no_cart_shows_an_empty_one_and_stores_nothing(shop: Shop) -> None:
    for headers in (NOBODY, shop.shopper(), {CART_TOKEN_HEADER: "x" * 43}):
        cart = await shop.cart(headers)
        assert (cart["items"], cart["version"], cart["token"]) == ([], 0, None)
        assert cart["subtotal"] == {"amount": 0, "currency": "EUR"}
    assert shop.rows("SELECT * FROM carts") == []


async def test_a_guest_shops_with_the_token_of_the_first_answer(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug")
    first = await shop.add(NOBODY, mug)
    guest = {CART_TOKEN_HEADER: first["token"]}
    second = await shop.add(guest, mug, 2)
    assert second["token"] == first["token"]
    assert (await shop.cart(guest))["items"][0]["quantity"] == 3
    assert (await shop.cart(NOBODY))["items"] == []
    # Somebody else's random token opens nothing, and adding with it opens a cart of its own.
    stranger = await shop.add({CART_TOKEN_HEADER: "y" * 43}, mug)
    assert stranger["token"] not in ("y" * 43, first["token"])
    stored = shop.rows("SELECT token_hash FROM carts")
    assert first["token"] not in str(stored)


NO_QUANTITIES = (
    "0",
    "-1",
    "2147483648",
    "1000",
    "1.5",
    "1.0",
    "NaN",
    "1e400",
    "true",
    '"1"',
    "null",
    "[1]",
)


async def test_a_quantity_that_is_none_is_refused_and_nothing_stored(shop: Shop) -> None:
    mug, ada = shop.catalogue.sell("Mug"), shop.shopper()
    headers = ada | {"Content-Type": "application/json"}
    for quantity in NO_QUANTITIES:
        body = f'{{"variant_id": "{mug.variant_id}", "quantity": {quantity}}}'
        answer = await shop.client.post("/add", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), quantity
    assert shop.rows("SELECT * FROM carts") == []
    item = (await shop.add(ada, mug))["items"][0]
    for quantity in NO_QUANTITIES:
        changed = await shop.client.put(
            f"/items/{item['id']}", content=f'{{"quantity": {quantity}}}', headers=headers
        )
        assert changed.status_code == 422, quantity
    assert (await shop.cart(ada))["version"] == 1


@pytest.mark.parametrize("extra", [{"price": 1}, {"user_id": str(new_id())}, {"role": "admin"}])
async def test_fields_the_server_decides_are_refused(shop: Shop, extra: dict[str, object]) -> None:
    mug = shop.catalogue.sell("Mug")
    body = {"variant_id": str(mug.variant_id), "quantity": 1} | extra
    answer = await shop.client.post("/add", json=body, headers=shop.shopper())
    assert answer.status_code == 422


async def test_unknown_and_unpublished_variants_are_told_apart(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    shop.catalogue.change(mug, published=False)
    unknown = await shop.client.post("/add", json={"variant_id": str(new_id())}, headers=ada)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_variant")
    hidden = await shop.client.post("/add", json={"variant_id": str(mug.variant_id)}, headers=ada)
    assert (hidden.status_code, hidden.json()["code"]) == (409, "not_for_sale")
    shop.catalogue.change(mug, published=True, price=Money(100, "USD"))
    foreign = await shop.client.post("/add", json={"variant_id": str(mug.variant_id)}, headers=ada)
    assert (foreign.status_code, foreign.json()["code"]) == (409, "other_currency")


async def test_more_than_999_of_one_thing_is_refused(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    await shop.add(ada, mug, 999)
    body = {"variant_id": str(mug.variant_id), "quantity": 1}
    answer = await shop.client.post("/add", json=body, headers=ada)
    assert (answer.status_code, answer.json()["code"]) == (409, "quantity_limit")


async def test_somebody_elses_item_is_unknown(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug")
    item = (await shop.add(shop.shopper(), mug))["items"][0]["id"]
    for headers in (shop.shopper(), NOBODY):
        change = await shop.client.put(f"/items/{item}", json={"quantity": 2}, headers=headers)
        remove = await shop.client.delete(f"/remove/{item}", headers=headers)
        assert change.status_code == remove.status_code == 404
        assert change.json()["code"] == remove.json()["code"] == "unknown_item"


async def test_additions_at_once_make_one_cart_and_none_is_lost(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    await asyncio.gather(*[shop.add(ada, mug) for _ in range(12)])
    cart = await shop.cart(ada)
    assert (cart["items"][0]["quantity"], cart["version"]) == (12, 12)
    assert len(shop.rows("SELECT * FROM carts")) == 1


async def test_a_line_says_what_is_wrong_with_it_until_the_shopper_accepts(shop: Shop) -> None:
    ada = shop.shopper()
    mug, lamp, sofa = (shop.catalogue.sell(name, 1000) for name in ("Mug", "Lamp", "Sofa"))
    for offer in (mug, lamp, sofa):
        await shop.add(ada, offer, 2)
    shop.catalogue.change(mug, price=Money(1200, "EUR"))
    shop.catalogue.change(lamp, available=1)
    del shop.catalogue.known[sofa.variant_id]
    cart = await shop.cart(ada)
    assert [[p["code"] for p in item["problems"]] for item in cart["items"]] == [
        ["price_changed"],
        ["insufficient_stock"],
        ["gone"],
    ]
    assert cart["items"][0]["unit_price"]["amount"] == 1200
    assert "€10.00" in cart["items"][0]["problems"][0]["detail"]
    assert "€12.00" in cart["items"][0]["problems"][0]["detail"]
    accepted = await shop.client.put(
        f"/items/{cart['items'][0]['id']}", json={"quantity": 2}, headers=ada
    )
    assert accepted.json()["items"][0]["problems"] == []
    gone = cart["items"][2]["id"]
    refused = await shop.client.put(f"/items/{gone}", json={"quantity": 1}, headers=ada)
    assert (refused.status_code, refused.json()["code"]) == (409, "gone")


async def test_without_products_the_cart_shows_what_it_remembers(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1290)
    await shop.add(ada, mug, 2)
    shop.catalogue.down.add("offers")
    cart = await shop.cart(ada)
    assert cart["live"] is False
    assert (cart["subtotal"]["amount"], cart["items"][0]["available"]) == (2580, None)
    assert cart["items"][0]["problems"] == []
    body = {"variant_id": str(mug.variant_id)}
    refused = await shop.client.post("/add", json=body, headers=ada)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) <= 2
    removed = await shop.client.delete(f"/remove/{cart['items'][0]['id']}", headers=ada)
    assert removed.json()["items"] == []


async def test_a_guests_cart_moves_into_the_users_once(shop: Shop) -> None:
    ada = shop.shopper()
    mug, lamp = shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp")
    await shop.add(ada, mug, 1)
    token = (await shop.add(NOBODY, mug, 2))["token"]
    await shop.add({CART_TOKEN_HEADER: token}, lamp, 1)
    answers = await asyncio.gather(
        *[shop.client.post("/merge", json={"cart_token": token}, headers=ada) for _ in range(5)]
    )
    assert {answer.status_code for answer in answers} == {200}
    cart = await shop.cart(ada)
    assert [(i["title"], i["quantity"]) for i in cart["items"]] == [("Mug", 3), ("Lamp", 1)]
    assert (await shop.cart({CART_TOKEN_HEADER: token}))["items"] == []
    assert len(shop.rows("SELECT * FROM carts")) == 1


async def test_merging_into_no_cart_and_with_an_unknown_token(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    token = (await shop.add(NOBODY, mug, 2))["token"]
    unknown = await shop.client.post("/merge", json={"cart_token": "z" * 43}, headers=ada)
    assert (unknown.status_code, unknown.json()["items"]) == (200, [])
    merged = await shop.client.post("/merge", json={"cart_token": token}, headers=ada)
    assert merged.json()["item_count"] == 2
    nobody = await shop.client.post("/merge", json={"cart_token": token})
    assert nobody.status_code == 401


async def test_shipping_methods_and_quote_follow_cart_and_country(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 2000)
    await shop.add(ada, mug, 2)

    async def price(country: str, method: str) -> int:
        answer = await shop.client.get(
            "/shipping-methods", params={"country": country}, headers=ada
        )
        return {m["code"]: m["price"]["amount"] for m in answer.json()}[method]  # type: ignore[no-any-return]

    assert await price("DE", "standard") == 490
    await shop.add(ada, mug, 1)
    assert await price("DE", "standard") == 0
    assert await price("CH", "standard") == 1490
    params = {"country": "CH", "shipping_method": "standard"}
    totals = (await shop.client.get("/quote", params=params, headers=ada)).json()
    assert {name: money["amount"] for name, money in totals.items()} == {
        "subtotal": 6000,
        "shipping": 1490,
        "tax": 607,
        "discount": 0,
        "total": 8097,
        "included_tax": 607,
    }


async def test_a_quote_needs_goods_a_served_country_and_a_method_of_it(shop: Shop) -> None:
    ada = shop.shopper()

    async def quote(country: str, method: str) -> tuple[int, str]:
        params = {"country": country, "shipping_method": method}
        answer = await shop.client.get("/quote", params=params, headers=ada)
        return answer.status_code, answer.json().get("code")

    assert await quote("DE", "standard") == (409, "cart_empty")
    await shop.add(ada, shop.catalogue.sell("Mug"))
    assert await quote("ZZ", "standard") == (422, "country_not_served")
    assert await quote("FR", "pickup") == (422, "unknown_shipping_method")
    assert await quote("germany", "standard") == (422, "invalid_request")


async def test_guest_carts_nobody_touched_for_a_month_are_forgotten(shop: Shop) -> None:
    mug, ada = shop.catalogue.sell("Mug"), shop.shopper()
    await shop.add(NOBODY, mug)
    await shop.add(ada, mug)
    shop.clock.advance(days=20)
    kept = {CART_TOKEN_HEADER: (await shop.add(NOBODY, mug))["token"]}
    shop.clock.advance(days=11)
    assert await shop.app.state.forget_guest_carts() == 1
    assert (await shop.cart(kept))["item_count"] == 1
    assert (await shop.cart(ada))["item_count"] == 1


async def test_all_idle_guest_carts_go_however_many(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_guest_carts, "_BATCH", 2)
    mug = shop.catalogue.sell("Mug", available=100)
    for _ in range(5):
        await shop.add(NOBODY, mug)
    shop.clock.advance(days=31)
    assert await shop.app.state.forget_guest_carts() == 5


async def test_the_cart_answers_below_a_prefix_with_and_without_a_slash(shop: Shop) -> None:
    transport = httpx.ASGITransport(app=shop.app, root_path="/cart")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for path in ("/cart", "/cart/"):
            assert (await client.get(path)).status_code == 200
        paths = (await client.get("/cart/openapi.json")).json()["paths"]
    assert "" in paths
    assert "/" not in paths
    assert paths[""]["get"]["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/CartView"
    }
