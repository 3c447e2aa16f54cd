"""One build at a time, on all machines; a build that dies lets go at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.shared.errors import Conflict


@asynccontextmanager
async def build_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    """Raises ``Conflict`` ``build_running``."""
    # Outside a transaction, which would be ended as idle long before the build is done.
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        locked = await connection.scalar(
            text("SELECT pg_try_advisory_lock(hashtextextended('build index', 0))")
        )
        if not locked:
            raise Conflict("build_running", "another build of the index is under way")
        try:
            yield
        finally:
            await connection.execute(
                text("SELECT pg_advisory_unlock(hashtextextended('build index', 0))")
            )
