"""Live figures in Redis: a hash for each ten seconds, into which every replica adds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deployments.search.application.live_ports import (
    SLOT_SECONDS,
    Recorded,
    ReplicaState,
    Slot,
)
from deployments.search.domain.live_figures import Figures
from deployments.shared.errors import Unavailable

_KEY: Final = "mercato:search:live:"
_REPLICA: Final = "replica:"
_KEPT_SLOTS: Final = 3600 // SLOT_SECONDS
# Nothing is added to a slot once this many more have begun.
_CLOSED_AFTER: Final = 2
# Replicas report every two seconds.
_SILENT_SECONDS: Final = 7


class RedisLiveStore:
    """Every time is Redis's own, so that replicas' clocks may differ."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._closed: dict[int, Figures] = {}

    async def add(self, replica: ReplicaState, counts: Mapping[str, int]) -> None:
        now = await self._now()
        key = f"{_KEY}{int(now) // SLOT_SECONDS}"
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name, times in counts.items():
                pipeline.hincrby(key, name, times)
            said = json.dumps({"at": now, "state": dict(replica.state)})
            pipeline.hset(key, f"{_REPLICA}{replica.deployment}:{replica.name}", said)
            pipeline.expire(key, (_KEPT_SLOTS + 2) * SLOT_SECONDS)
            await pipeline.execute()

    async def read(self) -> Recorded:
        """Raises ``Unavailable`` ``no_live_figures``."""
        try:
            return await self._read()
        except (RedisError, OSError) as error:
            raise Unavailable("no_live_figures", "Redis does not answer; try again") from error

    async def _read(self) -> Recorded:
        now = await self._now()
        last = int(now) // SLOT_SECONDS
        wanted = range(last - _KEPT_SLOTS + 1, last + 1)
        self._closed = {n: f for n, f in self._closed.items() if n in wanted}
        unread = [number for number in wanted if number not in self._closed]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for number in unread:
                pipeline.hgetall(f"{_KEY}{number}")
            hashes: list[dict[str, str]] = await pipeline.execute()
        found = dict(zip(unread, hashes, strict=True))
        figures = {number: _figures(fields) for number, fields in found.items()}
        self._closed |= {n: f for n, f in figures.items() if n < last - _CLOSED_AFTER}
        slots = [Slot(_moment(n * SLOT_SECONDS), self._closed.get(n) or figures[n]) for n in wanted]
        latest = found.get(last - 1, {}) | found.get(last, {})
        return Recorded(_moment(now), slots, _replicas(latest, since=now - _SILENT_SECONDS))

    async def _now(self) -> float:
        answer: Any = await self._redis.time()
        seconds, microseconds = answer
        return float(seconds + microseconds / 1e6)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _figures(fields: Mapping[str, str]) -> Figures:
    return Figures({k: int(v) for k, v in fields.items() if not k.startswith(_REPLICA)})


def _replicas(fields: Mapping[str, str], *, since: float) -> list[ReplicaState]:
    replicas = []
    for field, said in sorted(fields.items()):
        if field.startswith(_REPLICA):
            deployment, _, name = field.removeprefix(_REPLICA).partition(":")
            report = json.loads(said)
            if report["at"] >= since:
                replicas.append(ReplicaState(deployment, name, report["state"]))
    return replicas
