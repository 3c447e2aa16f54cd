"""Who waits for a lock in the service's database."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_WAITING: Final = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE NOT granted AND datname = current_database()"
)


async def waiting(engine: AsyncEngine, task: asyncio.Task[Any], many: int = 1) -> None:
    """Until ``many`` wait for a lock, ``task`` among them."""
    async with asyncio.timeout(10), engine.connect() as connection:
        while (await connection.scalar(_WAITING) or 0) < many:
            assert not task.done()
            await asyncio.sleep(0.02)
            # What goes on is shown anew in each transaction.
            await connection.rollback()
