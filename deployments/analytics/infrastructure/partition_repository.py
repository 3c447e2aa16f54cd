"""Monthly partitions of the table ``events``, made when first needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import text

from deployments.shared.database import SessionFactory
from models.analytics.tables import PARTITION_SCHEMA

Month = tuple[int, int]

# Two replicas must not make the same partition at once.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('mercato.analytics.partitions'))")
_EXISTS = text("SELECT to_regclass(:name) IS NOT NULL")


class PartitionRepository:
    """Remembers the partitions it has seen, so that the usual write asks nothing."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions
        self._known: set[Month] = set()

    async def prepare(self, times: Iterable[datetime]) -> None:
        utc = (moment.astimezone(UTC) for moment in times)
        for month in sorted({(moment.year, moment.month) for moment in utc} - self._known):
            await self._ensure(month)
            self._known.add(month)

    async def _ensure(self, month: Month) -> None:
        year, number = month
        after = (year + 1, 1) if number == 12 else (year, number + 1)
        lower, upper = (f"'{y:04}-{m:02}-01 00:00:00+00'" for y, m in (month, after))
        table = f"{PARTITION_SCHEMA}.events_{year:04}_{number:02}"
        other = f"{PARTITION_SCHEMA}.events_other"
        async with self._sessions.begin() as session:
            await session.execute(_LOCK)
            if await session.scalar(_EXISTS, {"name": table}):
                return
            # Attached only after it holds what the default partition has of the month: PostgreSQL
            # refuses a partition whose rows are in the default one.
            await session.execute(
                text(f"CREATE TABLE {table} (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            )
            await session.execute(
                text(
                    f"WITH moved AS (DELETE FROM {other} "  # nosec B608  # noqa: S608 - names from numbers
                    f"WHERE occurred_at >= {lower} AND occurred_at < {upper} RETURNING *) "
                    f"INSERT INTO {table} SELECT * FROM moved"
                )
            )
            await session.execute(
                text(
                    f"ALTER TABLE events ATTACH PARTITION {table} "
                    f"FOR VALUES FROM ({lower}) TO ({upper})"
                )
            )
