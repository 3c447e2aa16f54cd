"""The merchants' list of orders, its filters, counts, and the customer behind an order."""

from __future__ import annotations

from typing import Any

from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def listed(shop: Shop, **params: Any) -> list[str]:
    answer = await shop.client.get("/orders/all", params=params, headers=shop.merchant)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def test_orders_are_found_by_number_mail_day_and_alarm(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    first = await shop.pending(ada, mug)
    cart = await shop.add(ada, mug)
    answer = await shop.check_out(ada, cart["version"], email="bob_b@example.com")
    second = answer.json()
    await shop.tell("payment.succeeded", second, amount=1)
    one, two = first["number"], second["number"]
    assert await listed(shop) == [two, one]
    assert await listed(shop, number=one.lower()) == [one]
    assert await listed(shop, number="m-1") == [two, one]
    assert await listed(shop, email="BOB") == [two]
    assert await listed(shop, email="bob%") == []
    assert await listed(shop, email="bob_") == [two]
    assert await listed(shop, email="ada_") == []
    today = shop.clock().date().isoformat()
    assert await listed(shop, created_from=today, created_to=today) == [two, one]
    assert await listed(shop, created_to="2020-01-01") == []
    assert await listed(shop, created_from="2199-12-31") == []
    assert await listed(shop, alarmed=True) == [two]
    assert await listed(shop, alarmed=False) == [one]
    assert await listed(shop, status="payment_pending", email="ada") == [one]


async def test_filters_hold_across_pages(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    numbers = [(await shop.pending(ada, mug))["number"] for _ in range(3)]
    params: dict[str, Any] = {"limit": 2, "email": "ada"}
    first = await shop.client.get("/orders/all", params=params, headers=shop.merchant)
    params["cursor"] = first.json()["next_cursor"]
    rest = await shop.client.get("/orders/all", params=params, headers=shop.merchant)
    items = first.json()["items"] + rest.json()["items"]
    assert [item["number"] for item in items] == numbers[::-1]
    assert rest.json()["next_cursor"] is None


async def test_filters_that_make_no_sense_are_refused(shop: Shop) -> None:
    for params in (
        {"number": "M\x00"},
        {"email": "a\x00"},
        {"created_from": "0001-01-01"},
        {"created_to": "9999-12-31"},
        {"created_to": "yesterday"},
        {"alarmed": "perhaps"},
        {"status": "lost"},
        {"limit": "0"},
    ):
        answer = await shop.client.get("/orders/all", params=params, headers=shop.merchant)
        assert answer.status_code == 422, params


async def test_the_list_says_who_ordered_and_what_went_back(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug", 1000), 2)
    await shop.refund(order, amount=300)
    answer = await shop.client.get("/orders/all", headers=shop.merchant)
    (item,) = answer.json()["items"]
    assert (item["email"], item["customer_name"]) == ("ada@example.com", "Ada Lovelace")
    assert (item["country"], item["alarmed"]) == ("DE", False)
    assert item["refunded"] == {"amount": 300, "currency": "EUR"}


async def test_counts_by_state(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    sent, waiting = await shop.paid(ada, mug), await shop.paid(ada, mug)
    pending = await shop.pending(ada, mug)
    await shop.fulfil(sent)
    await shop.tell("payment.succeeded", pending, amount=1)
    counts = (await shop.client.get("/orders/summary", headers=shop.merchant)).json()
    by_status = counts["by_status"]
    assert len(by_status) == 12
    assert {name: count for name, count in by_status.items() if count} == {
        "fulfilled": 1,
        "stock_committed": 1,
        "payment_pending": 1,
    }
    assert (counts["total"], counts["to_fulfil"], counts["alarmed"]) == (3, 1, 1)
    assert waiting["status"] == "stock_committed"
    for headers, status in ((ada, 403), ({}, 401)):
        answer = await shop.client.get("/orders/summary", headers=headers)
        assert answer.status_code == status


async def test_only_merchants_see_who_the_customer_is(shop: Shop) -> None:
    user_id = new_id()
    ada = shop.shopper(user_id)
    order = await shop.pending(ada, shop.catalogue.sell("Mug"))
    assert order["user_id"] is None
    assert (await shop.order(shop.merchant, order))["user_id"] == str(user_id)
