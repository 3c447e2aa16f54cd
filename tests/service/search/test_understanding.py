"""What a query means, and what comes when nothing fits, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deployments.shared.tokens import MERCHANT
from tests.support import Keys


@pytest.fixture
async def shop_understood(shop: httpx.AsyncClient, app: FastAPI) -> httpx.AsyncClient:
    await app.state.vocabularies.refresh()
    return shop


async def search(client: httpx.AsyncClient, query: str, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/search", params={"query": query, **parameters})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def titles(found: dict[str, Any]) -> list[str]:
    return [item["product"]["title"] for item in found["items"]]


async def test_a_price_becomes_a_chip_that_can_be_taken_back(
    shop_understood: httpx.AsyncClient,
) -> None:
    found = await search(shop_understood, "lamp under 80")
    assert found["searched"] == "lamp"
    assert found["chips"] == [
        {
            "kind": "price",
            "label": "under 80.00 EUR",
            "words": "under 80",
            "filters": [{"name": "price_max", "value": "8000"}],
        }
    ]
    assert all(i["product"]["price_from"]["amount"] <= 8000 for i in found["items"])
    assert "Floor lamp Reed" not in titles(found)
    back = await search(shop_understood, "lamp under 80", literal="under 80")
    assert (back["chips"], back["searched"]) == ([], "lamp under 80")
    assert "Floor lamp Reed" in titles(back)


async def test_a_brand_is_understood_and_its_facet_still_offers_the_others(
    shop_understood: httpx.AsyncClient,
) -> None:
    found = await search(shop_understood, "lumo light under 100")
    assert {chip["kind"]: chip["filters"] for chip in found["chips"]}["brand"] == [
        {"name": "brand", "value": "Lumo"}
    ]
    assert {item["product"]["brand"] for item in found["items"]} == {"Lumo"}
    explicit = await search(shop_understood, "lumo light", brand="Sonaria")
    assert [chip["kind"] for chip in explicit["chips"]] == []


async def test_corrections_and_chips_go_together(shop_understood: httpx.AsyncClient) -> None:
    found = await search(shop_understood, "wireles headphnes under 200")
    assert titles(found)[0] == "Wireless headphones Calm"
    assert found["corrected_query"] == "wireless headphones under 200"
    assert found["searched"] == "wireles headphnes"


async def test_when_nothing_fits_the_nearest_comes_with_what_was_given_up(
    shop_understood: httpx.AsyncClient,
) -> None:
    found = await search(shop_understood, "espresso machine under 3")
    assert (found["items"], found["total"]) == ([], 0)
    nearest = found["alternatives"]
    assert nearest["label"] == "without “under 3.00 EUR”"
    assert nearest["relaxed"] == [{"name": "price_max", "value": "300"}]
    assert nearest["items"][0]["product"]["title"] == "Espresso machine Uno"
    several = await search(
        shop_understood, "poncho", in_stock=True, brand="Lumo", category="toys/games"
    )
    assert several["alternatives"]["label"] == "without “in stock”, “Lumo” and “games”"
    assert several["alternatives"]["items"][0]["product"]["title"] == "Waterproof poncho"
    assert several["next_cursor"] is None


async def test_a_shop_without_the_like_says_so(shop_understood: httpx.AsyncClient) -> None:
    found = await search(shop_understood, "quarterly tax declaration form")
    assert found["items"] == []
    assert found["alternatives"] is None or found["alternatives"]["relaxed"] == []
    assert (await search(shop_understood, "🔥🔥"))["alternatives"] is None


async def test_why_each_product_is_there(shop_understood: httpx.AsyncClient) -> None:
    found = await search(shop_understood, "lumo floor lamps")
    why = found["items"][0]["why"]
    assert {"kind": "title", "text": "floor lamps"} in why
    assert {"kind": "brand", "text": "lumo"} in why
    exact = await search(shop_understood, "spade")
    assert exact["items"][0]["why"][0] == {"kind": "exact", "text": "spade"}


async def test_a_synonym_is_found_and_named(
    shop_understood: httpx.AsyncClient, app: FastAPI, keys: Keys
) -> None:
    body = {"terms": ["brolly", "umbrella"]}
    answer = await shop_understood.post("/synonyms", json=body, headers=keys.user(MERCHANT))
    assert answer.status_code == 201
    await app.state.known_synonyms.refresh()
    found = await search(shop_understood, "brolly")
    assert titles(found)[0] == "Pocket umbrella"
    assert {"kind": "synonym", "text": "umbrella"} in found["items"][0]["why"]
