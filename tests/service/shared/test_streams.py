"""Consumer groups on a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from deployments.shared.events import PAYMENTS, Event, stream_name
from deployments.shared.streams import StreamConsumer
from tests.sandbox_support import eventually

STREAM = stream_name(PAYMENTS)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


async def publish(redis: Redis, *types: str) -> list[Event]:
    events = [Event(PAYMENTS, kind, {"n": n}) for n, kind in enumerate(types)]
    for event in events:
        await redis.xadd(STREAM, dict(event.to_fields()))  # type: ignore[arg-type]
    return events


class Recorder:
    def __init__(self, poison: str = "") -> None:
        self.handled: list[str] = []
        self._poison = poison

    async def __call__(self, events: Sequence[Event]) -> None:
        if any(event.type == self._poison for event in events):
            raise ValueError("poison")
        self.handled += [event.type for event in events]


def consumer(redis: Redis, handler: Recorder, **options: int) -> StreamConsumer:
    return StreamConsumer(
        redis, PAYMENTS, "test", handler, **({"block_ms": 10, "claim_idle_ms": 20} | options)
    )


@asynccontextmanager
async def running(consumer: StreamConsumer) -> AsyncIterator[None]:
    task = asyncio.create_task(consumer.run())
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def settled(redis: Redis, check: Callable[[], bool]) -> None:
    """Until ``check`` holds and nothing that was delivered is left to be acknowledged."""

    async def is_settled() -> bool:
        return check() and not (await redis.xpending(STREAM, "test"))["pending"]

    await eventually(is_settled)


async def test_events_published_before_the_group_exists_are_read(redis: Redis) -> None:
    await publish(redis, "a", "b")
    recorder = Recorder()
    async with running(consumer(redis, recorder)):
        await settled(redis, lambda: len(recorder.handled) == 2)
    assert recorder.handled == ["a", "b"]


async def test_a_poison_event_goes_to_dead_letters_and_the_others_flow(redis: Redis) -> None:
    await publish(redis, "a", "poison", "b")
    recorder = Recorder(poison="poison")
    async with running(consumer(redis, recorder, max_deliveries=3)):
        await settled(redis, lambda: len(recorder.handled) == 2)
    assert sorted(recorder.handled) == ["a", "b"]
    dead = await redis.xrange(f"{STREAM}:dead")
    assert [fields["type"] for _, fields in dead] == ["poison"]


async def test_what_a_dead_consumer_left_is_claimed(redis: Redis) -> None:
    await publish(redis, "a")
    await redis.xgroup_create(STREAM, "test", id="0")
    await redis.xreadgroup("test", "dead consumer", {STREAM: ">"})
    recorder = Recorder()
    async with running(consumer(redis, recorder)):
        await settled(redis, lambda: bool(recorder.handled))
    assert recorder.handled == ["a"]


async def test_a_flushed_redis_does_not_stop_the_consumer(redis: Redis) -> None:
    recorder = Recorder()
    await publish(redis, "a")
    async with running(consumer(redis, recorder)):
        await settled(redis, lambda: recorder.handled == ["a"])
        await redis.flushall()
        await publish(redis, "b")
        await settled(redis, lambda: "b" in recorder.handled)
    assert recorder.handled == ["a", "b"]
