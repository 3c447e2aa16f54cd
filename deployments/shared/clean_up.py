"""Removes rows that have done their work, so that tables do not grow for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, delete, select, tuple_

from deployments.shared.database import SessionFactory

# A consumer that was away for longer reads on from what is left.
OUTBOX_KEPT: Final = timedelta(days=30)
# Longer than an event can come again: an outbox is read again from any point it still holds.
INBOX_KEPT: Final = timedelta(days=60)
MAILS_KEPT: Final = timedelta(days=30)
CLEAN_UP_SECONDS: Final = 3600.0
_BATCH: Final = 2_000


class CleanUp:
    """Background work of each service, hourly. ``columns`` are pairs of a time column and how
    long a row is kept after that time; rows where the time is null stay."""

    def __init__(self, sessions: SessionFactory, *columns: tuple[Any, timedelta]) -> None:
        self._sessions = sessions
        self._columns = columns

    async def __call__(self) -> int:
        """Delete all that is old enough; the number of rows."""
        count = 0
        for column, kept in self._columns:
            while (deleted := await self._delete(column, datetime.now(UTC) - kept)) > 0:
                count += deleted
        return count

    async def _delete(self, column: Any, before: datetime) -> int:
        """A batch in a transaction of its own, so that no lock is held for long."""
        table: Table = column.table
        keys = list(table.primary_key.columns)
        old = select(*keys).where(column < before).limit(_BATCH).with_for_update(skip_locked=True)
        async with self._sessions.begin() as session:
            result: Any = await session.execute(delete(table).where(tuple_(*keys).in_(old)))
        return int(result.rowcount)
