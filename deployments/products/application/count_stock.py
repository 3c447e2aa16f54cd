"""A stock-take: what was counted replaces what the books said, unless those changed meanwhile."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.adjust_stock import UNKNOWN_VARIANT, write_count
from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.domain.stock import Stock


class CountStock:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self,
        product_id: UUID,
        variant_id: UUID,
        *,
        on_hand: int,
        expected: int,
        reason: str,
        actor: str,
    ) -> Stock:
        """Again is a no-op.

        Raises:
            NotFound: ``variant_not_found``.
            Conflict: ``stock_changed`` with ``on_hand``; ``stock_below_reserved``.
        """
        async with self._begin() as work:
            before = await work.stock.of_variant_for_update(product_id, variant_id)
            if before is None:
                raise UNKNOWN_VARIANT
            after = before.taken(on_hand, expected)
            if after is not before:
                await write_count(work, variant_id, before, after, reason=reason, actor=actor)
                await work.commit()
        return after
