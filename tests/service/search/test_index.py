"""Keeping the index in step with the catalogue."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from deployments.search.application.make_document import make_document
from deployments.shared.events import PRODUCTS, Event, stream_name
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from tests.service.search.catalogue import FakeCatalogue, make_product, product_id
from tests.service.search.conftest import RememberingEmbedder
from tests.support import Keys


async def titles(client: httpx.AsyncClient, query: str, **parameters: Any) -> list[str]:
    answer = await client.get("/search", params={"query": query, **parameters})
    return [item["product"]["title"] for item in answer.json()["items"]]


async def eventually(check: Any, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - other processes' work has no event to await
            await asyncio.sleep(0.05)


async def publish(platform: PlatformSettings, *events: Event) -> None:
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        for event in events:
            fields: dict[Any, Any] = dict(event.to_fields())
            await redis.xadd(stream_name(PRODUCTS), fields)


def changed(identity: UUID, version: int) -> Event:
    return Event(PRODUCTS, "product.changed", {"product_id": str(identity), "version": version})


async def test_only_merchants_and_the_operator_index(client: httpx.AsyncClient, keys: Keys) -> None:
    assert (await client.post("/index", json={})).status_code == 401
    for headers in (keys.user("shopper"), keys.service("cart", "search")):
        assert (await client.post("/index", json={}, headers=headers)).status_code == 403
    assert (await client.post("/index", json={}, headers=keys.user("merchant"))).status_code == 200
    unknown = await client.post("/index", json={"ids": []}, headers=keys.user("merchant"))
    assert unknown.status_code == 422


async def test_indexing_everything_removes_what_left_the_shop(
    shop: httpx.AsyncClient, catalogue: FakeCatalogue, operator: dict[str, str]
) -> None:
    del catalogue.products[product_id("Spade")]
    answer = (await shop.post("/index", json={}, headers=operator)).json()
    assert answer == {
        "index_version": "v1",
        "indexed": len(catalogue.products),
        "removed": 1,
        "pending": 0,
    }
    assert "Spade" not in await titles(shop, "spade")


async def test_indexing_everything_first_is_found_by_words_and_soon_by_meaning(
    client: httpx.AsyncClient, operator: dict[str, str]
) -> None:
    answer = (await client.post("/index", json={}, headers=operator)).json()
    assert answer["indexed"] == 60
    assert (await titles(client, "spade"))[0] == "Spade"

    async def by_meaning() -> bool:
        return "Summit vacuum flask 0.75 l" in await titles(client, "keep coffee hot on a hike")

    await eventually(by_meaning)


async def test_naming_a_product_indexes_or_removes_it(
    shop: httpx.AsyncClient, catalogue: FakeCatalogue, operator: dict[str, str]
) -> None:
    spade = product_id("Spade")
    catalogue.change("Spade", title="Digging fork")
    del catalogue.products[product_id("Leaf rake")]
    ids = [str(spade), str(product_id("Leaf rake")), str(new_id())]
    answer = (await shop.post("/index", json={"product_ids": ids}, headers=operator)).json()
    assert (answer["indexed"], answer["removed"]) == (1, 1)
    assert (await titles(shop, "digging fork"))[0] == "Digging fork"
    assert "Leaf rake" not in await titles(shop, "leaf rake")


async def test_a_changed_product_is_found_as_it_is_now(
    shop: httpx.AsyncClient, catalogue: FakeCatalogue, platform: PlatformSettings
) -> None:
    after = catalogue.change("Dominoes", title="Travel mahjong", description="Ivory-coloured.")
    await publish(platform, changed(after.id, after.version))

    async def renamed() -> bool:
        return (await titles(shop, "mahjong"))[:1] == ["Travel mahjong"]

    await eventually(renamed)
    assert "Dominoes" not in await titles(shop, "dominoes")


async def test_sold_out_and_withdrawn_products_follow_their_events(
    shop: httpx.AsyncClient, catalogue: FakeCatalogue, platform: PlatformSettings
) -> None:
    flask = catalogue.products[product_id("Summit vacuum flask 0.75 l")]
    sold_out = [flask.variants[0].model_copy(update={"available": 0})]
    after = catalogue.change(flask.title, variants=sold_out)
    draft = catalogue.change("Turntable Spin", status="draft")
    del catalogue.products[product_id("Spade")]
    gone = Event(PRODUCTS, "product.deleted", {"product_id": str(product_id("Spade"))})
    await publish(
        platform, changed(after.id, after.version), changed(draft.id, draft.version), gone
    )

    async def applied() -> bool:
        return (
            "Spade" not in await titles(shop, "spade")
            and "Turntable Spin" not in await titles(shop, "turntable")
            and flask.title not in await titles(shop, "vacuum flask", in_stock=True)
        )

    await eventually(applied)
    assert flask.title in await titles(shop, "vacuum flask")


async def test_the_same_event_again_changes_nothing(
    shop: httpx.AsyncClient, catalogue: FakeCatalogue, platform: PlatformSettings
) -> None:
    after = catalogue.change("Dominoes", title="Travel mahjong")
    event = changed(after.id, after.version)
    await publish(platform, *[event] * 5, changed(after.id, 1))

    async def renamed() -> bool:
        return (await titles(shop, "mahjong"))[:1] == ["Travel mahjong"]

    await eventually(renamed)
    assert (await titles(shop, "Travel mahjong")).count("Travel mahjong") == 1


async def test_an_import_of_many_products_is_worked_off(
    client: httpx.AsyncClient, catalogue: FakeCatalogue, platform: PlatformSettings
) -> None:
    await publish(platform, *[changed(identity, 1) for identity in catalogue.products])

    async def by_meaning() -> bool:
        return "Summit vacuum flask 0.75 l" in await titles(client, "keep coffee hot on a hike")

    await eventually(by_meaning)


async def test_an_older_version_never_overwrites_a_newer(
    shop: httpx.AsyncClient, app: FastAPI, catalogue: FakeCatalogue
) -> None:
    begin = app.state.index_products._begin
    line = "Spade|Gardena Vale|garden/tools|1|1|late write"
    late = make_document(make_product(57, line))
    async with begin() as work:
        newer = make_document(catalogue.change("Spade", title="Digging fork"))
        assert await work.documents.upsert([newer]) == {newer.product_id}
        assert await work.documents.upsert([late]) == set()
        await work.commit()
    assert (await titles(shop, "digging fork"))[0] == "Digging fork"


async def test_a_late_write_does_not_bring_a_removed_product_back(
    shop: httpx.AsyncClient, app: FastAPI, catalogue: FakeCatalogue
) -> None:
    from deployments.search.application.ports import Removal

    begin = app.state.index_products._begin
    spade = make_document(catalogue.products[product_id("Spade")])
    again = make_document(catalogue.change("Spade").model_copy(update={"version": 4}))

    async def write() -> None:
        async with begin() as work:
            await work.documents.upsert([spade])
            await work.commit()

    async def remove() -> None:
        async with begin() as work:
            await work.documents.remove([Removal(spade.product_id, 3)])
            await work.commit()

    await asyncio.gather(*[write() for _ in range(3)], remove(), *[write() for _ in range(3)])
    assert "Spade" not in await titles(shop, "spade")
    async with begin() as work:
        assert await work.documents.upsert([again]) == {spade.product_id}
        await work.commit()
    assert (await titles(shop, "spade"))[0] == "Spade"


async def test_vectors_left_out_by_a_broken_embedder_are_made_later(
    client: httpx.AsyncClient,
    app: FastAPI,
    embedder: RememberingEmbedder,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
) -> None:
    def fail() -> object:
        raise RuntimeError("no replica")

    embedder.failure = fail
    body = {"product_ids": [str(identity) for identity in catalogue.products]}
    assert (await client.post("/index", json=body, headers=operator)).json()["pending"] == 60
    embedder.failure = None

    async def by_meaning() -> bool:
        await app.state.index_products._embed.catch_up()
        return "Summit vacuum flask 0.75 l" in await titles(client, "keep coffee hot on a hike")

    await eventually(by_meaning)


async def test_vectors_of_another_model_are_not_compared(
    shop: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    embedder: RememberingEmbedder,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
) -> None:
    monkeypatch.setattr(embedder.encoder, "model_version", "another-model")
    found = (await shop.get("/search", params={"query": "garden tool"})).json()
    assert found["mode"] == "lexical"
    after = catalogue.change("Spade", title="Digging fork")
    body = {"product_ids": [str(after.id)]}
    assert (await shop.post("/index", json=body, headers=operator)).json()["pending"] == 1


async def test_a_price_change_makes_no_new_vector(
    shop: httpx.AsyncClient,
    embedder: RememberingEmbedder,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
) -> None:
    def fail() -> object:
        raise AssertionError("nothing to embed")

    embedder.failure = fail
    after = catalogue.change("Spade", brand="Another brand")
    body = {"product_ids": [str(after.id)]}
    answer = (await shop.post("/index", json=body, headers=operator)).json()
    assert (answer["indexed"], answer["pending"]) == (1, 0)
