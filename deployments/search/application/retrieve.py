"""Find and rank the products that a query means: by words and by meaning at once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from deployments.search.application.ports import IndexVersion, Understanding, UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.term_frequencies import TermFrequencies
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Fusion, MeaningMatch, Ranked, TextMatch, fuse
from deployments.search.domain.spelling import correction, is_word
from deployments.search.domain.term_weights import term_weights


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """``text_candidates`` and ``meaning_candidates`` bound what one search can find."""

    fusion: Fusion
    text_candidates: int
    meaning_candidates: int


@dataclass(frozen=True, slots=True)
class Retrieved:
    """``ranked`` best first. ``meant`` is the query that was searched: the one typed, or with
    misspellings corrected."""

    meant: Query
    mode: Literal["hybrid", "lexical"]
    version: IndexVersion | None
    ranked: list[Ranked]


def _with_frequency(
    candidates: Mapping[str, str], frequencies: Mapping[str, float]
) -> dict[str, float]:
    return {word: frequencies.get(lexeme, 0.0) for word, lexeme in candidates.items()}


class Retrieve:
    """
    Args:
        language: common words of the language: never taken for a misspelling.
    """

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        vectors: QueryVectors,
        frequencies: TermFrequencies,
        options: RetrievalOptions,
        *,
        language: Collection[str],
    ) -> None:
        self._begin = begin
        self._vectors = vectors
        self._frequencies = frequencies
        self._options = options
        self._language = language

    async def __call__(self, query: Query, filters: Filters) -> Retrieved:
        meant, understanding = await self._understand(query)
        by_text, by_meaning = await asyncio.gather(
            self._by_text(meant, understanding, filters),
            self._by_meaning(meant, understanding.active, filters),
        )
        return Retrieved(
            meant=meant,
            mode="lexical" if by_meaning is None else "hybrid",
            version=understanding.active,
            ranked=fuse(by_text, by_meaning or [], self._options.fusion),
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
        embedded = await self._vectors.get(query.text, active.ref)
        if embedded is None or embedded.model != active.model:
            return None
        async with self._begin() as work:
            return await work.retrieval.by_meaning(
                active.id, embedded.vectors[0], filters, limit=self._options.meaning_candidates
            )
