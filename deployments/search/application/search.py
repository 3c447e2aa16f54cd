"""Answer a query with a page of products."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from deployments.search.application.count_facets import count_facets
from deployments.search.application.decide_chips import decide_chips
from deployments.search.application.ports import IndexVersion, UnitOfWorkFactory
from deployments.search.application.product_attributes import ProductAttributes
from deployments.search.application.results import Results
from deployments.search.application.retrieve import Retrieve, Retrieved
from deployments.search.application.vocabularies import Vocabularies
from deployments.search.domain.facets import FacetCounts, without_own_choice
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import Ranked
from deployments.search.domain.result_page import Sort, ordered, page
from deployments.search.domain.understanding import Chip, Understood, guesses, understand
from deployments.shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class Found:
    """``searched`` is the query without what ``chips`` say, ``corrected`` the query without its
    misspellings when there were any; ``prices`` the lowest and the highest."""

    query: str
    searched: str
    mode: Literal["hybrid", "lexical"]
    corrected: str | None = None
    chips: Sequence[Chip] = ()
    version: IndexVersion | None = None
    rows: list[Ranked] = field(default_factory=list)
    cards: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    total: int = 0
    facets: list[FacetCounts] = field(default_factory=list)
    prices: tuple[int, int] | None = None
    next: tuple[int, UUID] | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was ``found`` and meant; ``but_for``: what would be found without the choice in a
    facet, by the facet."""

    retrieved: Retrieved
    chips: Sequence[Chip]
    found: Results
    but_for: Mapping[tuple[str, str], Results]


class Search:
    """
    Args:
        chip_share: the share of the best results that must agree for a name to be a filter.
    """

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        retrieve: Retrieve,
        attributes: ProductAttributes,
        vocabularies: Vocabularies,
        *,
        chip_share: float,
    ) -> None:
        self._begin = begin
        self._retrieve = retrieve
        self._attributes = attributes
        self._vocabularies = vocabularies
        self._chip_share = chip_share

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
        currency = self._vocabularies.current.currency
        said = understand(query.text, currency, filters, literal)
        answer = await self._answer(said, literal)
        found = answer.found.ranked
        rows, following = page(ordered(found, sort), after, limit)
        prices = [row.facts.price for row in found]
        return Found(
            query=query.text,
            searched=said.rest,
            mode=answer.retrieved.mode,
            corrected=_corrected(query, Query(said.rest), answer.retrieved.meant),
            chips=answer.chips,
            version=answer.retrieved.version,
            rows=rows,
            cards=await self._cards(rows),
            total=len(found),
            facets=count_facets(answer.found, answer.but_for),
            prices=(min(prices), max(prices)) if prices else None,
            next=following,
        )

    async def _answer(self, said: Understood, literal: Collection[str]) -> _Answer:
        query, others = Query(said.rest), without_own_choice(said.filters)
        retrieved, *without = await asyncio.gather(
            self._retrieve(query, said.filters),
            *[self._retrieve(query, other) for other in others.values()],
        )
        results = await Results.of(retrieved.ranked, self._attributes)
        vocabulary = self._vocabularies.current
        guessed = guesses(retrieved.meant.text, vocabulary, said.filters, literal)
        decided = decide_chips(guessed, results, self._chip_share)
        meant = decided.readings
        but_for = {each.facet: results.where(m for m in meant if m is not each) for each in meant}
        for facet, each in zip(others, without, strict=True):
            but_for[facet] = (await Results.of(each.ranked, self._attributes)).where(meant)
        chips = (*said.chips, *decided.chips)
        return _Answer(retrieved, chips, results.where(meant), but_for)

    async def _cards(self, rows: list[Ranked]) -> Mapping[UUID, Mapping[str, Any]]:
        if not rows:
            return {}
        async with self._begin() as work:
            return await work.retrieval.cards([row.facts.product_id for row in rows])


def _corrected(query: Query, rest: Query, meant: Query) -> str | None:
    """The whole query with the corrections made in the ``rest`` of it."""
    if meant == rest:
        return None
    return query.corrected(dict(zip(rest.words, meant.words, strict=False))).text
