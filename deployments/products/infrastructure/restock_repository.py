from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.reservation import Line
from deployments.products.domain.restock import Restock
from models.products.tables import RestockRow


class SqlRestockRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, restock: Restock) -> bool:
        lines = [
            {"variant_id": str(line.variant_id), "quantity": line.quantity}
            for line in restock.lines
        ]
        added = await self._session.scalar(
            postgresql_insert(RestockRow)
            .values(refund_id=restock.refund_id, order_id=restock.order_id, lines=lines)
            .on_conflict_do_nothing()
            .returning(RestockRow.refund_id)
        )
        return added is not None

    async def by_refund(self, refund_id: UUID) -> Restock | None:
        found = await self._where(RestockRow.refund_id == refund_id)
        return found[0] if found else None

    async def of_order(self, order_id: UUID) -> list[Restock]:
        return await self._where(RestockRow.order_id == order_id)

    async def _where(self, condition: ColumnElement[bool]) -> list[Restock]:
        rows = await self._session.execute(select(*RestockRow.__table__.columns).where(condition))
        return [Restock(row.refund_id, row.order_id, _lines(row.lines)) for row in rows]


def _lines(stored: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(UUID(line["variant_id"]), line["quantity"]) for line in stored)
