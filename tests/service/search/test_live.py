"""The live picture of search over HTTP, with what replicas leave in Redis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from deployments.search.application.live_ports import ReplicaState
from deployments.search.contract import SearchLive
from deployments.search.infrastructure.live_store import RedisLiveStore
from deployments.shared.events import PRODUCTS, Event
from deployments.shared.settings import PlatformSettings
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.test_index import eventually, publish
from tests.support import Keys


async def read(client: httpx.AsyncClient, headers: dict[str, str]) -> SearchLive:
    answer = await client.get("/live", headers=headers)
    assert answer.status_code == 200, answer.text
    return SearchLive.model_validate(answer.json())


async def test_only_those_who_run_the_shop_see_it(
    client: httpx.AsyncClient, keys: Keys, operator: dict[str, str]
) -> None:
    assert (await client.get("/live")).status_code == 401
    refused = await client.get("/live", headers=keys.user("shopper"))
    assert refused.status_code == 403
    for headers in (keys.user("analyst"), keys.user("merchant"), operator):
        assert (await client.get("/live", headers=headers)).status_code == 200


async def test_searches_and_changes_of_products_are_in_it(
    shop: httpx.AsyncClient,
    platform: PlatformSettings,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
) -> None:
    for _ in range(3):
        assert (await shop.get("/search", params={"query": "spade"})).status_code == 200
    spade = product_id("Spade")
    version = catalogue.products[spade].version + 1
    payload = {"product_id": str(spade), "version": version}
    moment = datetime.now(UTC) - timedelta(seconds=20)
    await publish(platform, Event(PRODUCTS, "product.changed", payload, occurred_at=moment))

    async def is_told() -> bool:
        live = await read(shop, operator)
        return bool(live.routes[0].milliseconds and live.lag_ms)

    await eventually(is_told)
    live = await read(shop, operator)
    assert live.routes[0].milliseconds is not None
    assert live.routes[0].milliseconds.count == 3
    assert live.cache_hits == pytest.approx(2 / 3)
    assert live.lag_ms is not None
    assert 19_000 < live.lag_ms.p50 < 30_000
    assert [(d.name, d.running) for d in live.deployments] == [("search", 1)]


async def test_a_replica_that_falls_silent_is_left_out(platform: PlatformSettings) -> None:
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        store = RedisLiveStore(redis)
        await store.add(ReplicaState("embedder", "a", {"ongoing": 1}), {"batches": 2})
        seen = await store.read()
        assert [replica.name for replica in seen.replicas] == ["a"]
        clock = redis.time

        async def later() -> tuple[int, int]:
            seconds, microseconds = await clock()
            return seconds + 8, microseconds

        redis.time = later  # type: ignore[assignment, method-assign]
        after = await store.read()
        assert after.replicas == []
        # What it counted stays counted.
        assert sum(slot.figures.total("batches") for slot in after.slots) == 2


async def test_closed_slots_are_read_once(platform: PlatformSettings) -> None:
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        store = RedisLiveStore(redis)
        await store.add(ReplicaState("search", "a", {}), {"requests:search": 1})
        await store.read()
        before = (await redis.info("commandstats"))["cmdstat_hgetall"]["calls"]
        again = await store.read()
        asked = (await redis.info("commandstats"))["cmdstat_hgetall"]["calls"] - before
        assert asked < 6
        assert sum(slot.figures.total("requests:search") for slot in again.slots) == 1


async def test_without_redis_it_says_so(
    client: httpx.AsyncClient, app: FastAPI, operator: dict[str, str]
) -> None:
    app.state.read_live._store = RedisLiveStore(
        Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True)
    )
    answer = await client.get("/live", headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (503, "no_live_figures")
