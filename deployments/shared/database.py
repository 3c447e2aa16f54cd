"""The SQLAlchemy engine and the unit of work every service's use cases run in."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import event, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

SessionFactory = async_sessionmaker[AsyncSession]
# What a repository of plain statements needs.
Executor = AsyncSession | AsyncConnection

_READ_RECYCLE_SECONDS: Final = 3600
_CONNECT: Final = {
    "timeout": 5,
    "server_settings": {
        "statement_timeout": "10000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "15000",
    },
}


def create_engine(database_url: str, *, pool_size: int = 5) -> AsyncEngine:
    """An asyncpg engine. Statements are cut off after 10 s, waits for a lock after 5 s."""
    return create_async_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=True,
        # What people typed does not go into logs with an error.
        hide_parameters=True,
        connect_args=_CONNECT,
    )


def create_read_engine(database_url: str, *, pool_size: int = 5) -> AsyncEngine:
    """An engine for reading in a hurry: each statement is a transaction of its own, and a
    connection from the pool is not asked whether it lives. That saves five round trips on the way
    to the first row. One that the server has closed is known to be, and replaced; any is replaced
    after an hour, so that settings made for the size of the data follow it."""
    engine = create_async_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=_READ_RECYCLE_SECONDS,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args=_CONNECT,
    )
    event.listen(engine.sync_engine, "checkout", _replace_closed)
    return engine


def _replace_closed(connection: Any, _record: object, _proxy: object) -> None:
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def create_session_factory(engine: AsyncEngine) -> SessionFactory:
    return async_sessionmaker(engine, expire_on_commit=False)


async def check_database(engine: AsyncEngine) -> None:
    """Raise when the database does not answer; a readiness check."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


class SqlUnitOfWork:
    """One transaction. Leaving the block without ``commit()`` rolls back.

    A service's own unit of work sub-classes this and makes its repositories in ``_open``.
    """

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def __aenter__(self) -> Self:
        self.session = self._sessions()
        self._open()
        return self

    def _open(self) -> None:
        """Make the repositories on ``self.session``."""

    async def commit(self) -> None:
        await self.session.commit()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # close() returns the connection after rolling back what was not committed.
        await self.session.close()
