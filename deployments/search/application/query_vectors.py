"""The vector of a query within a deadline, or none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from deployments.search.application.ports import Embedded, Embedder

logger = logging.getLogger(__name__)

_FAILURES_TO_PAUSE = 5
_PAUSE_SECONDS = 5.0


class QueryVectors:
    """Remembers vectors, and stops asking an embedder that keeps failing for a few seconds, so
    that its absence does not cost every search the whole deadline."""

    def __init__(self, embedder: Embedder, *, timeout_seconds: float, cache_size: int) -> None:
        self._embedder = embedder
        self._timeout = timeout_seconds
        self._cache: OrderedDict[str, Embedded] = OrderedDict()
        self._cache_size = cache_size
        self._failures = 0
        self._paused_until = 0.0

    async def get(self, text: str) -> Embedded | None:
        """``vectors`` of shape (1, dimension); None when there is no answer in time."""
        if (known := self._cache.get(text)) is not None:
            self._cache.move_to_end(text)
            return known
        if time.monotonic() < self._paused_until:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                embedded = await self._embedder.query(text)
        except Exception as error:
            self._failed(error)
            return None
        self._failures = 0
        self._cache[text] = embedded
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return embedded

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        logger.warning("query not embedded", extra={"error": type(error).__name__})
        if self._failures >= _FAILURES_TO_PAUSE:
            self._failures = 0
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
