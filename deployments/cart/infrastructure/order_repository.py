from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from deployments.cart.domain.order import VOID, Order, Status
from deployments.cart.infrastructure.order_rows import order_of, row_of
from models.cart.tables import OrderEventRow, OrderRow, order_numbers


def _orders() -> Select[OrderRow]:
    return select(OrderRow).options(selectinload(OrderRow.lines), selectinload(OrderRow.timeline))


class SqlOrderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_number(self) -> str:
        return f"M-{await self._session.scalar(order_numbers.next_value())}"

    async def add(self, order: Order, leased_until: datetime) -> None:
        self._session.add(row_of(order, leased_until))
        await self._session.flush()

    async def save(self, order: Order) -> None:
        await self._session.execute(
            update(OrderRow)
            .where(OrderRow.id == order.id)
            .values(
                status=order.status.value,
                payment_id=order.payment_id,
                rejection=dict(order.rejection) if order.rejection else None,
                expires_at=order.expires_at,
                due_at=order.due_at,
            )
        )
        timeline = [
            {"order_id": order.id, "position": position, "status": entry.status, "at": entry.at}
            for position, entry in enumerate(order.timeline)
        ]
        await self._session.execute(insert(OrderEventRow).values(timeline).on_conflict_do_nothing())

    async def by_id(self, order_id: UUID) -> Order | None:
        return await self._one(_orders().where(OrderRow.id == order_id))

    async def for_update(self, order_id: UUID) -> Order | None:
        return await self._one(_orders().where(OrderRow.id == order_id).with_for_update())

    async def by_key(self, user_id: UUID, idempotency_key: str) -> Order | None:
        return await self._one(
            _orders().where(
                OrderRow.user_id == user_id, OrderRow.idempotency_key == idempotency_key
            )
        )

    async def of_cart_version(self, cart_id: UUID, cart_version: int) -> Order | None:
        return await self._one(
            _orders().where(
                OrderRow.cart_id == cart_id,
                OrderRow.cart_version == cart_version,
                OrderRow.status.not_in([status.value for status in VOID]),
            )
        )

    async def page(
        self, *, user_id: UUID | None, status: Status | None, before: UUID | None, limit: int
    ) -> list[Order]:
        query = _orders().order_by(OrderRow.id.desc()).limit(limit)
        if user_id is not None:
            query = query.where(OrderRow.user_id == user_id)
        if status is not None:
            query = query.where(OrderRow.status == status.value)
        if before is not None:
            query = query.where(OrderRow.id < before)
        return [order_of(row) for row in await self._session.scalars(query)]

    async def claim_due(self, now: datetime, until: datetime) -> UUID | None:
        due = (
            select(OrderRow.id)
            .where(OrderRow.due_at <= now, _free(now))
            .order_by(OrderRow.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return await self._lease(OrderRow.id == due.scalar_subquery(), until)

    async def try_lease(self, order_id: UUID, now: datetime, until: datetime) -> bool:
        leased = await self._lease((OrderRow.id == order_id) & _free(now), until)
        return leased is not None

    async def end_lease(self, order_id: UUID, retry_at: datetime | None = None) -> None:
        values: dict[str, Any] = {"leased_until": None}
        if retry_at is not None:
            later = func.greatest(OrderRow.due_at, retry_at)
            values["due_at"] = case((OrderRow.due_at.is_not(None), later))
        await self._session.execute(update(OrderRow).where(OrderRow.id == order_id).values(values))

    async def _lease(self, which: Any, until: datetime) -> UUID | None:
        identity: UUID | None = await self._session.scalar(
            update(OrderRow).where(which).values(leased_until=until).returning(OrderRow.id)
        )
        return identity

    async def _one(self, query: Select[OrderRow]) -> Order | None:
        # The use cases may read an order again after its lock was given; never from the session.
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        return order_of(row) if row else None


def _free(now: datetime) -> Any:
    return or_(OrderRow.leased_until.is_(None), OrderRow.leased_until <= now)
