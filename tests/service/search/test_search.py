"""Searching the shop over HTTP."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from deployments.search.infrastructure.settings import SearchSettings
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.conftest import RememberingEmbedder


async def search(client: httpx.AsyncClient, query: str, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/search", params={"query": query, **parameters})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def titles(found: dict[str, Any]) -> list[str]:
    return [item["product"]["title"] for item in found["items"]]


async def test_meaning_finds_what_no_word_names(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "keep my coffee hot on a mountain")
    assert "Summit vacuum flask 0.75 l" in titles(found)[:3]
    flask = next(i for i in found["items"] if i["product"]["title"].startswith("Summit"))
    assert flask["matched_by"] == ["meaning"]
    assert found["mode"] == "hybrid"
    assert found["index_version"] == "v1"


async def test_words_and_meaning_agree_on_the_best(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "wireless headphones")
    assert titles(found)[0] == "Wireless headphones Calm"
    assert found["items"][0]["matched_by"] == ["text", "meaning"]
    scores = [item["score"] for item in found["items"]]
    assert scores == sorted(scores, reverse=True)
    assert max(scores) <= 1


@pytest.mark.parametrize("query", ["wireles headphones", "wireless headhpones", "haedphones"])
async def test_a_misspelt_word_is_corrected(shop: httpx.AsyncClient, query: str) -> None:
    found = await search(shop, query)
    assert titles(found)[0] == "Wireless headphones Calm"
    assert "headphones" in found["corrected_query"]
    assert found["query"] == query


async def test_a_word_taken_literally_is_not_corrected(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "wireles headphones", literal="wireles headphones")
    assert found["corrected_query"] is None
    assert titles(found)[0] == "Wireless headphones Calm", "the other word still finds it"


async def test_a_word_of_the_language_is_no_misspelling(shop: httpx.AsyncClient) -> None:
    # The shop has no "hike", but "bike" would be the wrong idea.
    assert (await search(shop, "hike"))["corrected_query"] is None


async def test_accents_do_not_matter(shop: httpx.AsyncClient) -> None:
    assert titles(await search(shop, "cafe bowl"))[0] == "Café au lait bowl"
    assert titles(await search(shop, "CAFÉ AU LAIT"))[0] == "Café au lait bowl"


@pytest.mark.parametrize("query", ["SKU-0057", "sku-0057", " 4000000000057 ", "spade"])
async def test_exact_sku_barcode_or_title_comes_first(shop: httpx.AsyncClient, query: str) -> None:
    found = await search(shop, query)
    assert titles(found)[0] == "Spade"
    assert found["items"][0]["matched_by"][0] == "exact"


async def test_a_filter_holds_for_both_halves(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "waterproof", category="clothing/rainwear", limit=50)
    assert {i["product"]["category"]["path"] for i in found["items"]} == {"clothing/rainwear"}
    ways = {way for item in found["items"] for way in item["matched_by"]}
    assert ways >= {"text", "meaning"}
    whole = await search(shop, "waterproof", category="clothing", limit=50)
    assert set(titles(found)) <= set(titles(whole))
    assert titles(await search(shop, "waterproof", category="cloth")) == []


async def test_filters_of_brand_price_and_stock(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "lamp", brand=["lumo", "Nobody"], price_min=3000, price_max=7000)
    assert found["total"] >= 2
    for item in found["items"]:
        assert item["product"]["brand"] == "Lumo"
        assert 3000 <= item["product"]["price_from"]["amount"] <= 7000
    assert "Waterproof poncho" in titles(await search(shop, "poncho"))
    assert "Waterproof poncho" not in titles(await search(shop, "poncho", in_stock=True))


async def test_an_unknown_filter_is_refused_and_the_known_are_named(
    shop: httpx.AsyncClient,
) -> None:
    answer = await shop.get("/search", params={"query": "lamp", "colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_filter"
    assert "price_max" in answer.json()["known"]


async def test_facets_count_what_was_found(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "lamp", limit=100)
    facets = {facet["field"]: facet["values"] for facet in found["facets"]}
    assert sum(value["count"] for value in facets["category"]) == found["total"]
    assert facets["category"][0] == {"value": "home/lighting", "label": "Lighting", "count": 5}
    assert len(found["items"]) == found["total"]


async def test_a_word_the_shop_has_not_does_not_hide_the_rest(shop: httpx.AsyncClient) -> None:
    assert titles(await search(shop, "Osram lamp"))[0].endswith(("lamp", "lamp Arc", "lamp Reed"))


async def test_nothing_near_is_nothing_found(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "quarterly tax declaration form")
    assert (found["items"], found["total"], found["mode"]) == ([], 0, "hybrid")


async def test_pages_meet_without_gap_or_repeat(shop: httpx.AsyncClient) -> None:
    for sort in ("relevance", "price_asc", "newest"):
        whole = titles(await search(shop, "garden", limit=100, sort=sort))
        assert len(whole) > 5
        found = await search(shop, "garden", limit=2, sort=sort)
        seen = titles(found)
        while found["next_cursor"] is not None:
            cursor = str(found["next_cursor"])
            found = await search(shop, "garden", limit=2, sort=sort, cursor=cursor)
            seen += titles(found)
        assert seen == whole


async def test_sorting(shop: httpx.AsyncClient) -> None:
    found = await search(shop, "lamp", sort="price_desc")
    prices = [item["product"]["price_from"]["amount"] for item in found["items"]]
    assert prices == sorted(prices, reverse=True)
    cursor = (await search(shop, "lamp", sort="newest", limit=1))["next_cursor"]
    answer = await shop.get("/search", params={"query": "lamp", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("query", ["", "   ", "\x00\x07\u200b\u202e"])
async def test_an_empty_query_is_refused(shop: httpx.AsyncClient, query: str) -> None:
    answer = await shop.get("/search", params={"query": query})
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_query")


@pytest.mark.parametrize(
    "query",
    [
        "🔥🔥🔥",
        "!!! ??? ---",
        "lamp & | ! ( ) : * <-> 'x",
        "lamp'; DROP TABLE search_documents; --",
        "\\ %_ \\' \"lamp",
        "lamp\x00\x1b[31m",
        "http://example.com/lamp?a=1&b='2'",
        "lamp " * 2000,
        "x" * 10_000,
        "the and of",
        "夜のランプ",
        "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "{0.1}::halfvec",
    ],
)
async def test_strange_queries_get_an_answer(shop: httpx.AsyncClient, query: str) -> None:
    found = await search(shop, query)
    assert len(found["query"]) <= 300
    if "lamp" in query and "TABLE" not in query:
        assert any("lamp" in title.lower() for title in titles(found))


async def test_without_the_embedder_words_alone_answer_soon(
    client: httpx.AsyncClient,
    shop: httpx.AsyncClient,
    search_settings: SearchSettings,
    embedder: RememberingEmbedder,
    app: Any,
) -> None:
    app.state.search._answer._retrieve._vectors._timeout = 0.2
    embedder.failure = lambda: asyncio.sleep(60)
    started = time.perf_counter()
    found = await search(shop, "desk lamp for reading")
    # The embedder would take a minute.
    assert time.perf_counter() - started < 10
    assert found["mode"] == "lexical"
    assert titles(found)[0] == "Desk lamp Arc"
    assert all(item["matched_by"] == ["text"] for item in found["items"])


async def test_an_embedder_that_keeps_failing_is_not_waited_for(
    shop: httpx.AsyncClient, embedder: RememberingEmbedder, app: Any
) -> None:
    def fail() -> object:
        calls.append(1)
        raise RuntimeError("no replica")

    calls: list[int] = []
    embedder.failure = fail
    for number in range(8):
        assert (await search(shop, f"lamp {number}"))["mode"] == "lexical"
    assert len(calls) == 5


async def test_similar_products_are_near_and_not_the_same(shop: httpx.AsyncClient) -> None:
    raincoat = product_id("Yellow raincoat")
    answer = await shop.get(f"/similar/{raincoat}", params={"limit": 3})
    found = [card["title"] for card in answer.json()]
    assert "Storm rain jacket" in found
    assert "Yellow raincoat" not in found
    unknown = await shop.get(f"/similar/{product_id('no such thing')}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "product_not_found")


async def test_similar_products_without_vectors_share_the_category(
    client: httpx.AsyncClient,
    catalogue: FakeCatalogue,
    embedder: RememberingEmbedder,
    operator: dict[str, str],
) -> None:
    def fail() -> object:
        raise RuntimeError("no replica")

    embedder.failure = fail
    body = {"product_ids": [str(identity) for identity in catalogue.products]}
    indexed = (await client.post("/index", json=body, headers=operator)).json()
    assert indexed["pending"] == len(catalogue.products)
    answer = await client.get(f"/similar/{product_id('Spade')}")
    assert len(answer.json()) == 4
    assert {card["category"]["path"] for card in answer.json()} == {"garden/tools"}


async def test_the_empty_index_answers(client: httpx.AsyncClient) -> None:
    found = await search(client, "lamp")
    assert found["items"] == []
    # The first version is made in the background.
    assert found["index_version"] in {"none", "v1"}


async def test_readiness_and_documentation(client: httpx.AsyncClient) -> None:
    assert (await client.get("/ready")).status_code == 200
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/search", "/similar/{product_id}", "/index", "/prices/{product_id}"} <= set(paths)
