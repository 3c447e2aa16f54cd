"""Changes reach the stream of products, in order, and nothing else does."""

from __future__ import annotations

import asyncio

import httpx
from redis.asyncio import Redis

from deployments.shared.events import PRODUCTS, Event, stream_name
from tests.service.products.conftest import bottle

Headers = dict[str, str]


async def published(redis_url: str, count: int) -> list[Event]:
    """The events of the stream, once there are ``count``."""
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        for _ in range(100):
            entries = await redis.xrange(stream_name(PRODUCTS))
            if len(entries) >= count:
                break
            await asyncio.sleep(0.05)
    return [Event.from_fields(fields) for _, fields in entries]


async def test_committed_changes_are_published_in_order(
    products: httpx.AsyncClient, merchant: Headers, redis_url: str
) -> None:
    product = (await products.post("", json=bottle(), headers=merchant)).json()
    await products.post("", json=bottle(), headers=merchant)  # refused: the SKUs are taken
    path = f"/{product['id']}"
    await products.put(path, json=bottle(title="Other"), headers=merchant)
    await products.delete(path, headers=merchant)
    events = await published(redis_url, 3)
    assert [(event.type, dict(event.payload)) for event in events] == [
        ("product.changed", {"product_id": product["id"], "version": 1}),
        ("product.changed", {"product_id": product["id"], "version": 2}),
        ("product.deleted", {"product_id": product["id"], "version": 3}),
    ]
