"""What a shopper may be about to type."""

from __future__ import annotations

from typing import Final

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.search.application.suggestion_ports import Suggestion
from deployments.search.application.vocabularies import Vocabularies
from deployments.search.domain.query import Query
from deployments.search.domain.spelling import begins_like, can_be_mistyped

_CATEGORIES: Final = 3


class Suggest:
    def __init__(self, begin: UnitOfWorkFactory, vocabularies: Vocabularies) -> None:
        self._begin = begin
        self._vocabularies = vocabularies

    async def __call__(self, typed: str, limit: int) -> list[Suggestion]:
        """Categories, queries others asked, products; of a misspelt beginning when nothing
        starts as it was typed."""
        query = Query.of(typed)
        if not query.has_words:
            return []
        if found := await self._starting(query.folded, limit):
            return found
        other = await self._respelt(query)
        return await self._starting(other, limit) if other is not None else []

    async def _starting(self, folded: str, limit: int) -> list[Suggestion]:
        categories = [
            Suggestion("category", reading.label, reading.value)
            for reading in self._vocabularies.current.categories_starting(folded)
        ]
        async with self._begin() as work:
            others = await work.suggestions.starting(folded, limit=limit)
        return [*categories[:_CATEGORIES], *others][:limit]

    async def _respelt(self, query: Query) -> str | None:
        """The last word, which may not be all typed, as a word of the catalogue begins."""
        *before, last = query.folded.split()
        if not can_be_mistyped(last):
            return None
        async with self._begin() as work:
            near = await work.suggestions.words_like(last)
        for word in near:
            if begins_like(word, last):
                return " ".join([*before, word])
        return None
