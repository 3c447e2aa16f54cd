"""Suggestions while typing, over HTTP."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI


@pytest.fixture
async def shop_understood(shop: httpx.AsyncClient, app: FastAPI) -> httpx.AsyncClient:
    await app.state.vocabularies.refresh()
    return shop


async def suggested(client: httpx.AsyncClient, typed: str) -> list[tuple[str, str]]:
    answer = await client.get("/suggest", params={"query": typed})
    assert answer.status_code == 200, answer.text
    return [(row["kind"], row["text"]) for row in answer.json()]


async def test_categories_and_products(shop_understood: httpx.AsyncClient) -> None:
    found = await suggested(shop_understood, "Ra")
    assert found[0] == ("category", "Rainwear")
    assert ("product", "Rain trousers") in found
    assert ("product", "Storm rain jacket") in found
    assert ("product", "Wool blanket") not in found
    assert ("category", "Garden tools") in await suggested(shop_understood, "tool")
    product = (await shop_understood.get("/suggest?query=spade")).json()[0]
    assert (product["target"], product["product"]["slug"]) == (product["product"]["id"], "spade")
    for typed in ("%", "_", "ra%", "🔥", "\\", "a" * 300):
        assert await suggested(shop_understood, typed) == []


async def test_a_misspelt_beginning(shop_understood: httpx.AsyncClient) -> None:
    assert ("product", "Wireless headphones Calm") in await suggested(shop_understood, "headhpo")
    assert ("product", "Storm rain jacket") in await suggested(shop_understood, "rain jakc")
    assert await suggested(shop_understood, "xqzvw") == []


async def test_what_others_asked_often_and_found(
    shop_understood: httpx.AsyncClient, app: FastAPI
) -> None:
    async def ask(query: str, times: int) -> None:
        for _ in range(times):
            await shop_understood.get("/search", params={"query": query, "limit": 1})
        await app.state.past_queries.flush()

    await ask("Lamp for reading", 2)
    assert ("query", "lamp for reading") not in await suggested(shop_understood, "lamp")
    await ask("lamp  for READING", 1)
    assert ("query", "lamp for reading") in await suggested(shop_understood, "lamp")
    await ask("lamp jane@example.com", 4)
    await ask("quarterly tax declaration form", 4)
    assert len(await suggested(shop_understood, "quarterly")) == 0
    assert not any("@" in text for _, text in await suggested(shop_understood, "lamp"))
