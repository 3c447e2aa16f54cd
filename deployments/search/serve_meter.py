"""Counts what a replica of the Embedder does, and reports it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from redis.asyncio import Redis

from deployments.search.application.report_live import REPORT_SECONDS, LiveRecorder
from deployments.search.infrastructure.live_store import RedisLiveStore
from deployments.shared.ids import new_id
from deployments.shared.settings import PlatformSettings
from deployments.shared.streams import run_forever

_REDIS_SECONDS: Final = 3.0


class EmbedderMeter:
    """Made in the replica's event loop. ``settings`` are what it runs with just now; ``at_once``
    is how many queries the engine takes at a time where it takes them one by one."""

    def __init__(self, engine: str) -> None:
        self.settings: dict[str, float] = {}
        self.at_once: int | None = None
        self._engine = engine
        self._ongoing = 0
        self._in_batch = 0
        self._recorder = LiveRecorder("embedder", str(new_id()), state=self._state)
        redis = Redis.from_url(
            PlatformSettings().redis_url,
            decode_responses=True,
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
        )
        store = RedisLiveStore(redis)
        self._reporting = asyncio.create_task(
            run_forever("live figures", lambda: self._recorder.report(store), pause=REPORT_SECONDS)
        )

    @contextmanager
    def query(self) -> Iterator[None]:
        """Around a query, from its arrival to its answer."""
        self._ongoing += 1
        try:
            yield
        finally:
            self._ongoing -= 1

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        """Around a batch of queries that is being answered."""
        self._in_batch += size
        try:
            yield
        finally:
            self._in_batch -= size

    def encoded(self, size: int, seconds: float) -> None:
        """The model took ``seconds`` for ``size`` queries."""
        self._recorder.encoded_queries(size, seconds)

    def encoded_documents(self, size: int) -> None:
        self._recorder.encoded_documents(size)

    def _state(self) -> Mapping[str, Any]:
        return {
            "ongoing": self._ongoing,
            "waiting": max(0, self._ongoing - (self.at_once or self._in_batch)),
            "engine": self._engine,
            "settings": self.settings,
        }
