"""Find what a query means: its words, its meaning, and what of it is a filter."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from deployments.search.application.decide_chips import decide_chips
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.results import Results
from deployments.search.application.retrieve import Retrieve, Retrieved
from deployments.search.application.vocabularies import Vocabularies
from deployments.search.domain.facets import without_own_choice
from deployments.search.domain.good_match import GoodMatch
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.understanding import Chip, Understood, guesses, understand


@dataclass(frozen=True, slots=True)
class Answer:
    """``said`` is what the query says in so many words, ``chips`` all that was understood;
    ``found`` is what satisfies it, ``but_for`` what would without the choice in a facet, by the
    facet."""

    said: Understood
    chips: Sequence[Chip]
    retrieved: Retrieved
    found: Results
    but_for: Mapping[tuple[str, str], Results]
    currency: str | None

    def corrected(self, query: Query) -> Query | None:
        """The whole ``query`` with the corrections made in what was searched."""
        rest, meant = Query(self.said.rest), self.retrieved.meant
        if meant == rest:
            return None
        return query.corrected(dict(zip(rest.words, meant.words, strict=False)))


class AnswerQuery:
    """
    Args:
        good: without such a match nothing counts as found.
        chip_share: the share of the best results that must agree for a name to be a filter.
    """

    def __init__(
        self,
        retrieve: Retrieve,
        products: KnownProducts,
        vocabularies: Vocabularies,
        *,
        good: GoodMatch,
        chip_share: float,
    ) -> None:
        self._retrieve = retrieve
        self._products = products
        self._vocabularies = vocabularies
        self._good = good
        self._chip_share = chip_share

    async def __call__(self, query: Query, filters: Filters, literal: Collection[str]) -> Answer:
        """``literal``: words of the query that are no filter, whatever they may mean."""
        vocabulary = self._vocabularies.current
        said = understand(query.text, vocabulary.currency, filters, literal)
        others = without_own_choice(said.filters)
        retrieved, *without = await asyncio.gather(
            self._retrieve(Query(said.rest), said.filters, literal=literal),
            *[
                self._retrieve(Query(said.rest), other, literal=literal)
                for other in others.values()
            ],
        )
        results = await Results.of(retrieved.ranked, self._products)
        guessed = guesses(retrieved.meant.text, vocabulary, said.filters, literal)
        decided = decide_chips(guessed, results, self._chip_share)
        meant = decided.readings
        but_for = {each.facet: results.where(m for m in meant if m is not each) for each in meant}
        for facet, each in zip(others, without, strict=True):
            but_for[facet] = (await Results.of(each.ranked, self._products)).where(meant)
        chips = (*said.chips, *decided.chips)
        found = results.where(meant)
        # By words alone there is no telling: what holds some of them is shown.
        if retrieved.mode == "hybrid" and not self._good.among(found.ranked):
            found, but_for = found.none(), {}
        return Answer(said, chips, retrieved, found, but_for, vocabulary.currency)
