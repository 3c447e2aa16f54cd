"""Coupons: merchants keep them, shoppers enter them, orders remember them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from deployments.analytics.contract import Purchase
from deployments.cart.contract import CART_TOKEN_HEADER
from deployments.shared.ids import new_id
from tests.service.cart.shop import ADDRESS, Shop

TERMS = {"code": "WELCOME10", "kind": "percentage", "value": 10}


def amounts(totals: dict[str, Any]) -> dict[str, int]:
    return {name: money["amount"] for name, money in totals.items()}


async def test_a_merchant_makes_changes_lists_and_deletes_coupons(shop: Shop) -> None:
    merchant = shop.keys.user("merchant")
    body = TERMS | {
        "code": "welcome10",
        "description": "10 % off",
        "min_subtotal": 2000,
        "starts_at": "2026-01-01T00:00:00Z",
        "ends_at": "2199-12-31T23:59:59+02:00",
        "max_uses": 100,
        "max_uses_per_customer": 1,
    }
    made = await shop.client.post("/coupons", json=body, headers=merchant)
    assert made.status_code == 201
    coupon = made.json()
    assert (coupon["code"], coupon["uses"], coupon["active"]) == ("WELCOME10", 0, True)
    assert coupon["ends_at"] == "2199-12-31T21:59:59Z"
    read = await shop.client.get(f"/coupons/{coupon['id']}", headers=merchant)
    assert read.json() == coupon
    changed = await shop.client.put(
        f"/coupons/{coupon['id']}", json=TERMS | {"value": 20}, headers=merchant
    )
    assert (changed.json()["value"], changed.json()["max_uses"]) == (20, None)
    others = [await shop.coupon(f"OTHER-{number}") for number in range(3)]
    first = (await shop.client.get("/coupons?limit=2", headers=merchant)).json()
    rest = (
        await shop.client.get(
            "/coupons", params={"limit": "2", "cursor": first["next_cursor"]}, headers=merchant
        )
    ).json()
    listed = [item["id"] for item in first["items"] + rest["items"]]
    assert listed == [item["id"] for item in others[::-1]] + [coupon["id"]]
    assert rest["next_cursor"] is None
    gone = await shop.client.delete(f"/coupons/{coupon['id']}", headers=merchant)
    assert (gone.status_code, gone.content) == (204, b"")
    for method in ("GET", "DELETE"):
        again = await shop.client.request(method, f"/coupons/{coupon['id']}", headers=merchant)
        assert (again.status_code, again.json()["code"]) == (404, "unknown_coupon")


async def test_only_merchants_see_and_keep_coupons(shop: Shop) -> None:
    coupon = await shop.coupon("TEN")
    path = f"/coupons/{coupon['id']}"
    calls = [("GET", "/coupons"), ("POST", "/coupons")]
    calls += [(method, path) for method in ("GET", "PUT", "DELETE")]
    for method, where in calls:
        for headers, status in (({}, 401), (shop.shopper(), 403), (shop.keys.user("analyst"), 403)):
            answer = await shop.client.request(method, where, json=TERMS, headers=headers)
            assert answer.status_code == status, (method, where)
    assert await shop.uses(coupon) == 0


NONSENSE: list[dict[str, Any]] = [
    {"value": 0},
    {"value": 101},
    {"value": 10.5},
    {"value": "10"},
    {"value": True},
    {"kind": "amount", "value": 0},
    {"kind": "free_shipping", "value": 5},
    {"kind": "gift"},
    {"code": "x"},
    {"code": "with space"},
    {"code": "A" * 41},
    {"code": "NUL\x00"},
    {"description": "a\x00b"},
    {"min_subtotal": -1},
    {"max_uses": 0},
    {"max_uses_per_customer": 2**40},
    {"active": "yes"},
    {"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
    {"starts_at": "2026-01-02T00:00:00"},
    {"ends_at": "0001-01-01T00:00:00+14:00"},
    {"ends_at": 1e30},
    {"uses": 5},
]


async def test_terms_that_make_no_sense_are_refused(shop: Shop) -> None:
    merchant = shop.keys.user("merchant")
    for change in NONSENSE:
        answer = await shop.client.post("/coupons", json=TERMS | change, headers=merchant)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), change
    assert shop.rows("SELECT * FROM coupons") == []


async def test_a_code_belongs_to_one_coupon_whatever_its_case(shop: Shop) -> None:
    merchant = shop.keys.user("merchant")
    await shop.coupon("WELCOME10")
    other = await shop.coupon("OTHER")
    taken = await shop.client.post("/coupons", json=TERMS | {"code": "Welcome10"}, headers=merchant)
    assert (taken.status_code, taken.json()["code"]) == (409, "coupon_code_taken")
    renamed = await shop.client.put(f"/coupons/{other['id']}", json=TERMS, headers=merchant)
    assert (renamed.status_code, renamed.json()["code"]) == (409, "coupon_code_taken")


@pytest.mark.parametrize("headers", ["user", "guest"])
async def test_a_shopper_enters_replaces_and_removes_a_coupon(shop: Shop, headers: str) -> None:
    mug = shop.catalogue.sell("Mug", 1999)
    await shop.coupon("TEN", description="10 % off")
    await shop.coupon("FIVE", kind="amount", value=500)
    if headers == "user":
        ada = shop.shopper()
        before = await shop.add(ada, mug)
    else:
        before = await shop.add({}, mug)
        ada = {CART_TOKEN_HEADER: before["token"]}
    assert (before["coupon"], before["discount"]["amount"]) == (None, 0)
    cart = (await shop.enter(ada, " ten ")).json()
    assert cart["coupon"] == {
        "code": "TEN",
        "description": "10 % off",
        "kind": "percentage",
        "problem": None,
    }
    assert cart["discount"] == {"amount": 200, "currency": "EUR"}
    assert cart["version"] == before["version"] + 1
    assert (await shop.enter(ada, "TEN")).json()["version"] == cart["version"]
    replaced = (await shop.enter(ada, "FIVE")).json()
    assert (replaced["coupon"]["code"], replaced["discount"]["amount"]) == ("FIVE", 500)
    params = {"country": "DE", "shipping_method": "standard"}
    quote = (await shop.client.get("/quote", params=params, headers=ada)).json()
    assert amounts(quote) == {
        "subtotal": 1999,
        "shipping": 490,
        "tax": 0,
        "discount": 500,
        "total": 1989,
        "included_tax": round(1989 * 19 / 119),
    }
    for _ in range(2):
        removed = (await shop.client.delete("/coupon", headers=ada)).json()
        assert (removed["coupon"], removed["discount"]["amount"]) == (None, 0)
        assert removed["version"] == replaced["version"] + 1


async def test_a_coupon_that_is_none_or_not_valid_is_not_entered(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000)
    await shop.coupon("LATER", starts_at="2199-01-01T00:00:00Z")
    await shop.coupon("PAST", ends_at="2020-01-01T00:00:00Z")
    await shop.coupon("OFF", active=False)
    await shop.coupon("BIG", min_subtotal=1001)
    empty = await shop.enter(ada, "BIG")
    assert (empty.status_code, empty.json()["code"]) == (409, "cart_empty")
    cart = await shop.add(ada, mug)
    for code, status, problem in [
        ("NONE", 404, "unknown_coupon"),
        ("ẞ'; --", 404, "unknown_coupon"),
        ("LATER", 409, "coupon_not_started"),
        ("PAST", 409, "coupon_expired"),
        ("OFF", 409, "coupon_inactive"),
        ("BIG", 409, "coupon_below_minimum"),
        ("", 422, "invalid_request"),
        ("A" * 61, 422, "invalid_request"),
        ("TEN\x00", 422, "invalid_request"),
    ]:
        answer = await shop.enter(ada, code)
        assert (answer.status_code, answer.json()["code"]) == (status, problem), code
    assert await shop.cart(ada) == cart


async def test_a_coupon_that_no_longer_applies_says_so_and_stops_the_checkout(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000)
    coupon = await shop.coupon("BIG", min_subtotal=2000)
    cart = await shop.with_coupon(ada, mug, "BIG", 2)
    assert cart["discount"]["amount"] == 200
    item = cart["items"][0]["id"]
    less = await shop.client.put(f"/items/{item}", json={"quantity": 1}, headers=ada)
    seen = less.json()
    assert seen["coupon"]["problem"] == {
        "code": "coupon_below_minimum",
        "detail": "BIG is valid from €20.00; add something or remove it",
        "required": {"amount": 2000, "currency": "EUR"},
    }
    assert seen["discount"]["amount"] == 0
    params = {"country": "DE", "shipping_method": "standard"}
    quote = (await shop.client.get("/quote", params=params, headers=ada)).json()
    assert amounts(quote)["discount"] == 0
    refused = await shop.check_out(ada, seen["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_below_minimum")
    merchant = shop.keys.user("merchant")
    await shop.client.delete(f"/coupons/{coupon['id']}", headers=merchant)
    gone = await shop.cart(ada)
    assert (gone["coupon"]["problem"]["code"], gone["coupon"]["kind"]) == ("coupon_gone", None)
    refused = await shop.check_out(ada, seen["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_gone")
    assert shop.rows("SELECT id FROM orders") == []
    without = (await shop.client.delete("/coupon", headers=ada)).json()
    assert (await shop.check_out(ada, without["version"])).status_code == 201


async def test_an_order_keeps_its_coupon_and_each_lines_part_of_the_discount(shop: Shop) -> None:
    ada, session_id = shop.shopper(), new_id()
    prices = {"Mug": 1999, "Lamp": 4900, "Pin": 1}
    offers = [shop.catalogue.sell(title, price) for title, price in prices.items()]
    coupon = await shop.coupon("THIRD", value=33, description="A third off")
    await shop.add(ada, offers[0], 3)
    await shop.add(ada, offers[1])
    cart = await shop.with_coupon(ada, offers[2], "THIRD")
    answer = await shop.check_out(
        ada,
        cart["version"],
        shipping_method="express",
        shipping_address=ADDRESS | {"country": "NO"},
        session_id=str(session_id),
    )
    assert answer.status_code == 201, answer.text
    order = answer.json()
    totals = amounts(order["totals"])
    subtotal = 3 * 1999 + 4900 + 1
    assert totals["discount"] == (subtotal * 33 + 50) // 100 == cart["discount"]["amount"]
    assert totals["tax"] == round((subtotal - totals["discount"] + 2990) * 0.25)
    assert totals["total"] == subtotal + 2990 + totals["tax"] - totals["discount"]
    parts = [line["discount"]["amount"] for line in order["lines"]]
    assert sum(parts) == totals["discount"]
    assert parts == [1979, 1617, 0]
    assert order["coupon"] == {
        "code": "THIRD",
        "kind": "percentage",
        "value": 33,
        "description": "A third off",
    }
    (intent,) = shop.payments.intents.values()
    assert intent.amount.amount == totals["total"]
    assert await shop.uses(coupon) == 1
    emptied = await shop.cart(ada)
    assert (emptied["items"], emptied["coupon"]) == ([], None)
    await shop.tell("payment.succeeded", order)
    (payload,) = shop.outbox("order.paid")
    purchase = Purchase.model_validate(payload)
    assert (purchase.discount, purchase.total) == (totals["discount"], totals["total"])
    assert purchase.session_id == session_id


async def test_a_used_coupon_is_kept_when_deleted_and_its_effect_is_fixed(shop: Shop) -> None:
    ada, merchant = shop.shopper(), shop.keys.user("merchant")
    mug = shop.catalogue.sell("Mug", 1000)
    coupon = await shop.coupon("WELCOME10")
    cart = await shop.with_coupon(ada, mug, "WELCOME10")
    order = (await shop.check_out(ada, cart["version"])).json()
    path = f"/coupons/{coupon['id']}"
    refused = await shop.client.put(path, json=TERMS | {"value": 20}, headers=merchant)
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon_in_use")
    kept = await shop.client.put(path, json=TERMS | {"max_uses": 5}, headers=merchant)
    assert (kept.status_code, kept.json()["max_uses"], kept.json()["uses"]) == (200, 5, 1)
    assert (await shop.client.delete(path, headers=merchant)).status_code == 204
    read = (await shop.client.get(path, headers=merchant)).json()
    assert (read["active"], read["uses"]) == (False, 1)
    assert (await shop.order(ada, order))["coupon"]["code"] == "WELCOME10"


async def test_free_shipping_is_free_standard_shipping(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000)
    coupon = await shop.coupon("SHIPFREE", kind="free_shipping", value=0)
    cart = await shop.with_coupon(ada, mug, "SHIPFREE")
    assert (cart["coupon"]["kind"], cart["discount"]["amount"]) == ("free_shipping", 0)
    methods = await shop.client.get("/shipping-methods?country=US", headers=ada)
    prices = {method["code"]: method["price"]["amount"] for method in methods.json()}
    assert prices == {"standard": 0, "express": 4990}
    order = (
        await shop.check_out(ada, cart["version"], shipping_address=ADDRESS | {"country": "US"})
    ).json()
    totals = amounts(order["totals"])
    assert (totals["shipping"], totals["discount"], totals["total"]) == (0, 0, 1000)
    assert order["coupon"]["code"] == "SHIPFREE"
    assert await shop.uses(coupon) == 1


async def test_a_coupon_that_takes_nothing_off_is_not_used_up(shop: Shop) -> None:
    ada, sofa = shop.shopper(), shop.catalogue.sell("Sofa", 9900)
    coupon = await shop.coupon("SHIPFREE", kind="free_shipping", value=0, max_uses=1)
    cart = await shop.with_coupon(ada, sofa, "SHIPFREE")
    order = await shop.check_out(ada, cart["version"])
    assert (order.status_code, order.json()["coupon"]) == (201, None)
    assert await shop.uses(coupon) == 0
    assert (await shop.cart(ada))["coupon"]["code"] == "SHIPFREE"


async def test_a_guests_coupon_comes_along_unless_the_user_has_one(shop: Shop) -> None:
    ada, bob, mug = shop.shopper(), shop.shopper(), shop.catalogue.sell("Mug")
    await shop.coupon("GUEST")
    await shop.coupon("OWN")
    await shop.with_coupon(bob, mug, "OWN")
    for headers, expected in ((ada, "GUEST"), (bob, "OWN")):
        token = (await shop.add({}, mug))["token"]
        await shop.enter({CART_TOKEN_HEADER: token}, "GUEST")
        merged = await shop.client.post("/merge", json={"cart_token": token}, headers=headers)
        assert merged.json()["coupon"]["code"] == expected


async def test_the_total_a_shopper_saw_is_what_they_pay(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug", 1000)
    coupon = await shop.coupon("TEN")
    cart = await shop.with_coupon(ada, mug, "TEN", 2)
    merchant = shop.keys.user("merchant")
    less = {"code": "TEN", "kind": "percentage", "value": 5}
    changed = await shop.client.put(f"/coupons/{coupon['id']}", json=less, headers=merchant)
    assert changed.status_code == 200
    refused = await shop.check_out(ada, cart["version"], seen_total=2000 - 200 + 490)
    assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
    assert refused.json()["total"] == {"amount": 2390, "currency": "EUR"}
    assert shop.rows("SELECT id FROM orders") == []
    accepted = await shop.check_out(ada, cart["version"], seen_total=2390)
    assert accepted.status_code == 201


async def test_many_who_hold_no_cart_do_not_wait_for_each_other(shop: Shop) -> None:
    """Each needs one connection at a time: the pool has fewer than there are requests, and who
    waits for one too long is refused."""

    async def remove(number: int) -> int:
        headers = {CART_TOKEN_HEADER: f"made-up-{number}"}
        return (await shop.client.delete("/coupon", headers=headers)).status_code

    assert set(await asyncio.gather(*[remove(number) for number in range(40)])) == {200}
