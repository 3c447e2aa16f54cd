"""Find and rank the products that a query means: by words and by meaning at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Literal

from deployments.search.application.correct_spelling import CorrectSpelling
from deployments.search.application.document_counts import DocumentCounts
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.known_synonyms import KnownSynonyms
from deployments.search.application.ports import IndexVersion, Understanding, UnitOfWorkFactory
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import (
    Fusion,
    MeaningMatch,
    Ranked,
    Scored,
    TextMatch,
    fuse,
)
from deployments.search.domain.synonym_terms import with_synonyms
from deployments.search.domain.synonyms import Alternative
from deployments.search.domain.term_weights import weighted_terms
from deployments.search.domain.why import Asked


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """``text_candidates`` and ``meaning_candidates`` bound what one search can find."""

    fusion: Fusion
    text_candidates: int
    meaning_candidates: int


@dataclass(frozen=True, slots=True)
class Retrieved:
    """``ranked`` best first. ``meant`` is the query that was searched: the one typed, or with
    misspellings corrected; ``asked`` is what of it was looked for by text."""

    meant: Query
    asked: Asked
    mode: Literal["hybrid", "lexical"]
    version: IndexVersion | None
    ranked: list[Ranked]


class Retrieve:
    """
    Args:
        active: the index version to search.
        language: common words of the language: never taken for a misspelling.
        synonyms: what else may stand for a word.
    """

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        vectors: QueryVectors,
        products: KnownProducts,
        active: Callable[[], Awaitable[IndexVersion | None]],
        options: RetrievalOptions,
        *,
        language: Collection[str],
        synonyms: KnownSynonyms | None = None,
    ) -> None:
        self._begin = begin
        self._vectors = vectors
        self._products = products
        self._active = active
        self._options = options
        self._counts = DocumentCounts(begin)
        self._correct = CorrectSpelling(begin, self._counts, language=language)
        self._synonyms = synonyms

    async def __call__(
        self, query: Query, filters: Filters, *, literal: Collection[str] = ()
    ) -> Retrieved:
        """
        Args:
            literal: words of the query that are searched as they are typed.
        """
        active = await self._active()
        if active is not None:
            # Most queries are meant as they are typed, so the model may begin at once.
            self._vectors.prepare(query.text, active.ref)
        meant, understanding = await self._correct(query, literal)
        by_text, by_meaning = await asyncio.gather(
            self._by_text(meant, understanding, filters),
            self._by_meaning(meant, active, filters),
        )
        return Retrieved(
            meant=meant,
            asked=Asked(meant.text, understanding.lexemes, self._alternatives(understanding)),
            mode="lexical" if by_meaning is None else "hybrid",
            version=active,
            ranked=await self._products.ranked(
                fuse(by_text, by_meaning or [], self._options.fusion)
            ),
        )

    async def _by_text(
        self, query: Query, understanding: Understanding, filters: Filters
    ) -> list[TextMatch]:
        alternatives = self._alternatives(understanding)
        others = [lexeme for each in alternatives for lexeme in each.lexemes]
        counts, total = await self._counts.get([*understanding.lexemes, *others])
        terms = weighted_terms(understanding.lexemes, counts, total)
        terms = with_synonyms(terms, alternatives, counts)
        async with self._begin() as work:
            return await work.retrieval.by_text(
                query,
                terms,
                filters,
                coverage_weight=self._options.fusion.coverage_weight,
                limit=self._options.text_candidates,
            )

    def _alternatives(self, understanding: Understanding) -> list[Alternative]:
        if self._synonyms is None:
            return []
        return self._synonyms.current.alternatives(understanding.lexemes)

    async def nearest(self, query: Query, *, limit: int, min_similarity: float) -> list[Ranked]:
        """What is nearest in meaning, however far; best first."""
        near = await self._by_meaning(query, await self._active(), Filters()) or []
        near.sort(key=lambda match: -match.similarity)
        return await self._products.ranked(
            [
                Scored(match.product_id, match.similarity, ("meaning",))
                for match in near[:limit]
                if match.similarity >= min_similarity
            ]
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
