"""What a step of a load measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# More than this share of failures, or of requests that were not answered in the step, is no
# success whatever the latency of the others.
_ALLOWED_FAILURES: Final = 0.005
_LEAST_ACHIEVED: Final = 0.9


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of the values do not exceed; NaN without values."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass
class Step:
    """``rate`` requests a second were due for ``seconds``. ``latencies`` (ms) count from the
    moment a request was due, so that what waits to be sent is waiting too. ``unsent``: the most
    requests in flight at once was reached. ``replicas`` and ``cores_busy`` (0..1 of the machine)
    were looked at meanwhile."""

    rate: float
    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    unsent: int = 0
    replicas: dict[str, int] = field(default_factory=dict)
    cores_busy: float = math.nan
    own_cores: float = math.nan
    mean_batch: float = math.nan
    encode_ms: float = math.nan
    cache_hits: float = math.nan

    @property
    def due(self) -> int:
        return sum(self.statuses.values()) + self.unsent

    @property
    def answered(self) -> int:
        return self.statuses["200"]

    @property
    def failed(self) -> int:
        return self.due - self.answered

    @property
    def throughput(self) -> float:
        """Answers a second, over the time that all of them took."""
        return self.answered / self.seconds if self.seconds else 0.0

    @property
    def without_meaning(self) -> float:
        total = sum(self.modes.values())
        return self.modes["lexical"] / total if total else math.nan

    @property
    def mean_ms(self) -> float:
        return sum(self.latencies) / len(self.latencies) if self.latencies else math.nan

    def p(self, share: float) -> float:
        return percentile(self.latencies, share)

    def meets(self, target_p95_ms: float) -> bool:
        if not self.answered or self.failed > _ALLOWED_FAILURES * self.due:
            return False
        if self.throughput < _LEAST_ACHIEVED * self.due / self.seconds:
            return False
        return self.p(0.95) <= target_p95_ms
