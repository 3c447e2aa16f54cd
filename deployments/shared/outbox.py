"""The transactional outbox and inbox of a service (tables made by ``models.shared.base``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import Table, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.shared.database import SessionFactory
from deployments.shared.events import Event, stream_name

_STREAM_LENGTH = 200_000


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
    """Publishes committed events to their streams, at least once and in order of position."""

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
            rows = (
                await session.execute(
                    select(outbox)
                    .where(outbox.c.published_at.is_(None))
                    .order_by(outbox.c.position)
                    .limit(self._batch_size)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                return 0
            async with self._redis.pipeline(transaction=False) as pipeline:
                for row in rows:
                    event = Event(row.topic, row.type, row.payload, row.event_id, row.occurred_at)
                    fields: dict[Any, Any] = dict(event.to_fields())
                    pipeline.xadd(
                        stream_name(row.topic), fields, maxlen=_STREAM_LENGTH, approximate=True
                    )
                await pipeline.execute()
            await session.execute(
                update(outbox)
                .where(outbox.c.event_id.in_([row.event_id for row in rows]))
                .values(published_at=datetime.now(UTC))
            )
        return len(rows)
