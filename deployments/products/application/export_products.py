"""Every product in full, page by page, for whoever builds an index or a file of them."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import Listing, ProductView


class ExportProducts:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, after: UUID | None, limit: int, *, published: bool = True
    ) -> Listing[ProductView]:
        """``after``: id of the last product of the page before; ``published``: only those."""
        async with self._begin() as work:
            return await work.catalogue.export(after, limit, published=published)
