"""Whether one search is better than another on the same queries, or lucky."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_RESAMPLES: Final = 10_000
_SEED: Final = 20_240_229


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of after - before, and the interval that holds it with 95 % confidence."""

    mean: float
    low: float
    high: float
    queries: int

    @property
    def is_worse(self) -> bool:
        return self.high < 0

    @property
    def is_better(self) -> bool:
        return self.low > 0


def paired_difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """A percentile bootstrap over queries: each counts with itself, as queries differ more than
    searches do. The same figures give the same interval.

    Raises:
        ValueError: without queries, or when the two are not as many.
    """
    if len(before) != len(after) or not before:
        raise ValueError("both searches need figures of the same queries")
    deltas = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    chosen = np.random.default_rng(_SEED).integers(0, len(deltas), (_RESAMPLES, len(deltas)))
    low, high = np.percentile(deltas[chosen].mean(axis=1), (2.5, 97.5))
    return Difference(float(deltas.mean()), float(low), float(high), len(deltas))
