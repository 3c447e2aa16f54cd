"""Take a product out of the shop; orders still know it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.save_product import UNKNOWN_PRODUCT, write_changes


class ArchiveProduct:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, actor: str) -> None:
        """Again is a no-op. Raises ``NotFound``."""
        async with self._begin() as work:
            before = await work.products.by_id_for_update(product_id)
            if before is None:
                raise UNKNOWN_PRODUCT
            after = before.archived(datetime.now(UTC))
            if after is not before:
                await write_changes(work, [(before, after)], "archived", actor)
                await work.commit()
