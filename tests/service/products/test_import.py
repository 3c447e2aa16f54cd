"""Batch import: idempotent, per-product outcomes, dry run."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from tests.service.products.conftest import Body, Query, bottle, simple

Headers = dict[str, str]
TABLES = ("products", "variants", "stock", "images", "categories", "stock_movements", "outbox")


def item(sku: str, **changes: Any) -> Body:
    images = ["https://cdn.example.com/a.jpg", "https://cdn.example.com/b.jpg"]
    base = {"handle": f"h-{sku}", "category_names": ["Outdoor", "Camping"], "image_urls": images}
    return simple(sku) | base | changes


@pytest.fixture
def send(products: httpx.AsyncClient, operator: Headers) -> Any:
    async def run(*items: Body, dry_run: bool = False, source: str = "shopify") -> list[Body]:
        body = {"source": source, "products": list(items), "dry_run": dry_run}
        answer = await products.post("/import", json=body, headers=operator)
        assert answer.status_code == 200, answer.text
        outcomes: list[Body] = answer.json()["outcomes"]
        return outcomes

    return run


def counts(query: Query) -> dict[str, int]:
    return {t: query(f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in TABLES}  # noqa: S608


async def test_import_creates_products_categories_and_images(
    products: httpx.AsyncClient, send: Any
) -> None:
    outcomes = await send(item("A"), item("B", category_names=["Outdoor"]))
    assert [(o["handle"], o["outcome"]) for o in outcomes] == [
        ("h-A", "created"),
        ("h-B", "created"),
    ]
    product = (await products.get(f"/{outcomes[0]['product_id']}")).json()
    assert product["category"]["path"] == "outdoor/camping"
    assert [(i["url"], i["width"]) for i in product["images"]] == [
        ("https://cdn.example.com/a.jpg", 0),
        ("https://cdn.example.com/b.jpg", 0),
    ]
    cards = (await products.get("")).json()["items"]
    assert {card["image_url"] for card in cards} == {"https://cdn.example.com/a.jpg"}


async def test_the_same_import_again_changes_nothing(send: Any, query: Query) -> None:
    first = await send(item("A"), item("B"))
    before = counts(query)
    second = await send(item("A"), item("B"))
    assert [o["outcome"] for o in second] == ["unchanged", "unchanged"]
    assert [o["product_id"] for o in second] == [o["product_id"] for o in first]
    assert counts(query) == before


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"variants": [{"sku": "A", "price": 999, "on_hand": 1}]},
        {"variants": [{"sku": "A", "price": 1000, "on_hand": 4}]},
        {"image_urls": ["https://cdn.example.com/b.jpg"]},
        {"image_urls": []},
        {"category_names": ["Home"]},
        {"attributes": {"Colour": "Red"}},
        {"status": "archived"},
    ],
)
async def test_changed_product_is_updated_in_place(
    products: httpx.AsyncClient, send: Any, operator: Headers, query: Query, change: Body
) -> None:
    created = (await send(item("A"), item("B")))[0]
    changed = await send(item("A", **change), item("B"))
    assert [o["outcome"] for o in changed] == ["updated", "unchanged"]
    assert changed[0]["product_id"] == created["product_id"]
    product = (await products.get(f"/{created['product_id']}", headers=operator)).json()
    assert product["version"] == 2
    if "image_urls" in change:
        assert [i["url"] for i in product["images"]] == change["image_urls"]
    assert [o["outcome"] for o in await send(item("A", **change))] == ["unchanged"]
    assert counts(query)["products"] == 2


async def test_dry_run_says_what_would_happen_and_changes_nothing(send: Any, query: Query) -> None:
    known = (await send(item("A")))[0]
    before = counts(query)
    outcomes = await send(
        item("A", title="New title"),
        item("B"),
        item("C", category="no/such", category_names=[]),
        dry_run=True,
    )
    assert [o["outcome"] for o in outcomes] == ["updated", "created", "refused"]
    assert [o["product_id"] for o in outcomes] == [known["product_id"], None, None]
    assert counts(query) == before
    assert query("SELECT title FROM products") == [{"title": "Product A"}]


async def test_bad_products_are_refused_with_a_reason_and_the_rest_goes_in(
    send: Any, query: Query, products: httpx.AsyncClient, operator: Headers
) -> None:
    await products.post("", json=simple("TAKEN", slug="taken"), headers=operator)
    bad = {
        "sku": item("TAKEN"),
        "slug": item("S", slug="taken"),
        "category": item("C", category_names=[], category="no/such"),
        "deep": item("D", category_names=list("abcdefgh")),
        "unnamed": item("E", category_names=["Outdoor", " "]),
        "image": item("F", image_urls=["javascript:alert(1)"]),
        "relative": item("G", image_urls=["/a.jpg"]),
        "compare": item("H", variants=[{"sku": "H", "price": 5, "compare_at": 4}]),
        "nul": item("I", title="a\0b"),
        "nul handle": item("J", handle="a\0b"),
        "nul sku": item("K", variants=[{"sku": "K\0", "price": 5}]),
        "nul category": item("L", category_names=["a\0b"]),
    }
    outcomes = await send(item("OK1"), *bad.values(), item("OK2"), item("OK2", handle="h-OK2"))
    verdicts = dict(zip(["ok1", *bad, "ok2", "twice"], outcomes, strict=True))
    assert [name for name, o in verdicts.items() if o["outcome"] == "created"] == ["ok1", "ok2"]
    assert all(o["reason"] for o in outcomes if o["outcome"] == "refused")
    assert "TAKEN" in verdicts["sku"]["reason"]
    assert "no/such" in verdicts["category"]["reason"]
    assert counts(query)["products"] == 3


async def test_batch_can_not_take_a_sku_twice_and_equal_titles_get_own_slugs(
    send: Any, query: Query
) -> None:
    same = {"title": "Desk Lamp"}
    outcomes = await send(
        item("A", **same), item("B", **same), item("A", handle="other"), item("C", slug="desk-lamp")
    )
    assert [o["outcome"] for o in outcomes] == ["created", "created", "refused", "created"]
    slugs = query("SELECT slug FROM products ORDER BY slug")
    assert [row["slug"] for row in slugs] == ["desk-lamp", "desk-lamp-2", "desk-lamp-3"]


async def test_handles_belong_to_their_source(send: Any) -> None:
    await send(item("A"))
    other = await send(item("B", handle="h-A"), source="other")
    assert other[0]["outcome"] == "created"


async def test_equal_imports_at_once_make_each_product_once(send: Any, query: Query) -> None:
    batches = await asyncio.gather(*[send(item("A"), item("B"), item("C")) for _ in range(4)])
    outcomes = sorted(o["outcome"] for batch in batches for o in batch)
    assert outcomes == ["created"] * 3 + ["unchanged"] * 9
    assert counts(query)["products"] == 3
    assert counts(query)["categories"] == 2


async def test_reserved_stock_survives_an_import(
    products: httpx.AsyncClient, send: Any, cart: Headers, query: Query
) -> None:
    created = (await send(item("A", variants=[{"sku": "A", "price": 100, "on_hand": 5}])))[0]
    variant = (await products.get(f"/{created['product_id']}")).json()["variants"][0]["id"]
    order = {"order_id": str(new_id()), "lines": [{"variant_id": variant, "quantity": 3}]}
    await products.put("/internal/reservations", json=order, headers=cart)
    less = await send(item("A", variants=[{"sku": "A", "price": 100, "on_hand": 2}]))
    assert less[0]["outcome"] == "refused"
    assert "3 units are reserved" in less[0]["reason"]
    more = await send(item("A", variants=[{"sku": "A", "price": 100, "on_hand": 8}]))
    assert more[0]["outcome"] == "updated"
    assert query("SELECT on_hand, reserved FROM stock") == [{"on_hand": 8, "reserved": 3}]


@pytest.mark.parametrize(
    "body",
    [
        {"source": "x", "products": []},
        {"source": "", "products": [item("A")]},
        {"source": "x", "products": [item(f"S{n}") for n in range(201)]},
        {"source": "x", "products": [simple("A")]},
        {"source": "x", "products": [item("A", unknown=1)]},
    ],
)
async def test_malformed_batch_is_a_422(
    products: httpx.AsyncClient, operator: Headers, body: Body
) -> None:
    answer = await products.post("/import", json=body, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_full_batch_of_rich_products_goes_in(
    products: httpx.AsyncClient, send: Any, query: Query
) -> None:
    batch = [bottle(sku=f"S{n}", title=f"Bottle {n % 3}") | {"handle": f"h{n}"} for n in range(200)]
    outcomes = await send(*batch)
    assert {o["outcome"] for o in outcomes} == {"created"}
    assert counts(query)["variants"] == 400
    again = await send(*batch)
    assert {o["outcome"] for o in again} == {"unchanged"}
