"""One call for many callers: those that ask while calls are under way go together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

Fetch = Callable[[list[K]], Awaitable[Mapping[K, V]]]


class _Batch(Generic[K, V]):
    def __init__(self) -> None:
        self.keys: set[K] = set()
        self.task: asyncio.Task[Mapping[K, V]]


class Batches(Generic[K, V]):
    """Each answer was fetched after it was asked for: nothing is remembered.

    Args:
        fetch: gets the values of at most ``size`` keys, leaving out unknown ones.
        calls: how many calls may be under way.
    """

    def __init__(self, fetch: Fetch[K, V], *, size: int, calls: int) -> None:
        self._fetch = fetch
        self._size = size
        self._free = asyncio.Semaphore(calls)
        self._open: _Batch[K, V] | None = None

    async def get(self, keys: Collection[K]) -> dict[K, V]:
        """The values of ``keys``, of which there are at most ``size``."""
        batch = self._open
        if batch is None or len(batch.keys.union(keys)) > self._size:
            batch = self._open = _Batch()
            batch.task = asyncio.create_task(self._run(batch))
            batch.task.add_done_callback(_forget)
        batch.keys.update(keys)
        # Who gives up waiting must not take the answer away from the others.
        values = await asyncio.shield(batch.task)
        return {key: values[key] for key in keys if key in values}

    async def _run(self, batch: _Batch[K, V]) -> Mapping[K, V]:
        async with self._free:
            if self._open is batch:
                self._open = None
            return await self._fetch(list(batch.keys))


def _forget(task: asyncio.Task[object]) -> None:
    if not task.cancelled():
        # All who waited may have given up.
        task.exception()
