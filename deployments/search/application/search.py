"""Answer a query with a page of products."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from deployments.search.application.answer_query import Answer, AnswerQuery
from deployments.search.application.count_facets import count_facets
from deployments.search.application.find_alternatives import FindAlternatives
from deployments.search.application.likelier_spelling import LikelierSpelling
from deployments.search.application.past_queries import PastQueries
from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory
from deployments.search.domain.facets import FacetCounts
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import MatchedBy, Ranked
from deployments.search.domain.relaxation import Values
from deployments.search.domain.result_page import Sort, ordered, page
from deployments.search.domain.understanding import Chip
from deployments.search.domain.why import Asked, Reason, reasons
from deployments.shared.errors import Invalid

# A query that finds no more than these may have been misspelt.
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """``card``: JSON."""

    card: str
    currency: str
    score: float
    matched_by: Sequence[MatchedBy]
    why: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Alternatives:
    relaxed: Values
    label: str
    hits: list[Hit]
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """``searched`` is the query without what ``chips`` say, ``corrected`` the query without its
    misspellings when there were any, ``did_you_mean`` another one to ask; ``prices`` the lowest
    and the highest; ``alternatives`` when nothing was found."""

    query: str
    searched: str
    mode: Literal["hybrid", "lexical"]
    corrected: str | None = None
    did_you_mean: str | None = None
    chips: Sequence[Chip] = ()
    version: IndexVersion | None = None
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    alternatives: Alternatives | None = None
    facets: list[FacetCounts] = field(default_factory=list)
    prices: tuple[int, int] | None = None
    next: tuple[int, UUID] | None = None


class Search:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        answer: AnswerQuery,
        find_alternatives: FindAlternatives,
        likelier: LikelierSpelling,
        past_queries: PastQueries,
    ) -> None:
        self._begin = begin
        self._answer = answer
        self._find_alternatives = find_alternatives
        self._likelier = likelier
        self._past_queries = past_queries

    async def __call__(
        self,
        raw: str,
        filters: Filters,
        *,
        literal: Collection[str] = (),
        sort: Sort = "relevance",
        limit: int = 24,
        after: tuple[int, UUID] | None = None,
    ) -> Found:
        """
        Args:
            literal: words of the query that are no filter, whatever they may mean.

        Raises ``Invalid`` ``empty_query``.
        """
        query = Query.of(raw)
        if query.is_empty:
            raise Invalid("empty_query", "type what you are looking for")
        if not query.has_words:
            return Found(query.text, query.text, "hybrid")
        answer = await self._answer(query, filters, literal)
        found, corrected = answer.found.ranked, answer.corrected(query)
        rows, following = page(ordered(found, sort), after, limit)
        prices = [row.facts.price for row in found]
        if is_first := after is None:
            self._past_queries.note(corrected or query, len(found))
        return Found(
            query=query.text,
            searched=answer.said.rest,
            mode=answer.retrieved.mode,
            corrected=corrected.text if corrected else None,
            did_you_mean=await self._other_spelling(query, answer) if is_first else None,
            chips=answer.chips,
            version=answer.retrieved.version,
            hits=await self._hits(rows, answer.retrieved.asked),
            total=len(found),
            alternatives=await self._alternatives(answer) if is_first and not found else None,
            facets=count_facets(answer.found, answer.but_for),
            prices=(min(prices), max(prices)) if prices else None,
            next=following,
        )

    def asked_again(self, searched: str, total: int) -> None:
        """Somebody got an answer that was made for another."""
        self._past_queries.note(Query(searched), total)

    async def _hits(self, rows: Sequence[Ranked], asked: Asked) -> list[Hit]:
        if not rows:
            return []
        async with self._begin() as work:
            ids = [row.facts.product_id for row in rows]
            shown = await work.pages.cards(ids, asked.looked_for)
        return [
            Hit(
                each.card,
                each.currency,
                row.score,
                row.matched_by,
                reasons(asked, row.matched_by, each.weights, row.facts.brand),
            )
            for row in rows
            if (each := shown.get(row.facts.product_id)) is not None
        ]

    async def _other_spelling(self, query: Query, answer: Answer) -> str | None:
        """Of a query that found little as it was typed."""
        if len(answer.found.ranked) > _FEW or answer.corrected(query) is not None:
            return None
        if any("exact" in row.matched_by for row in answer.found.ranked):
            return None
        other = await self._likelier(query)
        return other.text if other is not None and other != query else None

    async def _alternatives(self, answer: Answer) -> Alternatives | None:
        nearest = await self._find_alternatives(
            answer.retrieved.meant, answer.said, answer.currency
        )
        if nearest is None:
            return None
        hits = await self._hits(nearest.rows, nearest.asked)
        return Alternatives(nearest.relaxed, nearest.label, hits, nearest.total)
