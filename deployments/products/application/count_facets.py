"""Count what each further filter of a list would leave."""

from __future__ import annotations

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import BrowseQuery, FacetsView


class CountFacets:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, query: BrowseQuery) -> FacetsView:
        async with self._begin() as work:
            return await work.facets.count(query)
