from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, not_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from deployments.cart.application.ports import OrderCounts, OrderFilter
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import HOLDS_UNPAID, PURCHASED, VOID, Status
from deployments.cart.infrastructure.order_rows import order_of, row_of
from deployments.cart.infrastructure.refund_rows import (
    alarm_values,
    refund_values,
    shipment_values,
)
from models.cart.tables import (
    OrderEventRow,
    OrderLineRow,
    OrderRefundRow,
    OrderRow,
    order_numbers,
)


def _orders() -> Select[OrderRow]:
    return select(OrderRow).options(
        selectinload(OrderRow.lines),
        selectinload(OrderRow.timeline),
        selectinload(OrderRow.refunds),
    )


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
                captured=order.captured.amount,
                refund_total=order.refunded.amount,
                shipment=shipment_values(order.shipment) if order.shipment else None,
                completes_at=order.completes_at,
                alarms=[alarm_values(alarm) for alarm in order.alarms],
            )
        )
        await self._write_refunds(order)
        timeline = [
            {"order_id": order.id, "position": position, "status": entry.status, "at": entry.at}
            for position, entry in enumerate(order.timeline)
        ]
        await self._session.execute(insert(OrderEventRow).values(timeline).on_conflict_do_nothing())

    async def _write_refunds(self, order: Order) -> None:
        if not order.refunds:
            return
        statement = insert(OrderRefundRow).values(
            [refund_values(order.id, refund) for refund in order.refunds]
        )
        changing = ("state", "failure", "due_at", "restocked_at", "settled_at")
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[OrderRefundRow.id],
                set_={name: statement.excluded[name] for name in changing},
            )
        )

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

    async def count_unpaid(self, user_id: UUID) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(OrderRow)
            .where(
                OrderRow.user_id == user_id,
                OrderRow.status.in_([status.value for status in HOLDS_UNPAID]),
            )
        )
        return int(count or 0)

    async def in_the_way(self, cart_id: UUID, cart_version: int) -> Order | None:
        return await self._one(
            _orders()
            .where(
                OrderRow.cart_id == cart_id,
                OrderRow.status.not_in([status.value for status in VOID]),
                or_(
                    OrderRow.cart_version == cart_version,
                    OrderRow.status == Status.CREATED.value,
                ),
            )
            .limit(1)
        )

    async def page(self, wanted: OrderFilter, *, before: UUID | None, limit: int) -> list[Order]:
        query = _orders().where(*_conditions(wanted)).order_by(OrderRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(OrderRow.id < before)
        return [order_of(row) for row in await self._session.scalars(query)]

    async def counts(self) -> OrderCounts:
        rows = await self._session.execute(
            select(OrderRow.status, func.count()).group_by(OrderRow.status)
        )
        alarmed = await self._session.scalar(
            select(func.count()).select_from(OrderRow).where(_ALARMED)
        )
        return OrderCounts({Status(status): count for status, count in rows}, alarmed or 0)

    async def has_purchased(self, user_id: UUID, product_id: UUID) -> bool:
        bought = (
            select(OrderLineRow.order_id)
            .join(OrderRow, OrderRow.id == OrderLineRow.order_id)
            .where(
                OrderRow.user_id == user_id,
                OrderRow.status.in_([status.value for status in PURCHASED]),
                OrderLineRow.product_id == product_id,
            )
        )
        return bool(await self._session.scalar(select(bought.exists())))

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

    async def end_lease(
        self, order_id: UUID, until: datetime, retry_at: datetime | None = None
    ) -> None:
        values: dict[str, Any] = {"leased_until": None}
        if retry_at is not None:
            later = func.greatest(OrderRow.due_at, retry_at)
            values["due_at"] = case((OrderRow.due_at.is_not(None), later))
        mine = (OrderRow.id == order_id) & (OrderRow.leased_until == until)
        await self._session.execute(update(OrderRow).where(mine).values(values))

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


_ALARMED = OrderRow.alarms != text("'[]'::jsonb")


def _conditions(wanted: OrderFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.user_id is not None:
        conditions.append(OrderRow.user_id == wanted.user_id)
    if wanted.status is not None:
        conditions.append(OrderRow.status == wanted.status.value)
    if wanted.number is not None:
        conditions.append(OrderRow.number.istartswith(wanted.number, autoescape=True))
    if wanted.email is not None:
        conditions.append(OrderRow.email.istartswith(wanted.email, autoescape=True))
    if wanted.created_from is not None:
        conditions.append(OrderRow.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        conditions.append(OrderRow.created_at < wanted.created_before)
    if wanted.alarmed is not None:
        conditions.append(_ALARMED if wanted.alarmed else not_(_ALARMED))
    return conditions
