from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.reservation import Line, ReservationOrder, State
from models.products.tables import ReservationOrderRow, ReservationRow, VariantRow


class SqlReservationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, order: ReservationOrder) -> bool:
        added = await self._session.scalar(
            postgresql_insert(ReservationOrderRow)
            .values(order_id=order.order_id, state=order.state.value)
            .on_conflict_do_nothing()
            .returning(ReservationOrderRow.order_id)
        )
        return added is not None

    async def add_lines(self, order: ReservationOrder) -> None:
        await self._session.execute(
            insert(ReservationRow),
            [
                {
                    "order_id": order.order_id,
                    "variant_id": line.variant_id,
                    "quantity": line.quantity,
                    "state": order.state.value,
                }
                for line in order.lines
            ],
        )

    async def by_order_for_update(self, order_id: UUID) -> ReservationOrder | None:
        state = await self._session.scalar(
            select(ReservationOrderRow.state)
            .where(ReservationOrderRow.order_id == order_id)
            .with_for_update()
        )
        if state is None:
            return None
        rows = await self._session.execute(
            select(ReservationRow.variant_id, ReservationRow.quantity).where(
                ReservationRow.order_id == order_id
            )
        )
        lines = [Line(row.variant_id, row.quantity) for row in rows]
        return ReservationOrder(order_id, State(state), lines)

    async def save_state(self, order: ReservationOrder) -> None:
        await self._session.execute(
            update(ReservationOrderRow)
            .where(ReservationOrderRow.order_id == order.order_id)
            .values(state=order.state.value, updated_at=func.now())
        )
        await self._session.execute(
            update(ReservationRow)
            .where(ReservationRow.order_id == order.order_id)
            .values(state=order.state.value)
        )

    async def ever_reserved(self, variant_ids: Collection[UUID]) -> set[UUID]:
        if not variant_ids:
            return set()
        # One look into the index each: a variant may have been sold a million times.
        reserved = exists().where(ReservationRow.variant_id == VariantRow.id)
        rows = await self._session.scalars(
            select(VariantRow.id).where(VariantRow.id.in_(variant_ids), reserved)
        )
        return set(rows)
