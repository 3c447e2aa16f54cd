"""Listening to another service's events: by stream, and by cursor for what the stream lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table

from deployments.shared.events import Event
from deployments.shared.outbox_cursor import OutboxCursor
from deployments.shared.outbox_follower import Handler, OutboxFollower
from deployments.shared.outbox_routes import fetch_from
from deployments.shared.service_app import Platform
from deployments.shared.streams import StreamConsumer

_CATCH_UP_SECONDS: Final = 5.0


def subscribe(
    parts: Platform,
    *,
    source: str,
    topic: str,
    group: str,
    cursors: Table,
    handler: Handler,
    **stream_options: Any,
) -> OutboxFollower:
    """Hand the events of ``topic`` of the service ``source`` to ``handler``, each at least once.

    ``handler`` must change nothing when it sees an event again. ``stream_options`` are those of
    ``StreamConsumer``.
    """
    follower = OutboxFollower(
        OutboxCursor(parts.sessions, cursors, source, topic),
        fetch_from(parts.call(source), topic),
        handler,
    )

    async def handle(events: Sequence[Event]) -> None:
        await handler(events)
        await follower.note(events)

    consumer = StreamConsumer(parts.redis, topic, group, handle, **stream_options)
    parts.background.append((f"{topic} stream", 0.0, consumer.run))
    parts.background.append((f"{topic} outbox", _CATCH_UP_SECONDS, follower.catch_up))
    return follower
