"""What a shopper may be about to type."""

from __future__ import annotations

from deployments.search.application.ports import Suggestion, UnitOfWorkFactory
from deployments.search.domain.query import Query


class Suggest:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, typed: str, limit: int) -> list[Suggestion]:
        query = Query.of(typed)
        if not query.has_words:
            return []
        async with self._begin() as work:
            return await work.retrieval.suggest(query.folded, limit=limit)
