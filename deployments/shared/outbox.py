"""The transactional outbox and inbox of a service (tables made by ``models.shared.base``)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.shared.database import SessionFactory
from deployments.shared.events import Event, stream_name

logger = logging.getLogger(__name__)

_STREAM_LENGTH: Final = 200_000
_RELAY_LOCK: Final = 7_301_001
_STREAMS_ARE_QUICKER: Final = timedelta(seconds=3)


class OutboxRepository:
    """Writes events in the caller's transaction."""

    def __init__(self, session: AsyncSession, table: Table) -> None:
        self._session = session
        self._table = table

    async def append(self, event: Event) -> None:
        await self.append_all([event])

    async def append_all(self, events: Sequence[Event]) -> None:
        if not events:
            return
        rows = [
            {
                "event_id": event.event_id,
                "topic": event.topic,
                "type": event.type,
                "payload": dict(event.payload),
                "occurred_at": event.occurred_at,
            }
            for event in events
        ]
        await self._session.execute(insert(self._table), rows)


class InboxRepository:
    """Remembers handled events in the transaction of their effect."""

    def __init__(self, session: AsyncSession, table: Table) -> None:
        self._session = session
        self._table = table

    async def first_time(self, consumer: str, event_id: UUID) -> bool:
        """Record the event; False when ``consumer`` has handled it before."""
        result: Any = await self._session.execute(
            postgresql_insert(self._table)
            .values(consumer=consumer, event_id=event_id)
            .on_conflict_do_nothing()
        )
        return bool(result.rowcount == 1)


class OutboxRelay:
    """Publishes committed events to their streams and gives each its place in the sequence by
    which consumers read the outbox itself.

    One replica publishes at a time, so that sequences become visible in order. An event counts as
    published without Redis too: the streams only make it quicker.
    """

    def __init__(
        self, sessions: SessionFactory, table: Table, redis: Redis, *, batch_size: int = 200
    ) -> None:
        self._sessions = sessions
        self._table = table
        self._redis = redis
        self._batch_size = batch_size

    async def relay(self) -> int:
        """Publish one batch; the number of events published."""
        outbox = self._table
        async with self._sessions.begin() as session:
            if not await session.scalar(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))):
                return 0
            rows = (
                await session.execute(
                    select(outbox)
                    .where(outbox.c.published_at.is_(None))
                    .order_by(outbox.c.position)
                    .limit(self._batch_size)
                )
            ).all()
            if not rows:
                return 0
            numbers = await session.scalars(
                select(func.nextval("outbox_sequence")).select_from(
                    func.generate_series(1, len(rows)).alias()
                )
            )
            events = [
                Event(row.topic, row.type, row.payload, row.event_id, row.occurred_at, number)
                for row, number in zip(rows, sorted(numbers), strict=True)
            ]
            await self._to_streams(events)
            await session.execute(
                update(outbox)
                .where(outbox.c.event_id == bindparam("id"))
                # The database's clock: those of replicas differ.
                .values(published_at=func.clock_timestamp(), sequence=bindparam("number")),
                [{"id": event.event_id, "number": event.sequence} for event in events],
            )
        return len(rows)

    async def _to_streams(self, events: Sequence[Event]) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for event in events:
                    fields: dict[Any, Any] = dict(event.to_fields())
                    pipeline.xadd(
                        stream_name(event.topic), fields, maxlen=_STREAM_LENGTH, approximate=True
                    )
                await pipeline.execute()
        except (RedisError, OSError):
            logger.warning("events are left to be read by cursor: Redis does not answer")


class OutboxReader:
    """Reads what an outbox has published, in order."""

    def __init__(self, sessions: SessionFactory, table: Table) -> None:
        self._sessions = sessions
        self._table = table

    async def page(self, topic: str, after: int, limit: int) -> list[Event]:
        """Events of ``topic`` whose sequence is above ``after``, up to the first of the last
        seconds: that one's stream brings it. A later one never comes without those before it,
        however clocks jump: whoever reads by cursor would pass them over.
        """
        outbox = self._table
        published_before = func.clock_timestamp() - _STREAMS_ARE_QUICKER
        async with self._sessions() as session:
            rows = await session.execute(
                select(outbox, (outbox.c.published_at < published_before).label("is_old"))
                .where(outbox.c.topic == topic, outbox.c.sequence > after)
                .order_by(outbox.c.sequence)
                .limit(limit)
            )
            return [
                Event(row.topic, row.type, row.payload, row.event_id, row.occurred_at, row.sequence)
                for row in takewhile(lambda row: row.is_old, rows)
            ]
