"""Reading without asking each connection first whether it lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.shared.database import create_engine, create_read_engine


async def backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_connection_that_the_server_closed_is_replaced(
    database_url: Callable[[str], str],
) -> None:
    reading = create_read_engine(database_url("search"), pool_size=2)
    other = create_engine(database_url("search"))
    try:
        first = await backend(reading)
        assert await backend(reading) == first
        async with other.connect() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        # The end of the connection is news that the event loop has to see.
        await asyncio.sleep(0.05)
        assert await backend(reading) != first
    finally:
        await reading.dispose()
        await other.dispose()


async def test_a_statement_leaves_no_transaction_open(database_url: Callable[[str], str]) -> None:
    reading = create_read_engine(database_url("search"), pool_size=2)
    try:
        async with reading.connect() as connection:
            moments = [
                (await connection.execute(text("SELECT now()"))).scalar_one() for _ in range(2)
            ]
        assert moments[0] < moments[1]
    finally:
        await reading.dispose()
