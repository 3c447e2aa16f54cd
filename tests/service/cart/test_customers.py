"""What other services learn of a customer, and what is left of one who goes."""

from __future__ import annotations

from typing import Any

from deployments.shared.events import ACCOUNTS, Event
from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def purchased(shop: Shop, user_id: Any, product_id: Any) -> bool:
    answer = await shop.client.get(
        f"/internal/purchases/{user_id}/{product_id}",
        headers=shop.keys.service("products", "cart"),
    )
    assert answer.status_code == 200, answer.text
    found: bool = answer.json()["purchased"]
    return found


async def test_bought_is_what_was_paid_and_not_given_back(shop: Shop) -> None:
    user_id, mug = new_id(), shop.catalogue.sell("Mug", 1000)
    ada = shop.shopper(user_id)
    order = await shop.pending(ada, mug, 2)
    assert not await purchased(shop, user_id, mug.product_id)
    shop.payments.pay(order["id"])
    await shop.tell("payment.succeeded", order)
    assert await purchased(shop, user_id, mug.product_id)
    assert not await purchased(shop, user_id, new_id())
    assert not await purchased(shop, new_id(), mug.product_id)
    await shop.fulfil(order)
    await shop.refund(order, amount=100)
    assert await purchased(shop, user_id, mug.product_id)
    await shop.refund(order, full=True)
    assert not await purchased(shop, user_id, mug.product_id)


async def test_the_internal_routes_are_for_the_services_that_need_them(shop: Shop) -> None:
    paths = {
        f"/internal/purchases/{new_id()}/{new_id()}": "products",
        f"/internal/customers/{new_id()}": "auth",
    }
    for path, allowed in paths.items():
        for caller in ("products", "auth", "payments", "search"):
            answer = await shop.client.get(path, headers=shop.keys.service(caller, "cart"))
            assert answer.status_code == (200 if caller == allowed else 403), (path, caller)
        for headers in (shop.shopper(), shop.merchant, shop.keys.user("admin")):
            assert (await shop.client.get(path, headers=headers)).status_code == 403
        assert (await shop.client.get(path)).status_code == 401


async def export(shop: Shop, user_id: Any) -> dict[str, Any]:
    answer = await shop.client.get(
        f"/internal/customers/{user_id}", headers=shop.keys.service("auth", "cart")
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_customer_gets_the_cart_and_every_order(shop: Shop) -> None:
    user_id, mug = new_id(), shop.catalogue.sell("Mug", available=200)
    ada = shop.shopper(user_id)
    numbers = [(await shop.pending(ada, mug))["number"] for _ in range(3)]
    await shop.pending(shop.shopper(), mug)
    await shop.add(ada, mug, 2)
    body = await export(shop, user_id)
    assert [order["number"] for order in body["orders"]] == numbers[::-1]
    assert body["cart"]["items"][0]["quantity"] == 2


async def erase(shop: Shop, user_id: Any, *, times: int = 1) -> None:
    event = Event(ACCOUNTS, "account.erased", {"user_id": str(user_id)})
    for _ in range(times):
        await shop.app.state.account_events([event])


async def test_an_erased_customer_leaves_no_name_and_no_cart(shop: Shop) -> None:
    user_id, mug = new_id(), shop.catalogue.sell("Mug")
    ada, bob = shop.shopper(user_id), shop.shopper()
    done = await shop.paid(ada, mug)
    await shop.fulfil(done)
    await shop.client.post(f"/orders/{done['id']}/complete", headers=shop.merchant)
    bobs = await shop.pending(bob, mug)
    await shop.add(ada, mug)
    await erase(shop, user_id, times=3)
    seen = await shop.order(shop.merchant, done)
    assert seen["email"] == "erased@mercato.invalid"
    address = seen["shipping_address"]
    assert (address["name"], address["line1"], address["city"]) == ("Erased",) * 3
    assert address["country"] == "DE"
    assert seen["totals"] == done["totals"]
    assert (await shop.cart(ada))["items"] == []
    assert (await shop.order(bob, bobs))["email"] == "ada@example.com"
    rows = shop.rows("SELECT count(*) FROM orders WHERE email = 'ada@example.com'")
    assert rows == [(1,)]


async def test_an_order_under_way_keeps_its_address_until_it_has_arrived(shop: Shop) -> None:
    user_id, mug = new_id(), shop.catalogue.sell("Mug")
    order = await shop.paid(shop.shopper(user_id), mug)
    await erase(shop, user_id)
    assert (await shop.order(shop.merchant, order))["email"] == "ada@example.com"
    await shop.fulfil(order)
    shop.clock.advance(days=15)
    await shop.sweep()
    await shop.app.state.erase_customer.anonymise()
    seen = await shop.order(shop.merchant, order)
    assert (seen["status"], seen["email"]) == ("completed", "erased@mercato.invalid")
    mails = len(shop.mails())
    await shop.refund(order, amount=100)
    assert len(shop.mails()) == mails, "nobody is there to be written to"
