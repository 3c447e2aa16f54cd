"""Counts of wrong passwords in this process, while Redis does not answer."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

FORGOTTEN_AFTER_SECONDS: Final = 3600
_CAPACITY: Final = 50_000


@dataclass
class _Count:
    wrong: int = 0
    blocked_until: float = 0.0
    blocked_by: str = ""
    last_at: float = 0.0


class GuessMemory:
    """Times are of ``clock``, in seconds."""

    def __init__(
        self,
        first_seconds: float,
        longest_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def take(self, guess: str, keys: Sequence[str], free: Sequence[int]) -> float:
        """0 when the guess may be checked, else the seconds to wait."""
        now = self._clock()
        counts = [self._count(key, now) for key in keys]
        wait = max(count.blocked_until - now for count in counts)
        if wait > 0:
            return wait
        for count, allowed in zip(counts, free, strict=True):
            count.wrong += 1
            count.last_at = now
            over = count.wrong - allowed
            if over >= 0:
                pause = min(self._first_seconds * 2 ** min(over, 30), self._longest_seconds)
                count.blocked_until, count.blocked_by = now + pause, guess
        return 0.0

    def give_back(self, key: str, guess: str) -> None:
        count = self._count(key, self._clock())
        count.wrong = max(0, count.wrong - 1)
        if count.blocked_by == guess:
            count.blocked_until = 0.0

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)

    def _count(self, key: str, now: float) -> _Count:
        count = self._counts.get(key)
        if count is None or now - count.last_at > FORGOTTEN_AFTER_SECONDS:
            count = self._counts[key] = _Count(last_at=now)
        self._counts.move_to_end(key)
        while len(self._counts) > _CAPACITY:
            self._counts.popitem(last=False)
        return count
