"""Checkout: from cart to an order that waits for its payment, once, whatever happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest

from deployments.cart.domain.offer import Offer
from deployments.shared.ids import new_id
from deployments.shared.money import Money
from tests.service.cart.shop import ADDRESS, Shop


async def test_a_checkout_holds_stock_prepares_the_payment_and_empties_the_cart(
    shop: Shop,
) -> None:
    ada = shop.shopper()
    mug, lamp = shop.catalogue.sell("Mug", 1290, 10), shop.catalogue.sell("Lamp", 1000, 3)
    await shop.add(ada, mug, 2)
    cart = await shop.add(ada, lamp, 3)
    answer = await shop.check_out(ada, cart["version"])
    assert answer.status_code == 201
    order = answer.json()
    assert order["status"] == "payment_pending"
    assert order["number"].startswith("M-1")
    assert [(line["title"], line["quantity"]) for line in order["lines"]] == [
        ("Mug", 2),
        ("Lamp", 3),
    ]
    assert [event["status"] for event in order["timeline"]] == [
        "created",
        "reserved",
        "payment_pending",
    ]
    assert order["shipping_address"] == ADDRESS | {"line2": "", "region": ""}
    assert order["expires_at"] is not None
    (intent,) = shop.payments.intents.values()
    assert str(intent.payment_id) == order["payment_id"]
    assert (shop.catalogue.left(mug), shop.catalogue.left(lamp)) == (8, 0)
    emptied = await shop.cart(ada)
    assert emptied["items"] == []
    assert emptied["version"] > cart["version"]
    assert [event["order_id"] for event in shop.outbox("order.created")] == [order["id"]]


async def test_totals_add_up_and_are_what_the_intent_and_the_quote_say(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1999)
    cart = await shop.add(ada, mug, 2)
    params = {"country": "NO", "shipping_method": "express"}
    quoted = (await shop.client.get("/quote", params=params, headers=ada)).json()
    answer = await shop.check_out(
        ada,
        cart["version"],
        shipping_method="express",
        shipping_address=ADDRESS | {"country": "NO"},
    )
    totals = answer.json()["totals"]
    assert totals == quoted
    amounts = {name: money["amount"] for name, money in totals.items()}
    assert amounts["subtotal"] == sum(
        line["unit_price"]["amount"] * line["quantity"] for line in answer.json()["lines"]
    )
    assert amounts["tax"] == round((3998 + 2990) * 0.25)
    assert (
        amounts["total"]
        == amounts["subtotal"] + amounts["shipping"] + amounts["tax"] - amounts["discount"]
    )
    (intent,) = shop.payments.intents.values()
    assert intent.amount == Money(amounts["total"], "EUR")


async def test_the_same_request_fifty_times_at_once_makes_one_order(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    answers = await asyncio.gather(
        *[shop.check_out(ada, cart["version"], "the-same-key") for _ in range(50)]
    )
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[201] >= 1
    assert set(statuses) <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"checkout_in_progress"}
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    again = await shop.check_out(ada, cart["version"], "the-same-key")
    assert again.status_code == 201
    assert len(shop.rows("SELECT id FROM orders")) == 1
    assert shop.catalogue.left(mug) == 8
    assert len(shop.payments.intents) == 1


async def test_a_request_overtaken_by_its_repeat_gets_the_order_and_not_sold_out(
    shop: Shop,
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=1)
    cart = await shop.add(ada, mug)
    original, overtaking = shop.catalogue.offers, []

    async def offers(variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        shop.catalogue.offers = original  # type: ignore[method-assign]
        overtaking.append(await shop.check_out(ada, cart["version"], "double-click"))
        return await original(variant_ids)

    shop.catalogue.offers = offers  # type: ignore[method-assign]
    answer = await shop.check_out(ada, cart["version"], "double-click")
    assert (answer.status_code, overtaking[0].status_code) == (201, 201)
    assert answer.json()["id"] == overtaking[0].json()["id"]


async def test_the_same_key_with_another_body_is_refused(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    first = await shop.check_out(ada, cart["version"], "the-same-key")
    other = await shop.check_out(ada, cart["version"], "the-same-key", email="bob@example.com")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    same = await shop.check_out(ada, cart["version"], "the-same-key")
    assert same.json() == first.json()
    # Another shopper may use the same key.
    bob = shop.shopper()
    theirs = await shop.check_out(bob, (await shop.add(bob, mug))["version"], "the-same-key")
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"]


async def test_different_keys_for_one_cart_version_make_one_order(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    answers = await asyncio.gather(*[shop.check_out(ada, cart["version"]) for _ in range(8)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {
        "checkout_in_progress",
        "cart_changed",
    }
    assert len(shop.rows("SELECT id FROM orders")) == 1
    assert shop.catalogue.left(mug) == 8


async def test_of_many_shoppers_one_gets_the_last_unit(shop: Shop) -> None:
    mug = shop.catalogue.sell("Mug", available=1)
    shoppers = [shop.shopper() for _ in range(10)]
    carts = [await shop.add(shopper, mug) for shopper in shoppers]
    answers = await asyncio.gather(
        *[
            shop.check_out(shopper, cart["version"])
            for shopper, cart in zip(shoppers, carts, strict=True)
        ]
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}
    assert shop.catalogue.left(mug) == 0


async def test_an_order_without_stock_is_rejected_by_name_and_stays_rejected(shop: Shop) -> None:
    ada, mug, lamp = shop.shopper(), shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp")
    await shop.add(ada, mug)
    cart = await shop.add(ada, lamp, 5)

    # Somebody buys between the look at the stock and the reservation.
    original = shop.catalogue.offers

    async def offers(variant_ids: Collection[UUID]) -> dict[UUID, Offer]:
        answer = await original(variant_ids)
        shop.catalogue.change(lamp, available=2)
        return answer

    shop.catalogue.offers = offers  # type: ignore[method-assign]
    answer = await shop.check_out(ada, cart["version"], "rejected-key")
    shop.catalogue.offers = original  # type: ignore[method-assign]
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")
    (line,) = answer.json()["lines"]
    assert (line["title"], line["requested"], line["available"]) == ("Lamp", 5, 2)
    assert "only 2 of Lamp left" in answer.json()["detail"]
    again = await shop.check_out(ada, cart["version"], "rejected-key")
    drop = {"request_id": None}
    assert again.json() | drop == answer.json() | drop
    assert (await shop.cart(ada))["version"] == cart["version"]
    assert shop.payments.calls["create_intent"] == 0
    # The same cart can be ordered with a new key once there is stock again.
    shop.catalogue.change(lamp, available=5)
    assert (await shop.check_out(ada, cart["version"])).status_code == 201


async def test_lines_with_problems_stop_the_checkout_before_an_order(shop: Shop) -> None:
    ada = shop.shopper()
    mug, lamp, sofa = (shop.catalogue.sell(name, 1000) for name in ("Mug", "Lamp", "Sofa"))
    for offer in (mug, lamp, sofa):
        cart = await shop.add(ada, offer, 2)
    shop.catalogue.change(mug, price=Money(1200, "EUR"))
    shop.catalogue.change(lamp, available=1)
    shop.catalogue.change(sofa, published=False)
    answer = await shop.check_out(ada, cart["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "cart_has_problems")
    assert [(line["title"], line["problems"][0]["code"]) for line in answer.json()["lines"]] == [
        ("Mug", "price_changed"),
        ("Lamp", "insufficient_stock"),
        ("Sofa", "gone"),
    ]
    assert shop.rows("SELECT id FROM orders") == []


async def test_a_cart_that_is_empty_or_not_the_one_seen_is_a_conflict(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    nothing = await shop.check_out(ada, 0)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "cart_empty")
    first = await shop.add(ada, mug)
    second = await shop.add(ada, mug)
    stale = await shop.check_out(ada, first["version"])
    assert (stale.status_code, stale.json()["code"]) == (409, "cart_changed")
    removed = await shop.client.delete(f"/remove/{second['items'][0]['id']}", headers=ada)
    empty = await shop.check_out(ada, removed.json()["version"])
    assert (empty.status_code, empty.json()["code"]) == (409, "cart_empty")
    assert shop.rows("SELECT id FROM orders") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 1},
        {"user_id": str(new_id())},
        {"cart_version": -1},
        {"cart_version": "one"},
        {"email": "no address"},
        {"shipping_method": "drone"},
        {"shipping_address": ADDRESS | {"country": "ZZ"}},
        {"shipping_address": ADDRESS | {"country": "germany"}},
        {"shipping_address": ADDRESS | {"city": ""}},
        {"shipping_address": ADDRESS | {"name": "Ada\x00"}},
        {"shipping_address": ADDRESS | {"is_admin": True}},
        {"shipping_address": {"country": "DE"}},
    ],
)
async def test_a_bad_request_is_refused_and_nothing_stored(
    shop: Shop, changes: dict[str, Any]
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    answer = await shop.check_out(ada, cart["version"], **changes)
    assert answer.status_code == 422
    assert shop.rows("SELECT id FROM orders") == []


@pytest.mark.parametrize("key", [None, "short", "x" * 101, "with space inside"])
async def test_a_checkout_needs_a_proper_key(shop: Shop, key: str | None) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    if key is not None:
        answer = await shop.check_out(ada, cart["version"], key)
    else:
        answer = await shop.client.post("/checkout", json={}, headers=ada)
    assert answer.status_code == 422
    assert "Idempotency-Key" in str(answer.json()["errors"])


async def test_a_guest_has_to_sign_in_first(shop: Shop) -> None:
    answer = await shop.check_out({}, 1)
    assert answer.status_code == 401


async def test_a_total_beyond_what_a_card_can_pay_is_refused(shop: Shop) -> None:
    ada, yacht = shop.shopper(), shop.catalogue.sell("Yacht", 99_999_999)
    cart = await shop.add(ada, yacht, 2)
    answer = await shop.check_out(ada, cart["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "total_too_large")


async def test_what_is_added_during_a_checkout_stays_in_the_cart(shop: Shop) -> None:
    ada, mug, lamp = shop.shopper(), shop.catalogue.sell("Mug"), shop.catalogue.sell("Lamp")
    cart = await shop.add(ada, mug)
    shop.catalogue.down.add("reserve")
    key = "interrupted"
    assert (await shop.check_out(ada, cart["version"], key)).status_code == 503
    await shop.add(ada, lamp)
    await shop.add(ada, mug, 2)
    shop.catalogue.down.clear()
    assert (await shop.check_out(ada, cart["version"], key)).status_code == 201
    items = (await shop.cart(ada))["items"]
    assert [(item["title"], item["quantity"]) for item in items] == [("Mug", 2), ("Lamp", 1)]


async def test_without_products_there_is_no_order_yet(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    shop.catalogue.down.add("offers")
    answer = await shop.check_out(ada, cart["version"])
    assert answer.status_code == 503
    assert answer.json()["code"] == "products_unavailable"
    assert int(answer.headers["retry-after"]) <= 2
    assert shop.rows("SELECT id FROM orders") == []


@pytest.mark.parametrize(
    ("part", "how", "call", "left"),
    [
        ("catalogue", "down", "reserve", "created"),
        ("catalogue", "silent", "reserve", "created"),
        ("payments", "down", "create_intent", "reserved"),
        ("payments", "silent", "create_intent", "reserved"),
    ],
)
async def test_a_service_that_does_not_answer_gives_503_and_the_same_key_goes_on(
    shop: Shop, part: str, how: str, call: str, left: str
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug, 2)
    getattr(getattr(shop, part), how).add(call)
    answer = await shop.check_out(ada, cart["version"], "goes-on-later")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) <= 2
    order = answer.json()["order_id"]
    shown = await shop.client.get(f"/orders/{order}", headers=ada)
    assert shown.json()["status"] == left
    assert len((await shop.cart(ada))["items"]) == (1 if left == "created" else 0)
    still = await shop.check_out(ada, cart["version"], "goes-on-later")
    assert still.status_code == 503
    getattr(getattr(shop, part), how).clear()
    done = await shop.check_out(ada, cart["version"], "goes-on-later")
    assert done.status_code == 201
    assert (done.json()["id"], done.json()["status"]) == (order, "payment_pending")
    assert shop.catalogue.left(mug) == 8
    assert len(shop.payments.intents) == 1
    assert (await shop.cart(ada))["items"] == []


async def test_a_client_that_hangs_up_finds_the_order_when_it_asks_again(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", available=10)
    cart = await shop.add(ada, mug)
    request = asyncio.create_task(shop.check_out(ada, cart["version"], "hung-up-key"))
    await shop.eventually(lambda: shop.catalogue.calls["reserve"] == 1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await shop.eventually(lambda: shop.rows("SELECT status FROM orders") == [("payment_pending",)])
    again = await shop.check_out(ada, cart["version"], "hung-up-key")
    assert again.status_code == 201
    assert len(shop.rows("SELECT id FROM orders")) == 1
    assert shop.catalogue.left(mug) == 9


async def test_an_intent_of_another_amount_is_not_offered_for_payment(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    cart = await shop.add(ada, mug)
    original = shop.payments.create_intent

    async def wrong(order: Any) -> Any:
        intent = await original(order)
        return type(intent)(intent.payment_id, Money(1, "EUR"))

    shop.payments.create_intent = wrong  # type: ignore[method-assign]
    answer = await shop.check_out(ada, cart["version"])
    assert answer.status_code == 503
    assert shop.rows("SELECT status FROM orders") == [("reserved",)]
