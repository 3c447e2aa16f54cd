"""What the streams lose arrives by cursor: the outbox of cart read by analytics' cursor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from deployments.shared.database import SessionFactory, create_engine, create_session_factory
from deployments.shared.errors import Unavailable
from deployments.shared.events import ORDERS, Event, stream_name
from deployments.shared.outbox import OutboxReader, OutboxRelay, OutboxRepository
from deployments.shared.outbox_cursor import OutboxCursor
from deployments.shared.outbox_follower import OutboxFollower
from models.cart.tables import outbox, outbox_cursors


@pytest.fixture
async def sessions(database_url: Callable[[str], str]) -> AsyncIterator[SessionFactory]:
    engine = create_engine(database_url("cart"))
    yield create_session_factory(engine)
    await engine.dispose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


async def write(sessions: SessionFactory, *kinds: str) -> list[Event]:
    events = [Event(ORDERS, kind, {}) for kind in kinds]
    async with sessions.begin() as session:
        await OutboxRepository(session, outbox).append_all(events)
    return events


async def let_streams_be_late(sessions: SessionFactory) -> None:
    """As if everything had been published a minute ago."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    async with sessions.begin() as session:
        await session.execute(
            update(outbox).where(outbox.c.published_at.is_not(None)).values(published_at=past)
        )


class Recorder:
    def __init__(self, poison: str = "") -> None:
        self.handled: list[str] = []
        self.poison = poison

    async def __call__(self, events: Sequence[Event]) -> None:
        if any(event.type == self.poison for event in events):
            raise ValueError("poison")
        self.handled += [event.type for event in events]


def follower(sessions: SessionFactory, handler: Recorder) -> OutboxFollower:
    reader = OutboxReader(sessions, outbox)

    async def fetch(after: int, limit: int) -> list[Event]:
        return await reader.page(ORDERS, after, limit)

    return OutboxFollower(OutboxCursor(sessions, outbox_cursors, "cart", ORDERS), fetch, handler)


async def test_events_published_into_a_flushed_redis_arrive(
    sessions: SessionFactory, redis: Redis
) -> None:
    await write(sessions, "a", "b")
    assert await OutboxRelay(sessions, outbox, redis).relay() == 2
    await redis.flushall()
    await let_streams_be_late(sessions)
    handler = Recorder()
    assert await follower(sessions, handler).catch_up() == 2
    assert handler.handled == ["a", "b"]
    assert await follower(sessions, handler).catch_up() == 0


async def test_events_are_published_while_redis_is_down(sessions: SessionFactory) -> None:
    await write(sessions, "a")
    nowhere = Redis.from_url("redis://127.0.0.1:1", decode_responses=True)
    assert await OutboxRelay(sessions, outbox, nowhere).relay() == 1
    await nowhere.aclose()
    await let_streams_be_late(sessions)
    handler = Recorder()
    await follower(sessions, handler).catch_up()
    assert handler.handled == ["a"]


async def test_what_the_stream_brought_is_not_read_again(
    sessions: SessionFactory, redis: Redis
) -> None:
    await write(sessions, "a", "b", "c")
    await OutboxRelay(sessions, outbox, redis).relay()
    entries = await redis.xrange(stream_name(ORDERS))
    delivered = [Event.from_fields(fields) for _, fields in entries]
    await let_streams_be_late(sessions)
    handler = Recorder()
    following = follower(sessions, handler)
    await following.catch_up()
    await write(sessions, "d", "e")
    await OutboxRelay(sessions, outbox, redis).relay()
    delivered = [
        Event.from_fields(fields) for _, fields in (await redis.xrange(stream_name(ORDERS)))[3:]
    ]
    await following.note(delivered)
    await let_streams_be_late(sessions)
    assert await following.catch_up() == 0
    assert handler.handled == ["a", "b", "c"]


async def test_a_gap_in_the_stream_stops_the_cursor_and_is_caught_up_with(
    sessions: SessionFactory, redis: Redis
) -> None:
    await write(sessions, "a", "lost", "c")
    await OutboxRelay(sessions, outbox, redis).relay()
    entries = await redis.xrange(stream_name(ORDERS))
    first, _, third = [Event.from_fields(fields) for _, fields in entries]
    handler = Recorder()
    following = follower(sessions, handler)
    await let_streams_be_late(sessions)
    cursor = OutboxCursor(sessions, outbox_cursors, "cart", ORDERS)
    assert first.sequence is not None
    await cursor.advance(await cursor.read(), first.sequence - 1)
    await following.note([first, third])
    await following.catch_up()
    assert handler.handled == ["lost", "c"]


async def test_an_event_committed_late_is_read_after_those_published_before(
    sessions: SessionFactory, redis: Redis
) -> None:
    """Positions are given at insert, so a slow transaction's is lower than what is long read."""
    relay = OutboxRelay(sessions, outbox, redis)
    handler = Recorder()
    following = follower(sessions, handler)
    async with sessions.begin() as slow:
        await OutboxRepository(slow, outbox).append(Event(ORDERS, "slow", {}))
        await write(sessions, "quick")
        await relay.relay()
        await let_streams_be_late(sessions)
        await following.catch_up()
    assert handler.handled == ["quick"]
    await relay.relay()
    await let_streams_be_late(sessions)
    await following.catch_up()
    assert handler.handled == ["quick", "slow"]


async def test_a_clock_that_was_ahead_hides_no_event_from_the_cursor(
    sessions: SessionFactory, redis: Redis
) -> None:
    relay = OutboxRelay(sessions, outbox, redis)
    (ahead,) = await write(sessions, "ahead")
    await relay.relay()
    await write(sessions, "right")
    await relay.relay()
    await let_streams_be_late(sessions)

    async def published(delta: timedelta) -> None:
        async with sessions.begin() as session:
            await session.execute(
                update(outbox)
                .where(outbox.c.event_id == ahead.event_id)
                .values(published_at=datetime.now(UTC) + delta)
            )

    handler = Recorder()
    await published(timedelta(minutes=1))
    await follower(sessions, handler).catch_up()
    await published(timedelta(minutes=-1))
    await follower(sessions, handler).catch_up()
    assert handler.handled == ["ahead", "right"]


async def test_many_relays_publish_each_event_once(sessions: SessionFactory, redis: Redis) -> None:
    for _ in range(5):
        await write(sessions, *"abcdefgh")
    relay = OutboxRelay(sessions, outbox, redis, batch_size=3)
    while await pending(sessions):
        await asyncio.gather(*[relay.relay() for _ in range(4)])
    entries = await redis.xrange(stream_name(ORDERS))
    sequences = [int(fields["sequence"]) for _, fields in entries]
    assert len(sequences) == 40
    assert sequences == sorted(set(sequences))


async def pending(sessions: SessionFactory) -> int:
    async with sessions() as session:
        count = select(func.count()).where(outbox.c.published_at.is_(None))
        return int(await session.scalar(count) or 0)


async def test_a_poisoned_event_is_left_behind_after_ten_tries(
    sessions: SessionFactory, redis: Redis
) -> None:
    await write(sessions, "a", "bad", "c")
    await OutboxRelay(sessions, outbox, redis).relay()
    await let_streams_be_late(sessions)
    handler = Recorder(poison="bad")
    following = follower(sessions, handler)
    for _ in range(9):
        await following.catch_up()
    assert handler.handled == ["a"]
    await following.catch_up()
    assert handler.handled == ["a", "c"]


@pytest.mark.parametrize("outage", ["service", "database", "network"])
async def test_no_outage_however_long_leaves_an_event_behind(
    sessions: SessionFactory, redis: Redis, outage: str
) -> None:
    await write(sessions, "a", "b")
    await OutboxRelay(sessions, outbox, redis).relay()
    await let_streams_be_late(sessions)

    async def fail() -> None:
        if outage == "service":
            raise Unavailable("products_unavailable", "no answer")
        if outage == "network":
            raise ConnectionRefusedError
        async with sessions.begin() as session:
            await session.execute(text("SET TRANSACTION READ ONLY"))
            await session.execute(update(outbox).values(type="x"))

    class AfterAnOutage(Recorder):
        tries = 0

        async def __call__(self, events: Sequence[Event]) -> None:
            self.tries += 1
            if self.tries <= 30:
                await fail()
            await super().__call__(events)

    handler = AfterAnOutage()
    following = follower(sessions, handler)
    for _ in range(30):
        with pytest.raises((Unavailable, OSError, DBAPIError)):
            await following.catch_up()
    await following.catch_up()
    assert handler.handled == ["a", "b"]


async def test_two_replicas_catching_up_leave_one_cursor_at_the_end(
    sessions: SessionFactory, redis: Redis
) -> None:
    for _ in range(3):
        await write(sessions, *["x"] * 150)
    relay = OutboxRelay(sessions, outbox, redis)
    while await relay.relay():
        pass
    await let_streams_be_late(sessions)
    one, two = Recorder(), Recorder()
    await asyncio.gather(follower(sessions, one).catch_up(), follower(sessions, two).catch_up())
    last = Recorder()
    await follower(sessions, last).catch_up()
    assert len(one.handled) + len(two.handled) + len(last.handled) >= 450
    assert await follower(sessions, last).catch_up() == 0
