"""Lists: filters, sorting, paging that stays put, categories, export, snapshots."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deployments.shared.ids import new_id
from deployments.shared.pagination import encode_cursor
from tests.service.products.conftest import Body, Query, bottle, simple
from tests.support import Keys

Headers = dict[str, str]
SORTS = ("newest", "price_asc", "price_desc", "title")


async def fill(client: httpx.AsyncClient, operator: Headers, *products: Body) -> None:
    body = {
        "source": "test",
        "products": [product | {"handle": product["title"]} for product in products],
    }
    answer = await client.post("/import", json=body, headers=operator)
    assert {o["outcome"] for o in answer.json()["outcomes"]} == {"created"}, answer.text


@pytest.fixture
async def shelf(products: httpx.AsyncClient, operator: Headers) -> httpx.AsyncClient:
    """Seven products in a small tree; prices tie, so that paging must break ties."""
    await fill(
        products,
        operator,
        simple("A", 1000, title="Älpine tent", brand="Nord", category_names=["Outdoor", "Camping"]),
        simple("B", 2000, title="bottle", brand="Nord", category_names=["Outdoor", "Camping"]),
        simple("C", 2000, title="Camp stove", category_names=["Outdoor", "Camping"], on_hand=0),
        simple("D", 2000, title="Daypack", brand="Süd", category_names=["Outdoor"]),
        simple("E", 500, title="Espresso cup", brand="Süd", category_names=["Outdoor gear"]),
        simple("F", 9000, title="Fan", category_names=["Home"]),
        simple("G", 100, title="Ghost", status="draft", category_names=["Home"]),
    )
    return products


async def titles(client: httpx.AsyncClient, **filters: Any) -> list[str]:
    answer = await client.get("", params=filters)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


FILTERS: list[tuple[Body, str]] = [
    ({}, "ABCDEF"),
    ({"category": "outdoor"}, "ABCD"),
    ({"category": "outdoor/camping"}, "ABC"),
    ({"category": "nowhere"}, ""),
    ({"brand": "Nord"}, "AB"),
    ({"brand": ["Nord", "Süd"]}, "ABDE"),
    ({"brand": "nobody"}, ""),
    ({"price_min": 2000}, "BCDF"),
    ({"price_max": 2000}, "ABCDE"),
    ({"price_min": 600, "price_max": 1999}, "A"),
    ({"in_stock": True}, "ABDEF"),
    ({"category": "outdoor", "in_stock": True, "brand": "Süd", "price_min": 1}, "D"),
]


async def test_filters(shelf: httpx.AsyncClient) -> None:
    for filters, expected in FILTERS:
        found = await titles(shelf, sort="title", **filters)
        initials = "".join(title.replace("Ä", "A")[0].upper() for title in found)
        assert initials == expected, filters


async def test_sorting(shelf: httpx.AsyncClient) -> None:
    for sort, expected in (
        ("newest", "FEDCbÄ"),
        ("price_asc", "EÄbCDF"),
        ("price_desc", "FDCbÄE"),
        ("title", "ÄbCDEF"),
    ):
        found = await titles(shelf, sort=sort)
        assert "".join(title[0] for title in found) == expected, sort


async def test_pages_join_to_the_whole_list(shelf: httpx.AsyncClient) -> None:
    for sort in SORTS:
        whole = await titles(shelf, sort=sort)
        for limit in (1, 2, 6):
            assert await paged(shelf, sort=sort, limit=limit) == whole, (sort, limit)


async def paged(client: httpx.AsyncClient, **params: Any) -> list[str]:
    found: list[str] = []
    while True:
        page = (await client.get("", params=params)).json()
        found += [item["title"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_stay_put_while_products_come_and_go(
    shelf: httpx.AsyncClient, operator: Headers, sort: str
) -> None:
    whole = await titles(shelf, sort=sort)
    first = (await shelf.get("", params={"sort": sort, "limit": 3})).json()
    await fill(shelf, operator, simple("NEW", 1500, title="Canteen"))
    gone = first["items"][0]["id"]
    await shelf.delete(f"/{gone}", headers=operator)
    params = {"sort": sort, "limit": 100, "cursor": first["next_cursor"]}
    rest = [item["title"] for item in (await shelf.get("", params=params)).json()["items"]]
    assert [title for title in rest if title != "Canteen"] == whole[3:]


async def test_card_says_what_a_list_shows(products: httpx.AsyncClient, operator: Headers) -> None:
    await fill(products, operator, bottle(category_names=["Outdoor", "Camping"]))
    card = (await products.get("")).json()["items"][0]
    assert card["category"] == {"slug": "camping", "name": "Camping", "path": "outdoor/camping"}
    assert card["price_from"] == {"amount": 2490, "currency": "EUR"}
    assert card["price_to"] == {"amount": 2690, "currency": "EUR"}
    assert card["compare_at"] == {"amount": 2990, "currency": "EUR"}
    assert (card["in_stock"], card["variant_count"], card["image_url"]) == (True, 2, None)


BAD_PARAMETERS: list[Body] = [
    {"limit": 0},
    {"limit": 101},
    {"sort": "cheapest"},
    {"price_min": -1},
    {"price_min": "x"},
    {"price_max": 10**30},
    {"category": "Out door"},
    {"category": "a%"},
    {"in_stock": "perhaps"},
    {"status": "sold"},
    {"cursor": "!"},
    {"cursor": "AAAA"},
    {"cursor": encode_cursor("title", "a", str(new_id()))},
    {"cursor": encode_cursor("newest", "yesterday", str(new_id()))},
    {"cursor": encode_cursor("newest", "2026-01-01T00:00:00", str(new_id()))},
    {"cursor": encode_cursor("newest", 5, str(new_id()))},
    {"cursor": encode_cursor("newest", "2026-01-01T00:00:00Z", 5)},
    {"cursor": encode_cursor("price_asc", 10**30, str(new_id())), "sort": "price_asc"},
    {"cursor": encode_cursor("price_asc", True, str(new_id())), "sort": "price_asc"},
    {"cursor": encode_cursor("title", "\0", str(new_id())), "sort": "title"},
    {"cursor": encode_cursor("title", 1, str(new_id())), "sort": "title"},
    {"brand": "nul\0"},
]


async def test_bad_parameter_is_a_clear_422(products: httpx.AsyncClient) -> None:
    for bad in BAD_PARAMETERS:
        answer = await products.get("", params=bad)
        assert answer.status_code == 422, bad
        assert answer.json()["code"] in ("invalid_request", "invalid_cursor")


async def test_only_merchants_see_what_is_not_published(
    shelf: httpx.AsyncClient, merchant: Headers, operator: Headers, keys: Keys
) -> None:
    for status in ("draft", "archived", "all"):
        params = {"status": status}
        assert (await shelf.get("", params=params)).status_code == 401
        shopper = keys.user("shopper")
        assert (await shelf.get("", params=params, headers=shopper)).status_code == 403

    async def seen(headers: Headers, status: str) -> list[str]:
        answer = await shelf.get("", params={"status": status}, headers=headers)
        return [item["title"] for item in answer.json()["items"]]

    assert await seen(merchant, "draft") == ["Ghost"]
    assert len(await seen(operator, "all")) == 7
    assert "Ghost" not in await seen(merchant, "published")


async def test_categories_are_a_tree_that_counts_what_is_below(shelf: httpx.AsyncClient) -> None:
    rows = (await shelf.get("/categories")).json()
    assert [(row["path"], row["product_count"]) for row in rows] == [
        ("home", 1),
        ("outdoor", 4),
        ("outdoor/camping", 3),
        ("outdoor-gear", 1),
    ]
    by_path = {row["path"]: row for row in rows}
    assert by_path["outdoor/camping"]["parent_id"] == by_path["outdoor"]["id"]


async def test_merchant_adds_categories_and_uses_them(
    products: httpx.AsyncClient, merchant: Headers
) -> None:
    async def add(**body: Any) -> httpx.Response:
        return await products.post("/categories", json=body, headers=merchant)

    assert (await add(name="Outdoor", position=2)).json()["path"] == "outdoor"
    below = await add(name="Zelte & Planen", parent="outdoor")
    assert below.json()["path"] == "outdoor/zelte-planen"
    assert (await add(name="Home", position=1)).status_code == 201
    again = await add(name="outdoor")
    assert (again.status_code, again.json()["code"]) == (409, "category_exists")
    lost = await add(name="X", parent="nowhere")
    assert (lost.status_code, lost.json()["code"]) == (422, "unknown_category")
    tents = bottle(category="outdoor/zelte-planen")
    assert (await products.post("", json=tents, headers=merchant)).status_code == 201
    rows = (await products.get("/categories")).json()
    assert [(r["path"], r["product_count"]) for r in rows] == [
        ("home", 0),
        ("outdoor", 1),
        ("outdoor/zelte-planen", 1),
    ]


async def test_export_gives_every_published_product_in_full(
    shelf: httpx.AsyncClient, keys: Keys
) -> None:
    search = keys.service("search", "products")
    found: list[Body] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await shelf.get("/internal/products", params=params, headers=search)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert [item["title"][0] for item in found] == ["Ä", "b", "C", "D", "E", "F"]
    assert (await shelf.get(f"/{found[0]['id']}")).json() == found[0]
    for headers, status in (({}, 401), (keys.user("admin"), 403), (keys.user("merchant"), 403)):
        answer = await shelf.get("/internal/products", headers=headers)
        assert answer.status_code == status
    bad = await shelf.get("/internal/products?cursor=eA", headers=search)
    assert bad.json()["code"] == "invalid_cursor"


async def test_snapshots_tell_price_and_stock_and_leave_out_the_unknown(
    products: httpx.AsyncClient, merchant: Headers, cart: Headers, keys: Keys
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    navy, red = (v["id"] for v in product["variants"])
    body = {"variant_ids": [navy, red, navy, str(new_id())]}
    rows = (await products.put("/internal/snapshots", json=body, headers=cart)).json()
    by_id = {row["variant_id"]: row for row in rows}
    assert len(rows) == len(by_id) == 2
    assert by_id[navy] == {
        "variant_id": navy,
        "product_id": product["id"],
        "slug": "trail-bottle",
        "title": "Trail bottle",
        "sku": "TB-NAVY",
        "options": {"Colour": "Navy", "Size": "M"},
        "price": {"amount": 2490, "currency": "EUR"},
        "available": 5,
        "published": True,
        "image_url": None,
        "category_path": None,
    }
    await products.delete(f"/{product['id']}", headers=merchant)
    rows = (await products.put("/internal/snapshots", json=body, headers=cart)).json()
    assert {row["published"] for row in rows} == {False}
    refused = await products.put("/internal/snapshots", json=body, headers=keys.user("merchant"))
    assert refused.status_code == 403
    empty = await products.put("/internal/snapshots", json={"variant_ids": []}, headers=cart)
    assert empty.status_code == 422


async def test_a_list_takes_two_queries_at_most_however_long(
    shelf: httpx.AsyncClient, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.ext.asyncio import AsyncSession

    statements = 0
    execute = AsyncSession.execute

    async def counting(self: AsyncSession, *args: Any, **kwargs: Any) -> Any:
        nonlocal statements
        # Background work runs beside the request.
        statements += any(f"FROM {table}" in str(args[0]) for table in ("products", "categories"))
        return await execute(self, *args, **kwargs)

    monkeypatch.setattr(AsyncSession, "execute", counting)
    assert len(await titles(shelf, in_stock=True)) == 5
    assert statements == 1
    assert len(await titles(shelf, category="outdoor", in_stock=True)) == 3
    assert statements == 3
