"""The Redis stream between the events endpoint and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deployments.shared.errors import Unavailable
from deployments.shared.events import Event, stream_name

_STREAM_LENGTH = 200_000
_TIMEOUT_SECONDS = 2.0


class BehaviourStream:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def publish(self, events: Sequence[Event]) -> None:
        """Append all or none (one MULTI).

        Raises:
            Unavailable: Redis does not answer in time.
        """
        try:
            async with (
                asyncio.timeout(_TIMEOUT_SECONDS),
                self._redis.pipeline(transaction=True) as pipeline,
            ):
                for event in events:
                    fields: dict[Any, Any] = dict(event.to_fields())
                    pipeline.xadd(
                        stream_name(event.topic), fields, maxlen=_STREAM_LENGTH, approximate=True
                    )
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(
                "events_unavailable", "events cannot be taken at the moment; send them again"
            ) from error
