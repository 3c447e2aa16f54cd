from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.stock import Stock
from deployments.shared.errors import Invalid
from models.products.tables import StockRequestRow

KEY_REUSED = Invalid(
    "idempotency_key_reused", "this Idempotency-Key stood for another request; use a new one"
)


class SqlStockRequestRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def answer(self, actor: str, key: str, request: Mapping[str, object]) -> Stock | None:
        row = (
            await self._session.execute(
                select(
                    StockRequestRow.request, StockRequestRow.on_hand, StockRequestRow.reserved
                ).where(StockRequestRow.actor == actor, StockRequestRow.key == key)
            )
        ).one_or_none()
        if row is None:
            return None
        if row.request != request:
            raise KEY_REUSED
        return Stock(row.on_hand, row.reserved)

    async def remember(
        self, actor: str, key: str, request: Mapping[str, object], stock: Stock
    ) -> None:
        await self._session.execute(
            insert(StockRequestRow).values(
                actor=actor,
                key=key,
                request=dict(request),
                on_hand=stock.on_hand,
                reserved=stock.reserved,
            )
        )
