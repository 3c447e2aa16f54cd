"""Ask whether another spelling was meant, of a query that found little."""

from __future__ import annotations

from collections.abc import Collection

from deployments.search.application.document_counts import DocumentCounts
from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.domain.query import Query
from deployments.search.domain.spelling import is_word, likelier


class LikelierSpelling:
    """Of words that the shop has but hardly ever: those it has not are corrected anyway.

    Args:
        language: common words of the language: meant as they are.
    """

    def __init__(
        self, begin: UnitOfWorkFactory, counts: DocumentCounts, *, language: Collection[str]
    ) -> None:
        self._begin = begin
        self._counts = counts
        self._language = language

    async def __call__(self, query: Query) -> Query | None:
        doubtful = [word for word in query.correctable if not is_word(word, self._language)]
        if not doubtful:
            return None
        async with self._begin() as work:
            near = await work.retrieval.near_words(doubtful)
        counts, _ = await self._counts.get(
            {lexeme for others in near.values() for lexeme in others.values()}
        )
        better = {
            word: other
            for word, others in near.items()
            if (other := likelier(word, others, counts)) is not None
        }
        return query.corrected(better) if better else None
