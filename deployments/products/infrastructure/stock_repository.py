from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Update, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.reservation import Line
from deployments.products.domain.stock import Stock
from models.products.tables import ProductRow, StockMovementRow, StockRow, VariantRow


class SqlStockRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def reserve(self, line: Line) -> Stock | None:
        for_sale = exists().where(
            VariantRow.id == StockRow.variant_id,
            VariantRow.active,
            ProductRow.id == VariantRow.product_id,
            ProductRow.status == "published",
        )
        return await self._change(
            update(StockRow)
            .where(
                StockRow.variant_id == line.variant_id,
                StockRow.on_hand - StockRow.reserved >= line.quantity,
                for_sale,
            )
            .values(reserved=StockRow.reserved + line.quantity)
        )

    async def release(self, line: Line) -> Stock:
        return await self._change_sold(line, reserved=StockRow.reserved - line.quantity)

    async def commit(self, line: Line) -> Stock:
        return await self._change_sold(
            line,
            on_hand=StockRow.on_hand - line.quantity,
            reserved=StockRow.reserved - line.quantity,
        )

    async def put_back(self, line: Line) -> Stock:
        return await self._change_sold(line, on_hand=StockRow.on_hand + line.quantity)

    async def _change_sold(self, line: Line, **values: Any) -> Stock:
        stock = await self._change(
            update(StockRow).where(StockRow.variant_id == line.variant_id).values(**values)
        )
        if stock is None:
            raise LookupError(f"no stock row for the reserved variant {line.variant_id}")
        return stock

    async def _change(self, statement: Update) -> Stock | None:
        row = (
            await self._session.execute(
                statement.returning(StockRow.on_hand, StockRow.reserved).execution_options(
                    synchronize_session=False
                )
            )
        ).one_or_none()
        return Stock(row.on_hand, row.reserved) if row else None

    async def of_variant_for_update(self, product_id: UUID, variant_id: UUID) -> Stock | None:
        row = (
            await self._session.execute(
                select(StockRow.on_hand, StockRow.reserved)
                .join(VariantRow, VariantRow.id == StockRow.variant_id)
                .where(VariantRow.id == variant_id, VariantRow.product_id == product_id)
                .with_for_update(of=StockRow)
            )
        ).one_or_none()
        return Stock(row.on_hand, row.reserved) if row else None

    async def change_on_hand(self, variant_id: UUID, delta: int) -> None:
        await self._change(
            update(StockRow)
            .where(StockRow.variant_id == variant_id)
            .values(on_hand=StockRow.on_hand + delta)
        )

    async def set_low_stock_at(self, variant_id: UUID, low_stock_at: int | None) -> None:
        await self._change(
            update(StockRow)
            .where(StockRow.variant_id == variant_id)
            .values(low_stock_at=low_stock_at)
        )

    async def available(self, variant_ids: Collection[UUID]) -> dict[UUID, int]:
        rows = await self._session.execute(
            select(StockRow.variant_id, (StockRow.on_hand - StockRow.reserved).label("available"))
            .join(VariantRow, VariantRow.id == StockRow.variant_id)
            .join(ProductRow, ProductRow.id == VariantRow.product_id)
            .where(
                StockRow.variant_id.in_(variant_ids),
                VariantRow.active,
                ProductRow.status == "published",
            )
        )
        return {row.variant_id: row.available for row in rows}

    async def record(
        self,
        movements: Sequence[tuple[UUID, int]],
        reason: str,
        actor: str,
        order_id: UUID | None = None,
    ) -> None:
        if not movements:
            return
        await self._session.execute(
            insert(StockMovementRow),
            [
                {
                    "variant_id": variant_id,
                    "delta": delta,
                    "reason": reason,
                    "order_id": order_id,
                    "actor": actor,
                }
                for variant_id, delta in movements
            ],
        )
