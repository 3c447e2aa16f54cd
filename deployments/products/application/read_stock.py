"""Read stock as merchants look at it: levels, movements, what runs low."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.adjust_stock import UNKNOWN_VARIANT
from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import (
    Listing,
    LowStockView,
    MovementView,
    StockView,
)
from deployments.products.application.save_product import UNKNOWN_PRODUCT


class ReadStock:
    """``low_stock_at`` is the shop's own threshold."""

    def __init__(self, begin: UnitOfWorkFactory, low_stock_at: int) -> None:
        self._begin = begin
        self._low_stock_at = low_stock_at

    async def levels(self, product_id: UUID) -> list[StockView]:
        """Of the variants for sale, in their order. Raises ``NotFound``."""
        async with self._begin() as work:
            levels = await work.stock_reader.levels(product_id)
        # A product has at least one variant.
        if not levels:
            raise UNKNOWN_PRODUCT
        return levels

    async def level(self, product_id: UUID, variant_id: UUID) -> StockView:
        """Raises ``NotFound`` ``variant_not_found``."""
        async with self._begin() as work:
            level = await work.stock_reader.level(product_id, variant_id)
        if level is None:
            raise UNKNOWN_VARIANT
        return level

    async def movements(
        self, product_id: UUID, variant_id: UUID, after: int | None, limit: int
    ) -> Listing[MovementView]:
        """Raises ``NotFound`` ``variant_not_found``."""
        async with self._begin() as work:
            if await work.stock_reader.level(product_id, variant_id) is None:
                raise UNKNOWN_VARIANT
            return await work.stock_reader.movements(variant_id, after, limit)

    async def low(
        self, threshold: int | None, after: tuple[int, UUID] | None, limit: int
    ) -> Listing[LowStockView]:
        """``threshold`` stands in for the shop's own."""
        async with self._begin() as work:
            return await work.stock_reader.low(
                self._low_stock_at if threshold is None else threshold, after, limit
            )
