"""A consumer group on a Redis stream: at least once, dead letters, made anew after a flush.

What a flushed Redis held arrives by cursor where events come from an outbox (``subscriptions``).
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from deployments.shared.events import Event, stream_name

logger = logging.getLogger(__name__)

_RAN_WELL_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 15.0
_FIRST_PATIENCE_SECONDS: Final = 0.03

Handler = Callable[[Sequence[Event]], Awaitable[None]]


class StreamConsumer:
    """Reads ``topic`` for ``group`` and hands batches to ``handler``.

    A batch is acknowledged after the handler returns. When a batch fails its events are tried
    one by one; one that still fails stays pending, is claimed again after ``claim_idle_ms`` and
    goes to the stream ``<topic>:dead`` after ``max_deliveries``.
    """

    def __init__(
        self,
        redis: Redis,
        topic: str,
        group: str,
        handler: Handler,
        *,
        batch_size: int = 100,
        block_ms: int = 1000,
        claim_idle_ms: int = 30_000,
        max_deliveries: int = 10,
    ) -> None:
        self._redis = redis
        self._stream = stream_name(topic)
        self._dead = f"{self._stream}:dead"
        self._group = group
        self._name = f"{socket.gethostname()}-{os.getpid()}-{id(self):x}"
        self._handler = handler
        self._batch_size = batch_size
        self._block_ms = block_ms
        self._claim_idle_ms = claim_idle_ms
        self._max_deliveries = max_deliveries

    async def run(self) -> None:
        """Consume until cancelled."""
        while True:
            try:
                await self.poll()
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._create_group()

    async def poll(self) -> int:
        """Handle stale deliveries, then one batch of new ones; the number handled."""
        handled = await self._handle(await self._claim())
        answer: Any = await self._redis.xreadgroup(
            self._group,
            self._name,
            {self._stream: ">"},
            count=self._batch_size,
            block=self._block_ms,
        )
        streams = answer.values() if isinstance(answer, dict) else [s[1] for s in answer or []]
        for entries in streams:
            # RESP3 nests each stream's entries in one more list.
            flat = entries[0] if entries and isinstance(entries[0], list) else entries
            handled += await self._handle(flat)
        return handled

    async def _create_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _claim(self) -> list[Any]:
        answer: Any = await self._redis.xautoclaim(
            self._stream,
            self._group,
            self._name,
            min_idle_time=self._claim_idle_ms,
            start_id="0-0",
            count=self._batch_size,
        )
        entries: list[Any] = [entry for entry in answer[1] if entry[1]]
        if not entries:
            return []
        pending: Any = await self._redis.xpending_range(
            self._stream, self._group, min="-", max="+", count=1000, consumername=self._name
        )
        deliveries = {item["message_id"]: item["times_delivered"] for item in pending}
        alive = []
        for entry_id, fields in entries:
            if deliveries.get(entry_id, 0) > self._max_deliveries:
                logger.error("event moved to dead letters", extra={"entry": entry_id})
                await self._redis.xadd(self._dead, fields)
                await self._redis.xack(self._stream, self._group, entry_id)
            else:
                alive.append((entry_id, fields))
        return alive

    async def _handle(self, entries: Sequence[Any]) -> int:
        if not entries:
            return 0
        try:
            await self._handler([Event.from_fields(fields) for _, fields in entries])
        except Exception:
            if len(entries) == 1:
                logger.exception("event not handled", extra={"entry": entries[0][0]})
                return 0
            return sum([await self._handle([entry]) for entry in entries])
        await self._redis.xack(self._stream, self._group, *[entry_id for entry_id, _ in entries])
        return len(entries)


async def run_forever(name: str, work: Callable[[], Awaitable[object]], *, pause: float) -> None:
    """Run ``work`` again and again: ``pause`` seconds apart, longer after failures in a row.

    Work that goes on by itself, as a consumer does, never succeeds: it has failed anew when it ran
    for a while.
    """
    delay = pause
    while True:
        began = time.monotonic()
        try:
            await work()
            delay = pause
        except Exception:
            logger.exception("background work failed", extra={"work": name})
            if time.monotonic() - began > _RAN_WELL_SECONDS:
                delay = pause
            delay = min(max(delay * 2, 0.5), _LONGEST_PAUSE_SECONDS)
        await asyncio.sleep(delay)


async def end_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel ``tasks`` until each has ended.

    Once is not enough: a cancellation that arrives while a library finishes a call or cleans up
    after one can be lost (until Python 3.12 by ``wait_for``, in which Redis' client sends), and
    the task would go on for ever. The second comes soon, later ones leave time to clean up.
    """
    pending = set(tasks)
    patience = _FIRST_PATIENCE_SECONDS
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=patience)
        patience = min(patience * 3, 1)
