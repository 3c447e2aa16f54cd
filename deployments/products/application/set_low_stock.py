"""Say at how many units a variant shall be ordered again."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.adjust_stock import UNKNOWN_VARIANT
from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import StockView


class SetLowStock:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, product_id: UUID, variant_id: UUID, low_stock_at: int | None
    ) -> StockView:
        """None: the shop's own threshold holds. Raises ``NotFound`` ``variant_not_found``."""
        async with self._begin() as work:
            if await work.stock_reader.level(product_id, variant_id) is None:
                raise UNKNOWN_VARIANT
            await work.stock.set_low_stock_at(variant_id, low_stock_at)
            level = await work.stock_reader.level(product_id, variant_id)
            await work.commit()
        if level is None:
            raise UNKNOWN_VARIANT
        return level
