"""Facets count what each further filter would leave; the list filters by the same."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.service.products.conftest import Query, simple
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


def item(sku: str, price: int, on_hand: int, category: str, **more: Any) -> Body:
    return simple(sku, price, on_hand, category=category, **more)


@pytest.fixture
async def catalogue(
    products: httpx.AsyncClient, merchant: Headers, query: Query
) -> httpx.AsyncClient:
    for name, parent in (
        ("Outdoor", None),
        ("Camping", "outdoor"),
        ("Tents", "outdoor/camping"),
        ("Bikes", "outdoor"),
        ("Home", None),
        ("Empty", None),
    ):
        body = {"name": name, "parent": parent}
        assert (await products.post("/categories", json=body, headers=merchant)).is_success
    steel, wood = {"Material": "Steel", "Volume": "1 l"}, {"Material": "Wood", "Id": "x1"}
    for body in (
        item("A", 1000, 5, "outdoor/camping", brand="Nord", attributes=steel),
        item("B", 2000, 0, "outdoor/camping/tents", brand="Nord", attributes=steel),
        item("C", 3000, 5, "outdoor/bikes", brand="Sued", attributes=wood),
        item("D", 4000, 5, "home", brand="Nord", attributes=wood | {"Id": "x2"}),
        item("E", 5000, 5, "home"),
        item("F", 9000, 5, "home", brand="Nord", status="draft"),
    ):
        assert (await products.post("", json=body, headers=merchant)).is_success
    query("UPDATE products SET rating_sum = 9, rating_count = 2 WHERE price_from = 1000")
    query("UPDATE products SET rating_sum = 3, rating_count = 1 WHERE price_from = 3000")
    return products


async def facets(client: httpx.AsyncClient, *pairs: tuple[str, Any]) -> Body:
    answer = await client.get("/facets", params=list(pairs))
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


def counts(values: list[Body], key: str = "value") -> dict[str, int]:
    return {each[key]: each["count"] for each in values}


async def test_without_filters_all_published_products_count(catalogue: httpx.AsyncClient) -> None:
    found = await facets(catalogue)
    assert found == {
        "total": 5,
        "categories": [
            {"slug": "home", "name": "Home", "path": "home", "count": 2},
            {"slug": "outdoor", "name": "Outdoor", "path": "outdoor", "count": 3},
        ],
        "brands": [{"value": "Nord", "count": 3}, {"value": "Sued", "count": 1}],
        "price": {"min": 1000, "max": 5000, "currency": "EUR"},
        "in_stock": 4,
        # Volume is the same for all that have it and Id another for each: neither tells a thing.
        "attributes": [
            {
                "name": "Material",
                "values": [{"value": "Steel", "count": 2}, {"value": "Wood", "count": 2}],
            }
        ],
        "ratings": [
            {"rating_min": 4, "count": 1},
            {"rating_min": 3, "count": 2},
            {"rating_min": 2, "count": 2},
            {"rating_min": 1, "count": 2},
        ],
    }


async def test_what_is_chosen_in_a_facet_counts_for_the_others_only(
    catalogue: httpx.AsyncClient,
) -> None:
    found = await facets(catalogue, ("brand", "Sued"))
    assert found["total"] == 1
    assert counts(found["brands"]) == {"Nord": 3, "Sued": 1}
    assert found["price"] == {"min": 3000, "max": 3000, "currency": "EUR"}

    found = await facets(catalogue, ("category", "outdoor"), ("brand", "Nord"))
    assert found["total"] == 2
    assert counts(found["categories"], "path") == {"outdoor/camping": 2}
    assert counts(found["brands"]) == {"Nord": 2, "Sued": 1}

    found = await facets(catalogue, ("price_min", 1500), ("price_max", 3500))
    assert found["total"] == 2
    assert found["price"] == {"min": 1000, "max": 5000, "currency": "EUR"}
    assert found["in_stock"] == 1

    found = await facets(catalogue, ("in_stock", "true"), ("rating_min", 4))
    assert found["total"] == 1
    assert found["in_stock"] == 1
    assert [each["count"] for each in found["ratings"]] == [1, 2, 2, 2]


async def test_values_of_a_chosen_attribute_stay_choosable(catalogue: httpx.AsyncClient) -> None:
    found = await facets(catalogue, ("attr", "Material:Steel"), ("brand", "Nord"))
    assert found["total"] == 2
    assert counts(found["attributes"][0]["values"]) == {"Steel": 2, "Wood": 1}
    assert counts(found["brands"]) == {"Nord": 2}
    found = await facets(catalogue, ("attr", "Material:Steel"), ("attr", "Volume:1 l"))
    assert [each["name"] for each in found["attributes"]] == ["Material", "Volume"]
    assert counts(found["attributes"][0]["values"]) == {"Steel": 2}


async def test_every_count_is_what_the_list_shows_with_that_filter(
    catalogue: httpx.AsyncClient,
) -> None:
    chosen: list[tuple[str, Any]] = [("attr", "Material:Wood"), ("attr", "Material:Steel")]
    found = await facets(catalogue, *chosen)
    steps = [(("brand", each["value"]), each["count"]) for each in found["brands"]]
    steps += [(("category", each["path"]), each["count"]) for each in found["categories"]]
    steps += [(("rating_min", r["rating_min"]), r["count"]) for r in found["ratings"]]
    steps += [(("in_stock", "true"), found["in_stock"])]
    for step, count in steps:
        page = (await catalogue.get("", params=[*chosen, step])).json()
        assert len(page["items"]) == count, step


async def test_the_list_filters_by_attributes_and_rating(catalogue: httpx.AsyncClient) -> None:
    async def skus(*pairs: tuple[str, Any]) -> list[int]:
        page = (await catalogue.get("", params=[*pairs, ("sort", "price_asc")])).json()
        return [each["price_from"]["amount"] for each in page["items"]]

    assert await skus(("attr", "Material:Steel")) == [1000, 2000]
    both = [("attr", "Material:Steel"), ("attr", "Material:Wood")]
    assert await skus(*both) == [1000, 2000, 3000, 4000]
    assert await skus(*both, ("attr", "Id:x2")) == [4000]
    assert await skus(("attr", "Material:steel")) == []
    assert await skus(("rating_min", 3)) == [1000, 3000]
    assert await skus(("rating_min", 5)) == []
    page = (await catalogue.get("", params={"sort": "rating", "limit": 2})).json()
    rest = (
        await catalogue.get("", params={"sort": "rating", "cursor": page["next_cursor"]})
    ).json()
    ranked = [each["price_from"]["amount"] for each in page["items"] + rest["items"]]
    assert ranked == [1000, 5000, 4000, 2000, 3000]


@pytest.mark.parametrize(
    "bad",
    [
        ("attr", "Material"),
        ("attr", ":x"),
        ("attr", "a:\x00"),
        ("rating_min", 0),
        ("rating_min", 6),
        ("price_min", 2**70),
        ("category", "no/../way"),
        ("brand", "\x00"),
    ],
)
async def test_bad_filters_are_refused(products: httpx.AsyncClient, bad: tuple[str, Any]) -> None:
    assert (await products.get("/facets", params=[bad])).status_code == 422
    assert (await products.get("", params=[bad])).status_code == 422
    many = [("attr", f"a:{n}") for n in range(21)]
    assert (await products.get("/facets", params=many)).status_code == 422


async def test_an_empty_shop_and_hidden_products(
    products: httpx.AsyncClient, merchant: Headers, keys: Keys
) -> None:
    empty = await facets(products)
    assert (empty["total"], empty["brands"], empty["price"]["min"]) == (0, [], None)
    await products.post("", json=simple("A", status="draft"), headers=merchant)
    assert (await products.get("/facets?status=draft")).status_code == 401
    shopper = keys.user("customer")
    assert (await products.get("/facets?status=all", headers=shopper)).status_code == 403
    for status in ("draft", "all"):
        found = await products.get(f"/facets?status={status}", headers=merchant)
        assert found.json()["total"] == 1
