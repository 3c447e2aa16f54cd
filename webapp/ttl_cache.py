"""What all visitors see alike is asked for once in a while, not once a visitor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class TtlCache(Generic[T]):
    """The value of ``load``, at most ``seconds`` old; an error is raised and not kept.

    While a stale value is renewed in vain (the service is away) the stale one is given out.
    """

    def __init__(
        self,
        load: Callable[[], Awaitable[T]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._seconds = seconds
        self._clock = clock
        self._value: tuple[T, float] | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> T:
        if self._value and self._clock() - self._value[1] < self._seconds:
            return self._value[0]
        async with self._lock:
            if self._value and self._clock() - self._value[1] < self._seconds:
                return self._value[0]
            try:
                value = await self._load()
            except Exception:
                if self._value is None:
                    raise
                value = self._value[0]
            self._value = (value, self._clock())
            return value
