"""Correct what is on hand, with a reason that is kept."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.product_events import of_availability
from deployments.products.domain.stock import Stock, sold_out_or_back
from deployments.shared.errors import NotFound


class AdjustStock:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, product_id: UUID, variant_id: UUID, delta: int, reason: str, actor: str
    ) -> Stock:
        """Raises ``NotFound``; ``Conflict`` ``stock_below_reserved``; ``Invalid`` for a zero
        ``delta`` or stock out of range."""
        async with self._begin() as work:
            before = await work.stock.of_variant_for_update(product_id, variant_id)
            if before is None:
                raise NotFound("variant_not_found", "the product has no such variant")
            after = before.adjusted(delta)
            await work.stock.change_on_hand(variant_id, delta)
            await work.stock.record([(variant_id, delta)], reason, actor)
            if sold_out_or_back(before.available, after.available):
                versions = await work.products.versions_of_variants([variant_id])
                await work.events.append_all(of_availability(versions))
            await work.commit()
        return after
