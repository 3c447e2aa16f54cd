"""Hears from the database what other replicas and jobs change in the index."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.index_changes import IndexChanges

_CHANNEL: Final = "search_changes"
# So often a connection that died without a word is noticed.
_ASK_SECONDS: Final = 2.0


class ChangeListener:
    """Background work: holds a connection, and returns when it is lost."""

    def __init__(self, engine: AsyncEngine, changes: IndexChanges) -> None:
        self._engine = engine
        self._changes = changes

    async def __call__(self) -> None:
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.add_listener(_CHANNEL, self._hear)
            self._changes.listening(True)
            try:
                while True:
                    await asyncio.sleep(_ASK_SECONDS)
                    async with asyncio.timeout(_ASK_SECONDS):
                        await driver.execute("SELECT 1")
            finally:
                self._changes.listening(False)
                # Its listener must not go back into the pool.
                driver.terminate()
                await connection.invalidate()

    def _hear(self, _connection: object, _pid: int, _channel: str, notice: str) -> None:
        kind, _, ids = notice.partition(" ")
        any_product = kind == "documents" and not ids
        self._changes.changed(None if any_product else [UUID(each) for each in ids.split()])
