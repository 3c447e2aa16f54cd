"""Facets are counted once in a while, for each query by itself."""

from __future__ import annotations

from typing import Any, Self

from deployments.products.application.count_facets import CountFacets
from deployments.products.application.read_models import BrowseQuery, FacetsView, Prices


class Counting:
    """A unit of work whose facets count how often they were asked."""

    def __init__(self) -> None:
        self.asked: list[BrowseQuery] = []
        self.facets = self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def count(self, query: BrowseQuery) -> FacetsView:
        self.asked.append(query)
        return FacetsView(len(self.asked), (), (), Prices(None, None, None), 0, (), ())


async def test_an_answer_is_kept_for_a_while() -> None:
    work: Any = Counting()
    now = 100.0
    count = CountFacets(lambda: work, kept_seconds=10, clock=lambda: now)
    red = BrowseQuery(brands=("Red",))
    assert [(await count(query)).total for query in (BrowseQuery(), red, BrowseQuery())] == [
        1,
        2,
        1,
    ]
    now = 109.9
    assert (await count(red)).total == 2
    now = 110.0
    assert (await count(red)).total == 3


async def test_only_so_many_answers_are_kept() -> None:
    work: Any = Counting()
    count = CountFacets(lambda: work, clock=lambda: 0.0)
    for price in range(501):
        await count(BrowseQuery(price_min=price))
    await count(BrowseQuery(price_min=500))
    assert len(work.asked) == 501
    await count(BrowseQuery(price_min=0))
    assert len(work.asked) == 502
