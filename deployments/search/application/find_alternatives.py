"""What comes nearest when nothing satisfies a search, and which condition stood in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deployments.search.application.retrieve import Retrieve
from deployments.search.domain.good_match import GoodMatch
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Ranked
from deployments.search.domain.relaxation import Condition, Values, conditions, label
from deployments.search.domain.understanding import Understood
from deployments.search.domain.why import Asked

_SHOWN: Final = 12
# Each costs a search.
_TRIED: Final = 6
_NEAR: Final = "nothing quite like it; these come nearest"


@dataclass(frozen=True, slots=True)
class Nearest:
    """``relaxed``: the conditions given up; empty: nothing in the shop is like the query."""

    relaxed: Values
    label: str
    rows: Sequence[Ranked]
    total: int
    asked: Asked


class FindAlternatives:
    """
    Args:
        min_similarity: what is less near in meaning is not shown.
    """

    def __init__(self, retrieve: Retrieve, *, good: GoodMatch, min_similarity: float) -> None:
        self._retrieve = retrieve
        self._good = good
        self._min_similarity = min_similarity

    async def __call__(
        self, query: Query, said: Understood, currency: str | None
    ) -> Nearest | None:
        given = conditions(said.filters, said.chips, currency)
        return (
            await self._without_one(query, given)
            or await self._without_all(query, given)
            or await self._near(query)
        )

    async def _without_one(self, query: Query, given: Sequence[Condition]) -> Nearest | None:
        """Of several the one without which the best is found."""
        tried = given[:_TRIED]
        answers = await asyncio.gather(*[self._retrieve(query, each.without) for each in tried])
        found = [
            (condition, answer)
            for condition, answer in zip(tried, answers, strict=True)
            if self._good.among(answer.ranked)
        ]
        if not found:
            return None
        condition, answer = max(found, key=lambda pair: pair[1].ranked[0].score)
        rows = answer.ranked
        return Nearest(condition.values, label([condition]), rows[:_SHOWN], len(rows), answer.asked)

    async def _without_all(self, query: Query, given: Sequence[Condition]) -> Nearest | None:
        if len(given) < 2:
            return None
        answer = await self._retrieve(query, Filters())
        rows = answer.ranked
        if not self._good.among(rows):
            return None
        relaxed = tuple(value for condition in given for value in condition.values)
        return Nearest(relaxed, label(given), rows[:_SHOWN], len(rows), answer.asked)

    async def _near(self, query: Query) -> Nearest | None:
        rows = await self._retrieve.nearest(
            query, limit=_SHOWN, min_similarity=self._min_similarity
        )
        return Nearest((), _NEAR, rows, len(rows), Asked(query.text, ())) if rows else None
