"""Answer a query by words and by meaning."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from deployments.search.application.ports import IndexVersion, Understanding, UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.term_frequencies import TermFrequencies
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Fusion, MeaningMatch, Ranked, TextMatch, fuse
from deployments.search.domain.result_page import (
    FacetCount,
    Sort,
    brand_counts,
    category_counts,
    ordered,
    page,
)
from deployments.search.domain.spelling import correction, is_word
from deployments.search.domain.term_weights import term_weights
from deployments.shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """``text_candidates`` and ``meaning_candidates`` bound what one search can find."""

    fusion: Fusion
    text_candidates: int
    meaning_candidates: int


@dataclass(frozen=True, slots=True)
class Found:
    """``corrected`` is the query that was searched when it was not the one typed."""

    query: str
    mode: Literal["hybrid", "lexical"]
    corrected: str | None = None
    version: IndexVersion | None = None
    rows: list[Ranked] = field(default_factory=list)
    cards: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    total: int = 0
    categories: list[FacetCount] = field(default_factory=list)
    brands: list[FacetCount] = field(default_factory=list)
    next: tuple[int, UUID] | None = None


def _with_frequency(
    candidates: Mapping[str, str], frequencies: Mapping[str, float]
) -> dict[str, float]:
    return {word: frequencies.get(lexeme, 0.0) for word, lexeme in candidates.items()}


class Search:
    """
    Args:
        language: common words of the language: never taken for a misspelling.
    """

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        vectors: QueryVectors,
        frequencies: TermFrequencies,
        options: SearchOptions,
        *,
        language: Collection[str],
    ) -> None:
        self._begin = begin
        self._vectors = vectors
        self._frequencies = frequencies
        self._options = options
        self._language = language

    async def __call__(
        self,
        raw: str,
        filters: Filters,
        *,
        sort: Sort = "relevance",
        limit: int = 24,
        after: tuple[int, UUID] | None = None,
    ) -> Found:
        """Raises ``Invalid`` ``empty_query``."""
        query = Query.of(raw)
        if query.is_empty:
            raise Invalid("empty_query", "type what you are looking for")
        if not query.has_words:
            return Found(query.text, "hybrid")
        meant, understanding = await self._understand(query)
        by_text, by_meaning = await asyncio.gather(
            self._by_text(meant, understanding, filters),
            self._by_meaning(meant, understanding.active, filters),
        )
        found = ordered(fuse(by_text, by_meaning or [], self._options.fusion), sort)
        rows, following = page(found, after, limit)
        return Found(
            query=query.text,
            mode="lexical" if by_meaning is None else "hybrid",
            corrected=None if meant == query else meant.text,
            version=understanding.active,
            rows=rows,
            cards=await self._cards(rows),
            total=len(found),
            categories=category_counts(found),
            brands=brand_counts(found),
            next=following,
        )

    async def _understand(self, query: Query) -> tuple[Query, Understanding]:
        """The query with misspellings corrected, and what the database makes of it."""
        async with self._begin() as work:
            understanding = await work.retrieval.understand(query)
            mistyped = [w for w in understanding.unknown if not is_word(w, self._language)]
            if not mistyped:
                return query, understanding
            near = await work.retrieval.near_words(mistyped)
            frequencies = await self._frequencies.get()
            corrections = {
                word: better
                for word in mistyped
                if (better := correction(word, _with_frequency(near.get(word, {}), frequencies)))
            }
            meant = query.corrected(corrections)
            if meant == query:
                return query, understanding
            return meant, await work.retrieval.understand(meant)

    async def _by_text(
        self, query: Query, understanding: Understanding, filters: Filters
    ) -> list[TextMatch]:
        frequencies = await self._frequencies.get()
        weights = term_weights(understanding.lexemes, frequencies, understanding.absent)
        async with self._begin() as work:
            return await work.retrieval.by_text(
                query,
                weights,
                filters,
                coverage_weight=self._options.fusion.coverage_weight,
                limit=self._options.text_candidates,
            )

    async def _by_meaning(
        self, query: Query, active: IndexVersion | None, filters: Filters
    ) -> list[MeaningMatch] | None:
        """None when the query has no vector that the active version understands."""
        if active is None:
            return None
        embedded = await self._vectors.get(query.text)
        if embedded is None or embedded.model != active.model:
            return None
        async with self._begin() as work:
            return await work.retrieval.by_meaning(
                active.id, embedded.vectors[0], filters, limit=self._options.meaning_candidates
            )

    async def _cards(self, rows: list[Ranked]) -> Mapping[UUID, Mapping[str, Any]]:
        if not rows:
            return {}
        async with self._begin() as work:
            return await work.retrieval.cards([row.facts.product_id for row in rows])
