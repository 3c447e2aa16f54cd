from __future__ import annotations

from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from deployments.shared.database import SessionFactory
from deployments.shared.outbox import OutboxReader, OutboxRelay
from models.products import tables
from models.products.tables import outbox

cursors = tables.outbox_cursors


def outbox_reader(sessions: SessionFactory) -> OutboxReader:
    return OutboxReader(sessions, outbox)


def outbox_relay(sessions: SessionFactory, redis: Redis) -> Callable[[], Awaitable[None]]:
    """Background work that publishes what the outbox holds."""
    relay = OutboxRelay(sessions, outbox, redis)

    async def work() -> None:
        # Until it is drained: an import writes more than one batch in a pause.
        while await relay.relay():
            pass

    return work
