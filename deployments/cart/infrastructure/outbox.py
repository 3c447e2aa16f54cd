from __future__ import annotations

from redis.asyncio import Redis

from deployments.shared.database import SessionFactory
from deployments.shared.outbox import OutboxReader, OutboxRelay
from models.cart import tables


def cart_outbox(sessions: SessionFactory, redis: Redis) -> OutboxRelay:
    """The relay of cart's own outbox."""
    return OutboxRelay(sessions, tables.outbox, redis)


def outbox_reader(sessions: SessionFactory) -> OutboxReader:
    return OutboxReader(sessions, tables.outbox)


# How far cart has read the outboxes of others.
cursors = tables.outbox_cursors
