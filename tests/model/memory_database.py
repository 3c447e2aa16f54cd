"""A database as the services use PostgreSQL: transactions at READ COMMITTED, row locks held to the
end, SKIP LOCKED, inserts that wait for a key another transaction is just inserting."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Hashable, Iterator
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import IntegrityError, OperationalError

from tests.model.scheduler import Point, Process, Scheduler

Key = tuple[str, Hashable]
_GONE = object()


class ConstraintViolated(IntegrityError):
    """``name`` is the constraint's, which the service maps to a domain error."""

    def __init__(self, name: str) -> None:
        super().__init__(name, None, Exception(name))
        self.name = name


def connection_lost() -> OperationalError:
    return OperationalError("COMMIT", None, Exception("the connection was lost"))


class Deadlock(AssertionError):
    """PostgreSQL would end one of the two."""


class Database:
    """Tables are ``{name: {key: row}}``. Rows are never changed in place: repositories copy."""

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self.name = name
        self.scheduler = scheduler
        self.tables: dict[str, dict[Hashable, Any]] = {}
        self.commits = 0
        # Deadlocks and rows a CHECK refuses: the services promise that there are none.
        self.problems: list[str] = []
        self._owners: dict[Key, Transaction] = {}
        self._waiting: list[tuple[Key, Transaction, asyncio.Future[None]]] = []

    def table(self, name: str) -> dict[Hashable, Any]:
        return self.tables.setdefault(name, {})

    def owner(self, key: Key) -> Transaction | None:
        return self._owners.get(key)

    def take(self, key: Key, transaction: Transaction) -> bool:
        owner = self._owners.setdefault(key, transaction)
        return owner is transaction

    async def wait_for(self, key: Key, transaction: Transaction) -> None:
        self._check_for_deadlock(key, transaction)
        future = self.scheduler.loop.create_future()
        entry = (key, transaction, future)
        self._waiting.append(entry)
        try:
            await future
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    def _check_for_deadlock(self, key: Key, transaction: Transaction) -> None:
        chain = [str(key)]
        owner = self._owners.get(key)
        while owner is not None:
            if owner is transaction:
                self.problems.append(f"deadlock {chain}")
                raise Deadlock(" -> ".join(chain))
            wanted = next((k for k, t, _ in self._waiting if t is owner), None)
            chain.append(str(wanted))
            owner = self._owners.get(wanted) if wanted else None

    def release(self, transaction: Transaction) -> None:
        freed = [key for key, owner in self._owners.items() if owner is transaction]
        for key in freed:
            del self._owners[key]
        for key in freed:
            for entry in list(self._waiting):
                if entry[0] == key and key not in self._owners:
                    self._owners[key] = entry[1]
                    self._waiting.remove(entry)
                    if not entry[2].done():
                        entry[2].set_result(None)

    def forget(self, process: Process, error: BaseException) -> None:
        """``process`` is dead: its transactions are rolled back."""
        for key, transaction, future in list(self._waiting):
            if transaction.process is process:
                self._waiting.remove((key, transaction, future))
                if not future.done():
                    future.set_exception(error)
        dead = [owner for owner in self._owners.values() if owner.process is process]
        for transaction in dict.fromkeys(dead):
            self.release(transaction)


class Transaction:
    def __init__(self, database: Database, process: Process) -> None:
        self.database = database
        self.process = process
        self._writes: dict[Key, Any] = {}

    def get(self, table: str, key: Hashable) -> Any:
        """The row as this transaction sees it now, or None."""
        if (table, key) in self._writes:
            row = self._writes[table, key]
            return None if row is _GONE else row
        return self.database.table(table).get(key)

    def rows(self, table: str) -> Iterator[tuple[Hashable, Any]]:
        committed = self.database.table(table)
        for key in list(committed):
            row = self.get(table, key)
            if row is not None:
                yield key, row
        for (name, key), row in list(self._writes.items()):
            if name == table and key not in committed and row is not _GONE:
                yield key, row

    async def statement(self, label: str) -> None:
        await self.database.scheduler.statement(self.process, f"{self.database.name} {label}")

    async def lock(self, table: str, key: Hashable) -> None:
        self.process.check_alive()
        if not self.database.take((table, key), self):
            await self.database.wait_for((table, key), self)
            self.process.check_alive()

    def lock_or_skip(self, table: str, key: Hashable) -> bool:
        return self.database.take((table, key), self)

    async def claim(self, table: str, key: Hashable) -> bool:
        """Whether ``key`` can be inserted; waits for a transaction that is inserting it."""
        await self.lock(table, key)
        return self.get(table, key) is None

    def write(self, table: str, key: Hashable, row: Any) -> None:
        self.process.check_alive()
        assert self.database.owner((table, key)) is self, f"{table} {key} is written unlocked"
        self._writes[table, key] = row

    def delete(self, table: str, key: Hashable) -> None:
        self.write(table, key, _GONE)

    async def append(self, table: str, key: Hashable, row: Any) -> None:
        """Insert a row whose key nobody else can have."""
        await self.lock(table, key)
        self.write(table, key, row)

    @property
    def has_written(self) -> bool:
        return bool(self._writes)

    def publish(self) -> None:
        if self._writes:
            self.database.commits += 1
        for (table, key), row in self._writes.items():
            if row is _GONE:
                self.database.table(table).pop(key, None)
            else:
                self.database.table(table)[key] = row
        self._writes = {}
        self.database.release(self)

    def roll_back(self) -> None:
        self._writes = {}
        self.database.release(self)


class MemoryUnitOfWork:
    """Base of the services' units of work; a sub-class makes its repositories in ``_open``."""

    def __init__(self, database: Database, process: Process) -> None:
        self._database = database
        self._process = process

    async def __aenter__(self) -> Self:
        self._process.check_alive()
        self.transaction = Transaction(self._database, self._process)
        self._open()
        return self

    def _open(self) -> None:
        """Make the repositories on ``self.transaction``."""

    async def commit(self) -> None:
        caller = sys._getframe(1).f_code.co_qualname
        transaction = self.transaction
        if not transaction.has_written:
            # It has no effect to lose; its locks end.
            transaction.publish()
            return

        def outcomes(point: Point) -> dict[str, Callable[[], object]]:
            return {
                "done": lambda: (transaction.publish(), point.go_on()),
                "connection lost before": lambda: (
                    transaction.roll_back(),
                    point.fail(connection_lost()),
                ),
                "connection lost after": lambda: (
                    transaction.publish(),
                    point.fail(connection_lost()),
                ),
            }

        await self._database.scheduler.pause(
            self._process,
            "commit",
            f"{self._database.name} commit {caller}",
            transaction.publish,
            outcomes,
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.transaction.roll_back()
