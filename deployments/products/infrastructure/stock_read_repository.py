from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.application.read_models import (
    Listing,
    LowStockView,
    MovementView,
    StockView,
)
from models.products.tables import ProductRow, StockMovementRow, StockRow, VariantRow

_LEVELS = select(
    StockRow.variant_id, StockRow.on_hand, StockRow.reserved, StockRow.low_stock_at
).join(VariantRow, VariantRow.id == StockRow.variant_id)
_AVAILABLE = StockRow.on_hand - StockRow.reserved


def _level(row: Any) -> StockView:
    return StockView(row.variant_id, row.on_hand, row.reserved, row.low_stock_at)


class SqlStockReadRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def levels(self, product_id: UUID) -> list[StockView]:
        rows = await self._session.execute(
            _LEVELS.where(VariantRow.product_id == product_id, VariantRow.active).order_by(
                VariantRow.position
            )
        )
        return [_level(row) for row in rows]

    async def level(self, product_id: UUID, variant_id: UUID) -> StockView | None:
        rows = await self._session.execute(
            _LEVELS.where(VariantRow.product_id == product_id, VariantRow.id == variant_id)
        )
        row = rows.one_or_none()
        return _level(row) if row else None

    async def movements(
        self, variant_id: UUID, after: int | None, limit: int
    ) -> Listing[MovementView]:
        statement = select(*StockMovementRow.__table__.c).where(
            StockMovementRow.variant_id == variant_id
        )
        if after is not None:
            statement = statement.where(StockMovementRow.id < after)
        found = await self._session.execute(
            statement.order_by(StockMovementRow.id.desc()).limit(limit + 1)
        )
        rows = found.all()
        shown = rows[:limit]
        return Listing(
            [
                MovementView(row.id, row.delta, row.reason, row.order_id, row.actor, row.at)
                for row in shown
            ],
            (shown[-1].id,) if len(rows) > limit else None,
        )

    async def low(
        self, threshold: int, after: tuple[int, UUID] | None, limit: int
    ) -> Listing[LowStockView]:
        low_stock_at = func.coalesce(StockRow.low_stock_at, threshold)
        statement = (
            select(
                VariantRow.product_id,
                ProductRow.slug,
                ProductRow.title,
                StockRow.variant_id,
                VariantRow.sku,
                VariantRow.options,
                StockRow.on_hand,
                StockRow.reserved,
                low_stock_at.label("low_stock_at"),
            )
            .join(VariantRow, VariantRow.id == StockRow.variant_id)
            .join(ProductRow, ProductRow.id == VariantRow.product_id)
            .where(VariantRow.active, ProductRow.status != "archived", low_stock_at >= _AVAILABLE)
        )
        if after is not None:
            statement = statement.where(tuple_(_AVAILABLE, StockRow.variant_id) > tuple_(*after))
        found = await self._session.execute(
            statement.order_by(_AVAILABLE, StockRow.variant_id).limit(limit + 1)
        )
        rows = found.all()
        views = [LowStockView(*row) for row in rows[:limit]]
        more = len(rows) > limit
        return Listing(views, (views[-1].available, views[-1].variant_id) if more else None)
