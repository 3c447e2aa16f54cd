"""Carts under attack: races, limits, foreign currencies, odd characters, lost workers."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from deployments.cart.application.check_out import request_hash
from deployments.cart.contract import CART_TOKEN_HEADER
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from tests.service.cart.shop import ADDRESS, Shop

JSON = {"Content-Type": "application/json"}


async def test_two_users_who_merge_one_guests_cart_at_once_get_it_once(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug")
    users = [shop.shopper() for _ in range(6)]
    token = (await shop.add({}, mug, 2))["token"]
    answers = await asyncio.gather(
        *[shop.client.post("/merge", json={"cart_token": token}, headers=user) for user in users]
    )
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["item_count"] for answer in answers) == [0, 0, 0, 0, 0, 2]
    later = await shop.client.post("/merge", json={"cart_token": token}, headers=users[0])
    assert later.json()["item_count"] in (0, 2)
    assert shop.rows("SELECT sum(quantity) FROM cart_items") == [(2,)]


async def test_a_merge_that_does_not_fit_changes_neither_cart(shop: Shop) -> None:
    offers = [shop.catalogue.sell(f"Thing {number}") for number in range(101)]
    user_id = new_id()
    ada = shop.shopper(user_id)
    async with shop.app.state.sweep_orders._begin() as work:
        cart = await work.carts.open_for_user(user_id)
        for offer in offers[:99]:
            cart.add(offer, 1)
        await work.carts.save(cart)
        await work.commit()
    token = (await shop.add({}, offers[99]))["token"]
    guest = {CART_TOKEN_HEADER: token}
    await shop.add(guest, offers[100])
    before = await shop.cart(ada)
    refused = await shop.client.post("/merge", json={"cart_token": token}, headers=ada)
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_full")
    assert await shop.cart(ada) == before
    assert len((await shop.cart(guest))["items"]) == 2
    item = before["items"][0]["id"]
    await shop.client.delete(f"/remove/{item}", headers=ada)
    merged = await shop.client.post("/merge", json={"cart_token": token}, headers=ada)
    assert (merged.status_code, len(merged.json()["items"])) == (200, 100)
    order = await shop.check_out(ada, merged.json()["version"])
    assert (order.status_code, len(order.json()["lines"])) == (201, 100)
    full = await shop.client.post(
        "/add", json={"variant_id": str(offers[0].variant_id)}, headers=ada
    )
    assert full.status_code == 200, "what was ordered makes room"


async def test_a_guests_item_that_has_moved_meanwhile_is_unknown(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add({}, mug)
    guest, item = {CART_TOKEN_HEADER: cart["token"]}, cart["items"][0]["id"]
    original = shop.catalogue.offers

    async def then_ada_signs_in(variant_ids: Any) -> Any:
        shop.catalogue.offers = original  # type: ignore[method-assign]
        body = {"cart_token": cart["token"]}
        assert (await shop.client.post("/merge", json=body, headers=ada)).status_code == 200
        return await original(variant_ids)

    shop.catalogue.offers = then_ada_signs_in  # type: ignore[method-assign]
    late = await shop.client.put(f"/items/{item}", json={"quantity": 9}, headers=guest)
    assert (late.status_code, late.json()["code"]) == (404, "unknown_item")
    assert (await shop.cart(ada))["items"][0]["quantity"] == 1


@pytest.mark.parametrize("seed", range(2))
async def test_moves_at_once_on_one_cart_lose_nothing_and_buy_nothing_twice(
    shop: Shop, seed: int
) -> None:
    chance = random.Random(seed)
    ada = shop.shopper(new_id())
    mugs = [shop.catalogue.sell(f"Mug {number}", available=1000) for number in range(3)]
    tokens = [(await shop.add({}, mug, 2))["token"] for mug in mugs]

    async def later(move: Any) -> Any:
        await asyncio.sleep(chance.uniform(0, 0.15))
        return await move

    async def check_out() -> Any:
        return await shop.check_out(ada, (await shop.cart(ada))["version"])

    moves: list[Any] = [shop.add(ada, chance.choice(mugs)) for _ in range(12)]
    moves += [
        shop.client.post("/merge", json={"cart_token": token}, headers=ada) for token in tokens
    ]
    moves += [check_out() for _ in range(8)]
    answers = await asyncio.gather(*[later(move) for move in moves])
    refused = [a for a in answers if not isinstance(a, dict) and a.status_code not in (200, 201)]
    assert {a.status_code for a in refused} <= {409}
    assert {a.json()["code"] for a in refused} <= {
        "cart_changed",
        "cart_empty",
        "checkout_in_progress",
    }
    bought = shop.rows("SELECT coalesce(sum(quantity), 0) FROM order_lines")[0][0]
    left = sum(item["quantity"] for item in (await shop.cart(ada))["items"])
    assert bought + left == 12 + 3 * 2
    assert sum(1000 - shop.catalogue.left(mug) for mug in mugs) == bought


async def test_an_order_still_in_the_cart_keeps_its_items_from_being_ordered_again(
    shop: Shop,
) -> None:
    ada, mug, lamp = shop.shopper(), shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp")
    cart = await shop.add(ada, mug)
    shop.catalogue.down.add("reserve")
    first = await shop.check_out(ada, cart["version"], "first-key")
    assert first.status_code == 503
    shop.catalogue.down.clear()
    more = await shop.add(ada, lamp)
    second = await shop.check_out(ada, more["version"])
    assert (second.status_code, second.json()["code"]) == (409, "checkout_in_progress")
    assert second.json()["order_id"] == first.json()["order_id"]
    cancelled = await shop.client.post(f"/orders/{first.json()['order_id']}/cancel", headers=ada)
    assert cancelled.json()["status"] == "cancelled"
    again = await shop.check_out(ada, more["version"])
    assert again.status_code == 201
    assert len(again.json()["lines"]) == 2


async def test_what_is_sold_in_another_currency_now_is_gone(shop: Shop) -> None:
    ada, mug, lamp = shop.shopper(), shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp", 1000)
    cart = await shop.add(ada, mug)
    await shop.add(ada, lamp)
    shop.catalogue.change(mug, price=Money(1290, "USD"))
    seen = await shop.cart(ada)
    assert [[p["code"] for p in item["problems"]] for item in seen["items"]] == [["gone"], []]
    item = cart["items"][0]["id"]
    change = await shop.client.put(f"/items/{item}", json={"quantity": 2}, headers=ada)
    assert (change.status_code, change.json()["code"]) == (409, "gone")
    accepted = await shop.client.post("/accept-prices", headers=ada)
    assert accepted.json() == seen
    refused = await shop.check_out(ada, seen["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_has_problems")


async def test_items_of_a_currency_the_store_has_given_up_can_still_be_seen(shop: Shop) -> None:
    ada, mug, lamp = shop.shopper(), shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp", 1000)
    await shop.add(ada, mug)
    await shop.add(ada, lamp)
    shop.write("UPDATE cart_items SET currency = 'USD' WHERE title = 'Mug'")
    shop.catalogue.change(mug, price=Money(1290, "USD"))
    for down in (False, True):
        if down:
            shop.catalogue.down.add("offers")
        seen = await shop.cart(ada)
        assert (len(seen["items"]), seen["subtotal"]) == (2, {"amount": 1000, "currency": "EUR"})


async def test_a_key_may_be_any_printable_text(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=100)
    keys = [
        "';DROP_TABLE_orders;--",
        "%00%0a%s",
        '{}[]\\"..',
        "../../etc/passwd",
        "~" * 100,
        "!" * 8,
    ]
    for key in keys:
        cart = await shop.add(ada, mug)
        first = await shop.check_out(ada, cart["version"], key)
        assert first.status_code == 201, first.text
        assert (await shop.check_out(ada, cart["version"], key)).json() == first.json()
        other = await shop.check_out(ada, cart["version"], key[:-1].ljust(8, "_"))
        assert (other.status_code, other.json()["code"]) == (409, "cart_changed"), key


async def test_a_key_of_other_characters_is_refused(shop: Shop) -> None:
    ada = shop.shopper()
    for key in ("key\u00e9key\u00e9", "key\tkey\tkey", "\x7f" * 8, " " * 8):
        answer = await shop.client.post(
            "/checkout",
            json={"cart_version": 1},
            headers=httpx.Headers(ada | {"Idempotency-Key": key}, encoding="latin-1"),
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), key


def raw_checkout(version: object, name: str = "Ada") -> str:
    """A body as no JSON library would write it."""
    return (
        f'{{"cart_version": {version}, "shipping_method": "pickup", "email": "ada@example.com", '
        f'"shipping_address": {{"name": "{name}", "line1": "1", "city": "B", "postal_code": "1", '
        '"country": "DE"}}'
    )


async def test_a_cart_version_that_is_no_number_is_refused(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    await shop.add(ada, mug)
    headers = ada | JSON | {"Idempotency-Key": "some-key-1"}
    for version in ("true", '"1"', "1.0", "1.5", "NaN", "-1", "2147483648", "null"):
        answer = await shop.client.post("/checkout", content=raw_checkout(version), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), version
    accepted = await shop.client.post("/checkout", content=raw_checkout(1), headers=headers)
    assert accepted.status_code == 201


async def test_characters_that_can_not_be_stored_or_printed_are_refused(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    await shop.add(ada, mug)
    headers = ada | JSON | {"Idempotency-Key": "some-key-1"}
    for name in ("\\ud800", "\\udfff\\ud800", "a\\u0000", "\\u007f", "\\u001b[2J"):
        answer = await shop.client.post("/checkout", content=raw_checkout(1, name), headers=headers)
        assert answer.status_code == 422, name
        coupon = await shop.client.put(
            "/coupon", content=f'{{"code": "{name}"}}', headers=ada | JSON
        )
        assert coupon.status_code == 422, name


async def test_a_token_of_any_bytes_opens_nothing(shop: Shop) -> None:
    for token in (b"\xff" * 20, b"'\"\\" * 10, b"", b"x" * 101):
        headers: Any = {CART_TOKEN_HEADER: token}
        answer = await shop.client.get("", headers=headers)
        assert answer.status_code == (422 if len(token) > 100 else 200), token
        if answer.status_code == 200:
            assert answer.json()["items"] == []


async def test_a_worker_back_from_the_dead_does_not_end_the_lease_of_another(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    begin = shop.app.state.sweep_orders._begin
    identity, now = UUID(order["id"]), shop.clock()
    mine, theirs = now + timedelta(seconds=40), now + timedelta(seconds=90)
    async with begin() as work:
        assert await work.orders.try_lease(identity, now, mine)
        await work.commit()
    async with begin() as work:
        assert await work.orders.try_lease(identity, now + timedelta(seconds=50), theirs)
        await work.orders.end_lease(identity, mine)
        assert not await work.orders.try_lease(identity, now + timedelta(seconds=60), theirs)
        await work.orders.end_lease(identity, theirs)
        assert await work.orders.try_lease(identity, now + timedelta(seconds=60), theirs)
        await work.commit()


async def test_a_request_without_new_fields_has_the_hash_it_always_had(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    await shop.check_out(ada, cart["version"])
    body = {
        "cart_version": cart["version"],
        "shipping_method": "standard",
        "shipping_address": ADDRESS | {"line2": "", "region": ""},
        "email": "ada@example.com",
    }
    assert shop.rows("SELECT request_hash FROM orders") == [(request_hash(body),)]


async def test_prices_are_accepted_all_at_once(shop: Shop) -> None:
    ada = shop.shopper()
    mug, lamp, sofa = (shop.catalogue.sell(name, 1000) for name in ("Mug", "Lamp", "Sofa"))
    for offer in (mug, lamp, sofa):
        await shop.add(ada, offer, 2)
    shop.catalogue.change(mug, price=Money(1200, "EUR"))
    shop.catalogue.change(lamp, price=Money(800, "EUR"), available=1)
    seen = await shop.cart(ada)
    assert seen["items"][0]["problems"] == [
        {
            "code": "price_changed",
            "detail": "Mug cost €10.00 when you chose it and now costs €12.00; "
            "accept the new price or remove it",
            "old_price": {"amount": 1000, "currency": "EUR"},
            "new_price": {"amount": 1200, "currency": "EUR"},
            "available": None,
        }
    ]
    assert seen["items"][1]["problems"][0]["available"] == 1
    refused = await shop.check_out(ada, seen["version"])
    lines = refused.json()["lines"]
    assert [line["title"] for line in lines] == ["Mug", "Lamp"]
    assert lines[0]["problems"] == seen["items"][0]["problems"]
    accepted = (await shop.client.post("/accept-prices", headers=ada)).json()
    assert accepted["version"] == seen["version"] + 1
    assert [[p["code"] for p in item["problems"]] for item in accepted["items"]] == [
        [],
        ["insufficient_stock"],
        [],
    ]
    assert (await shop.client.post("/accept-prices", headers=ada)).json() == accepted
    shop.catalogue.down.add("offers")
    unknown = await shop.client.post("/accept-prices", headers=ada)
    assert (unknown.status_code, unknown.json()["code"]) == (503, "products_unavailable")


async def test_accepting_prices_of_no_cart_changes_nothing(shop: Shop) -> None:
    answer = await shop.client.post("/accept-prices", headers=shop.shopper())
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert shop.rows("SELECT * FROM carts") == []


async def test_countries_say_whether_tax_is_in_the_price(shop: Shop) -> None:
    rows = (await shop.client.get("/countries")).json()
    assert {"code": "DE", "name": "Germany", "tax_included": True} in rows
    assert {"code": "NO", "name": "Norway", "tax_included": False} in rows
    for row in rows:
        answer = await shop.client.get("/shipping-methods", params={"country": row["code"]})
        assert answer.status_code == 200
