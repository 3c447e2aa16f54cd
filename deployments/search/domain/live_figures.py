"""Counts and distributions that many replicas add up, and what can be read from the sums."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

# A bucket is 12 % wide: what is read from it is right within 6 %.
_GROWTH: Final = math.log(1.12)
_SMALLEST: Final = 1e-3
_BETWEEN: Final = "|"


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of ``count`` values."""

    p50: float
    p95: float
    p99: float
    count: int


def _bucket(value: float) -> int:
    return round(math.log(max(value, _SMALLEST)) / _GROWTH)


class Figures:
    """Counts by name. A distribution is a count for each of its buckets, so that distributions
    are added as counts are."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self.counts: Counter[str] = Counter(counts or {})

    def count(self, name: str, times: int = 1) -> None:
        self.counts[name] += times

    def observe(self, name: str, value: float, times: int = 1) -> None:
        """``value`` > 0, kept within 6 %."""
        self.counts[f"{name}{_BETWEEN}{_bucket(value)}"] += times

    def observe_exactly(self, name: str, value: int) -> None:
        """For values of which there are few, such as sizes."""
        self.counts[f"{name}{_BETWEEN}{value}"] += 1

    def take(self) -> Counter[str]:
        """What was counted since the last time."""
        taken, self.counts = self.counts, Counter()
        return taken

    def total(self, name: str) -> int:
        return self.counts[name]

    def values(self, name: str) -> list[tuple[int, int]]:
        """(value, times) of what was observed exactly, smallest first."""
        start = f"{name}{_BETWEEN}"
        found = [
            (int(key.removeprefix(start)), times)
            for key, times in self.counts.items()
            if key.startswith(start) and times > 0
        ]
        return sorted(found)

    def spread(self, name: str) -> Spread | None:
        """None when nothing was observed."""
        buckets = self.values(name)
        count = sum(times for _, times in buckets)
        if not count:
            return None

        def percentile(share: float) -> float:
            reached = 0
            for bucket, times in buckets:
                reached += times
                if reached >= share * count:
                    return math.exp(bucket * _GROWTH)
            raise AssertionError("unreachable")

        return Spread(percentile(0.5), percentile(0.95), percentile(0.99), count)


def summed(parts: Iterable[Figures]) -> Figures:
    whole = Figures()
    for part in parts:
        whole.counts.update(part.counts)
    return whole
