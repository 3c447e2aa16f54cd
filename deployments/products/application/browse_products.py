"""List products: filtered, sorted, page by page."""

from __future__ import annotations

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import BrowseQuery, Card, Listing


class BrowseProducts:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, query: BrowseQuery) -> Listing[Card]:
        async with self._begin() as work:
            return await work.listing.browse(query)
