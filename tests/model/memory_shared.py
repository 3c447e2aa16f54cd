"""Outbox, inbox and queued mails of a service, in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deployments.shared.events import Event
from deployments.shared.mail import Mail
from tests.model.memory_database import Database, Transaction


@dataclass(frozen=True)
class OutboxRow:
    position: int
    event: Event
    published_at: datetime | None = None


class MemoryOutbox:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(self, event: Event) -> None:
        await self.append_all([event])

    async def append_all(self, events: Sequence[Event]) -> None:
        for event in events:
            # As with PostgreSQL's identity column, a position is drawn before the commit.
            position = draw(self._transaction.database, "outbox position")
            await self._transaction.append("outbox", event.event_id, OutboxRow(position, event))


class MemoryInbox:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def first_time(self, consumer: str, event_id: UUID) -> bool:
        await self._transaction.statement("inbox")
        if not await self._transaction.claim("inbox", (consumer, event_id)):
            return False
        self._transaction.write("inbox", (consumer, event_id), True)
        return True


class MemoryMails:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(self, mail: Mail) -> None:
        number = draw(self._transaction.database, "mail")
        await self._transaction.append("mails", number, mail)


def draw(database: Database, sequence: str) -> int:
    """The next number of a sequence; numbers of rolled back transactions are not used again."""
    numbers = database.table("sequences")
    numbers[sequence] = numbers.get(sequence, 0) + 1
    return int(numbers[sequence])
