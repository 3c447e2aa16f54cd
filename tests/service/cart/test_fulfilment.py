"""Parcels: sent once, only when paid, delivered by word or by time."""

from __future__ import annotations

import asyncio
from typing import Any

from deployments.shared.ids import new_id
from tests.service.cart.shop import Shop


async def test_a_paid_order_is_sent_and_the_customer_is_told(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    url = "https://track.example/0034043"
    answer = await shop.fulfil(order, tracking_url=url)
    assert answer.status_code == 200, answer.text
    sent = await shop.order(ada, order)
    assert sent["status"] == "fulfilled"
    assert sent["shipment"] | {"shipped_at": ""} == {
        "carrier": "DHL",
        "tracking_number": "0034043",
        "tracking_url": url,
        "shipped_at": "",
    }
    assert [event["status"] for event in sent["timeline"]][-2:] == ["stock_committed", "fulfilled"]
    recipient, subject, text, html = shop.mails()[-1]
    assert (recipient, subject) == (
        "ada@example.com",
        f"Your order {order['number']} is on its way",
    )
    for part in ("DHL", "0034043", url, "1 × Mug", "Torstraße 1", f"/order/{order['id']}"):
        assert part in text
        assert part in html


async def test_saying_the_same_again_changes_nothing_and_another_parcel_is_refused(
    shop: Shop,
) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    first = await shop.fulfil(order)
    again = await shop.fulfil(order)
    assert (again.status_code, again.json()) == (200, first.json())
    other = await shop.fulfil(order, tracking_number="1")
    assert (other.status_code, other.json()["code"]) == (409, "already_fulfilled")
    assert len(shop.mails()) == 2, "order confirmed and shipped"


async def test_ten_merchants_send_one_parcel(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug"))
    numbers = ["1", "2"] * 5
    answers = await asyncio.gather(*[shop.fulfil(order, tracking_number=n) for n in numbers])
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409] * 5
    assert [subject for _, subject, _, _ in shop.mails() if "way" in subject] != []
    assert len(shop.mails()) == 2


NONSENSE: list[dict[str, Any]] = [
    {"carrier": ""},
    {"tracking_number": "1\x00"},
    {"tracking_url": "javascript:alert(1)"},
    {"tracking_url": "ftp://host/file"},
    {"tracking_url": "https://host/" + "x" * 500},
    {"status": "completed"},
]


async def test_a_parcel_that_makes_no_sense_is_refused(shop: Shop) -> None:
    order = await shop.paid(shop.shopper(), shop.catalogue.sell("Mug"))
    for body in NONSENSE:
        assert (await shop.fulfil(order, **body)).status_code == 422, body


async def test_only_merchants_send_and_only_what_is_paid(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.pending(ada, mug)
    unpaid = await shop.fulfil(order)
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "not_fulfillable")
    for path in ("fulfil", "complete", "refunds"):
        for headers, status in ((ada, 403), ({}, 401)):
            answer = await shop.client.post(f"/orders/{order['id']}/{path}", headers=headers)
            assert answer.status_code == status
    assert (await shop.fulfil({"id": str(new_id())})).status_code == 404


async def test_a_sent_order_is_delivered_by_word_once(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    path = f"/orders/{order['id']}/complete"
    early = await shop.client.post(path, headers=shop.merchant)
    assert (early.status_code, early.json()["code"]) == (409, "not_shipped")
    await shop.fulfil(order)
    for _ in range(2):
        answer = await shop.client.post(path, headers=shop.merchant)
        assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    done = await shop.order(ada, order)
    assert [event["status"] for event in done["timeline"]][-2:] == ["fulfilled", "completed"]
    assert (await shop.fulfil(order)).json()["status"] == "completed"


async def test_two_weeks_after_it_was_sent_an_order_counts_as_delivered(shop: Shop) -> None:
    ada, mug = shop.shopper(), shop.catalogue.sell("Mug")
    order = await shop.paid(ada, mug)
    await shop.fulfil(order)
    shop.clock.advance(days=13)
    assert await shop.sweep() == 0
    shop.clock.advance(days=1)
    assert await shop.sweep() == 1
    assert (await shop.order(ada, order))["status"] == "completed"
    assert await shop.sweep() == 0
