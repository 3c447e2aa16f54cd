"""The vector of a query within a deadline, or none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from deployments.search.application.ports import Embedded, Embedder, ModelRef

logger = logging.getLogger(__name__)

_FAILURES_TO_PAUSE = 5
_PAUSE_SECONDS = 5.0

_Key = tuple[ModelRef | None, str]


class QueryVectors:
    """Remembers vectors, asks once for what several wait for, and stops asking an embedder that
    keeps failing for a few seconds, so that its absence does not cost every search the whole
    deadline.

    ``hits`` were remembered, ``misses`` were not (those among them that waited for another's
    answer are ``shared``), ``fallbacks`` ended without a vector.
    """

    def __init__(self, embedder: Embedder, *, timeout_seconds: float, cache_size: int) -> None:
        self.hits = 0
        self.misses = 0
        self.shared = 0
        self.fallbacks = 0
        self._embedder = embedder
        self._timeout = timeout_seconds
        self._cache: OrderedDict[_Key, Embedded] = OrderedDict()
        self._cache_size = cache_size
        self._asked: dict[_Key, asyncio.Task[Embedded | None]] = {}
        self._failures = 0
        self._paused_until = 0.0
        self._prepared: set[_Key] = set()

    async def get(self, text: str, model: ModelRef | None = None) -> Embedded | None:
        """``vectors`` of shape (1, dimension); None when there is no answer in time."""
        key = (model, text)
        if (known := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            if key in self._prepared:
                self._prepared.discard(key)
                self.misses += 1
            else:
                self.hits += 1
            return known
        self.misses += 1
        embedded = await self._shared_answer(key)
        if embedded is None:
            self.fallbacks += 1
        return embedded

    def prepare(self, text: str, model: ModelRef) -> None:
        """Ask for a vector that is probably wanted soon, without waiting for it."""
        key = (model, text)
        known = key in self._cache or key in self._asked
        if not known and self._cache_size and not self._is_paused:
            self._start(key)
            if len(self._prepared) > self._cache_size:
                # Queries that were corrected are never asked for.
                self._prepared.clear()
            self._prepared.add(key)

    @property
    def _is_paused(self) -> bool:
        return time.monotonic() < self._paused_until

    def _start(self, key: _Key) -> asyncio.Task[Embedded | None]:
        asked = asyncio.create_task(self._ask(key))
        self._asked[key] = asked
        asked.add_done_callback(lambda _: self._asked.pop(key, None))
        return asked

    async def _shared_answer(self, key: _Key) -> Embedded | None:
        asked = self._asked.get(key)
        if asked is None:
            self._prepared.discard(key)
            if self._is_paused:
                return None
            asked = self._start(key)
        elif key in self._prepared:
            self._prepared.discard(key)
        else:
            self.shared += 1
        # Whoever goes away leaves the answer to those who still wait for it.
        return await asyncio.shield(asked)

    async def _ask(self, key: _Key) -> Embedded | None:
        model, text = key
        try:
            async with asyncio.timeout(self._timeout):
                embedded = await self._embedder.query(text, model)
        except Exception as error:
            self._failed(error)
            return None
        self._failures = 0
        self._cache[key] = embedded
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return embedded

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        logger.warning("query not embedded", extra={"error": type(error).__name__})
        if self._failures >= _FAILURES_TO_PAUSE:
            self._failures = 0
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
