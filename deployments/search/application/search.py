"""Answer a query with a page of products."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from deployments.search.application.count_facets import CountFacets
from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory
from deployments.search.application.product_attributes import ProductAttributes
from deployments.search.application.retrieve import Retrieve
from deployments.search.domain.facets import FacetCounts, without_own_choice
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Ranked
from deployments.search.domain.result_page import Sort, ordered, page
from deployments.shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class Found:
    """``corrected`` is the query that was searched when it was not the one typed; ``prices`` the
    lowest and the highest."""

    query: str
    mode: Literal["hybrid", "lexical"]
    corrected: str | None = None
    version: IndexVersion | None = None
    rows: list[Ranked] = field(default_factory=list)
    cards: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    total: int = 0
    facets: list[FacetCounts] = field(default_factory=list)
    prices: tuple[int, int] | None = None
    next: tuple[int, UUID] | None = None


class Search:
    def __init__(
        self, begin: UnitOfWorkFactory, retrieve: Retrieve, attributes: ProductAttributes
    ) -> None:
        self._begin = begin
        self._retrieve = retrieve
        self._attributes = attributes
        self._count_facets = CountFacets(attributes)

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
        others = without_own_choice(filters)
        retrieved, *without = await asyncio.gather(
            self._retrieve(query, filters),
            *[self._retrieve(query, other) for other in others.values()],
        )
        found = ordered(retrieved.ranked, sort)
        table = await self._attributes.table([row.facts for row in found])
        chosen = {key: each.ranked for key, each in zip(others, without, strict=True)}
        rows, following = page(found, after, limit)
        prices = [row.facts.price for row in found]
        return Found(
            query=query.text,
            mode=retrieved.mode,
            corrected=None if retrieved.meant == query else retrieved.meant.text,
            version=retrieved.version,
            rows=rows,
            cards=await self._cards(rows),
            total=len(found),
            facets=await self._count_facets(found, table, chosen),
            prices=(min(prices), max(prices)) if prices else None,
            next=following,
        )

    async def _cards(self, rows: list[Ranked]) -> Mapping[UUID, Mapping[str, Any]]:
        if not rows:
            return {}
        async with self._begin() as work:
            return await work.retrieval.cards([row.facts.product_id for row in rows])
