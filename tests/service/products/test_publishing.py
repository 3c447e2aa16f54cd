"""Slugs that lead on, states of a product, and deleting for ever."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Purchases, Query, bottle, picture, simple
from tests.service.products.test_reservations import Shop, check_stock, code
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


@pytest.fixture
async def product(products: httpx.AsyncClient, merchant: Headers) -> Body:
    body: Body = (await products.post("", json=bottle(), headers=merchant)).json()
    return body


async def test_old_slugs_lead_to_the_product_of_today(
    products: httpx.AsyncClient, merchant: Headers, product: Body
) -> None:
    async def rename(slug: str) -> None:
        body = bottle(slug=slug)
        answer = await products.put(f"/{product['id']}", json=body, headers=merchant)
        assert answer.json()["slug"] == slug

    async def found(slug: str) -> str:
        answer = await products.get(f"/by-slug/{slug}")
        return str(answer.json()["slug"]) if answer.is_success else answer.json()["code"]

    await rename("second")
    await rename("third")
    assert [await found(slug) for slug in ("trail-bottle", "second", "third")] == ["third"] * 3
    # Back to a former one, which stands for itself again.
    await rename("second")
    assert [await found(slug) for slug in ("trail-bottle", "second", "third")] == ["second"] * 3
    # Another product may take a slug nobody has; links to it mean that product then.
    await products.post("", json=simple("X", slug="third"), headers=merchant)
    assert await found("third") == "third"
    assert await found("trail-bottle") == "second"
    await products.delete(f"/{product['id']}", headers=merchant)
    assert await found("trail-bottle") == "product_not_found"


async def test_imports_keep_old_slugs_too(products: httpx.AsyncClient, merchant: Headers) -> None:
    for slug in ("one", "two"):
        item = bottle(handle="h", slug=slug)
        batch = {"source": "s", "products": [item]}
        assert (await products.post("/import", json=batch, headers=merchant)).is_success
    assert (await products.get("/by-slug/one")).json()["slug"] == "two"


async def test_two_products_that_swap_slugs_in_one_import_keep_no_old_ones(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> None:
    def batch(*pairs: tuple[str, str]) -> Body:
        items = [bottle(handle=h, slug=slug, sku=h) for h, slug in pairs]
        return {"source": "s", "products": items}

    await products.post("/import", json=batch(("a", "one"), ("b", "two")), headers=merchant)
    await products.post("/import", json=batch(("a", "three")), headers=merchant)
    await products.post("/import", json=batch(("b", "one")), headers=merchant)
    rows = query(
        "SELECT slug, source_handle FROM old_slugs JOIN products p ON p.id = product_id".replace(
            "SELECT slug", "SELECT old_slugs.slug"
        )
    )
    assert rows == [{"slug": "two", "source_handle": "b"}]


async def test_a_product_is_published_withdrawn_and_archived(
    products: httpx.AsyncClient, merchant: Headers, product: Body, query: Query, keys: Keys
) -> None:
    path = f"/{product['id']}"

    async def put(status: str, headers: Headers = merchant) -> httpx.Response:
        return await products.put(f"{path}/status", json={"status": status}, headers=headers)

    for status, seen in (("draft", 404), ("archived", 404), ("published", 200)):
        for _ in range(2):
            assert (await put(status)).json()["status"] == status
        assert (await products.get(path)).status_code == seen
    events = query("SELECT type, payload->>'version' AS v FROM outbox ORDER BY position")
    assert [(event["type"], event["v"]) for event in events] == [
        ("product.changed", "1"),
        ("product.deleted", "2"),
        ("product.deleted", "3"),
        ("product.changed", "4"),
    ]
    assert (await put("gone")).status_code == 422
    assert (await put("draft", keys.user("customer"))).status_code == 403


async def test_what_nobody_bought_can_be_deleted_for_ever(
    products: httpx.AsyncClient, merchant: Headers, product: Body, query: Query
) -> None:
    path = f"/{product['id']}"
    files = {"file": ("p.png", picture(300, 300))}
    await products.post(f"{path}/images", files=files, headers=merchant)
    await products.put(path, json=bottle(slug="other"), headers=merchant)
    answer = await products.delete(f"{path}?permanently=true", headers=merchant)
    assert answer.status_code == 204
    for table in ("products", "variants", "stock", "images", "old_slugs"):
        assert query(f"SELECT count(*) AS n FROM {table}") == [{"n": 0}], table  # noqa: S608
    assert query("SELECT sum(delta) AS n FROM stock_movements") == [{"n": 0}]
    assert query("SELECT count(*) AS n FROM unused_pictures") == [{"n": 1}]
    last = query("SELECT type, payload FROM outbox ORDER BY position DESC LIMIT 1")[0]
    assert last["type"] == "product.deleted"
    assert last["payload"]["version"] == 4
    answer = await products.delete(f"{path}?permanently=true", headers=merchant)
    assert code(answer) == (404, "product_not_found")
    # Everything it had is free again.
    assert (await products.post("", json=bottle(), headers=merchant)).status_code == 201


async def test_what_orders_know_is_archived_only(
    products: httpx.AsyncClient, merchant: Headers, cart: Headers, query: Query
) -> None:
    shop = Shop(products, merchant, cart)
    ordered = (await products.post("", json=simple("A"), headers=merchant)).json()
    order = new_id()
    await shop.reserve({ordered["variants"][0]["id"]: 1}, order)
    await shop.finish(order, "release")
    answer = await products.delete(f"/{ordered['id']}?permanently=true", headers=merchant)
    assert code(answer) == (409, "product_in_use")
    check_stock(query)


async def test_what_reviews_know_is_archived_only(
    products: httpx.AsyncClient, merchant: Headers, keys: Keys, purchases: Purchases
) -> None:
    reviewed = (await products.post("", json=simple("B"), headers=merchant)).json()
    user = new_id()
    purchases.add(user, reviewed["id"])
    await products.put(
        f"/{reviewed['id']}/reviews/mine", json={"stars": 5}, headers=keys.user(user_id=user)
    )
    answer = await products.delete(f"/{reviewed['id']}?permanently=true", headers=merchant)
    assert code(answer) == (409, "product_in_use")


async def test_variants_are_reordered_removed_and_brought_back_by_their_sku(
    products: httpx.AsyncClient, merchant: Headers, cart: Headers, product: Body, query: Query
) -> None:
    navy, red = product["variants"]
    path = f"/{product['id']}"
    turned = bottle(variants=bottle()["variants"][::-1])
    shown = (await products.put(path, json=turned, headers=merchant)).json()["variants"]
    assert [each["id"] for each in shown] == [red["id"], navy["id"]]
    await Shop(products, merchant, cart).reserve({navy["id"]: 1})
    without = bottle(variants=bottle()["variants"][1:])
    shown = (await products.put(path, json=without, headers=merchant)).json()["variants"]
    assert [each["id"] for each in shown] == [red["id"]]
    # An order knows it: it is the same variant when it comes back.
    shown = (await products.put(path, json=bottle(), headers=merchant)).json()["variants"]
    assert [each["id"] for each in shown] == [navy["id"], red["id"]]
    check_stock(query)
