"""Cutting tokenised texts into batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deployments.search.infrastructure.engine import Batching

Places = list[int]


def length_sorted(lengths: Sequence[int], batching: Batching) -> list[Places]:
    """Places in ``lengths``, of like length together and the longest first: a batch costs its
    longest text times its size, and what does not fit into memory fails at once. A text longer
    than the token budget is a batch of its own."""
    batches: list[Places] = []
    widest = 0
    for place in np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable").tolist():
        batch = batches[-1] if batches else None
        if (
            batch is None
            or len(batch) >= batching.texts
            or (len(batch) + 1) * widest > batching.tokens
        ):
            batch = []
            batches.append(batch)
            widest = max(1, lengths[place])
        batch.append(place)
    return batches
