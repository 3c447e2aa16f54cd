"""Whether a shop has what was asked for, or only something that shares a word with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deployments.search.domain.ranking import Ranked


@dataclass(frozen=True, slots=True)
class GoodMatch:
    """
    Args:
        coverage: part of the query's words that a product found by text alone must hold.
        similarity: what one found by meaning alone must reach.
    """

    coverage: float
    similarity: float

    def among(self, ranked: Iterable[Ranked]) -> bool:
        """One good match vouches for the rest of the list."""
        return any(self._is_good(row) for row in ranked)

    def _is_good(self, row: Ranked) -> bool:
        if "exact" in row.matched_by or ("text" in row.matched_by and "meaning" in row.matched_by):
            return True
        return row.coverage >= self.coverage or row.similarity >= self.similarity
