"""How far a service has read the outbox of another; moves with the events it has handled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert

from deployments.shared.database import SessionFactory


class OutboxCursor:
    """``table`` is the service's ``outbox_cursors``. Replicas share the cursor: it moves only from
    where its mover saw it."""

    def __init__(self, sessions: SessionFactory, table: Table, source: str, topic: str) -> None:
        self._sessions = sessions
        self._table = table
        self._key = (table.c.source == source) & (table.c.topic == topic)
        self._start = {"source": source, "topic": topic, "sequence": 0}

    async def read(self) -> int:
        """The sequence of the last event known to be handled with all before it; 0 at first."""
        async with self._sessions.begin() as session:
            await session.execute(
                insert(self._table).values(**self._start).on_conflict_do_nothing()
            )
            sequence = await session.scalar(select(self._table.c.sequence).where(self._key))
        return int(sequence or 0)

    async def advance(self, seen: int, sequence: int) -> bool:
        """Move from ``seen`` to ``sequence``; False when it stood elsewhere."""
        return await self._move(seen, sequence=sequence, attempts=0)

    async def count_attempt(self, seen: int) -> int:
        """One more failed try of the event behind ``seen``; the number of tries."""
        table = self._table
        async with self._sessions.begin() as session:
            tries = await session.scalar(
                update(table)
                .where(self._key, table.c.sequence == seen)
                .values(attempts=table.c.attempts + 1)
                .returning(table.c.attempts)
            )
        return int(tries or 0)

    async def _move(self, seen: int, **values: int) -> bool:
        async with self._sessions.begin() as session:
            result: Any = await session.execute(
                update(self._table)
                .where(self._key, self._table.c.sequence == seen)
                .values(**values)
            )
        return bool(result.rowcount == 1)
