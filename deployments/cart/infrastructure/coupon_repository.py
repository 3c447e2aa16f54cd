from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.cart.domain.coupon import Coupon, Kind, Terms, Uses
from deployments.cart.domain.order import Order
from models.cart.tables import CouponRedemptionRow, CouponRow, OrderRow


def _coupon(row: CouponRow) -> Coupon:
    terms = Terms(
        code=row.code,
        kind=Kind(row.kind),
        value=row.value,
        description=row.description,
        min_subtotal=row.min_subtotal,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        active=row.active,
        max_uses=row.max_uses,
        max_uses_per_customer=row.max_uses_per_customer,
    )
    return Coupon(row.id, terms, row.created_at)


def _values(terms: Terms) -> dict[str, Any]:
    return asdict(terms) | {"kind": terms.kind.value}


class SqlCouponRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_code(self, code: str) -> Coupon | None:
        row = await self._session.scalar(select(CouponRow).where(CouponRow.code == code))
        return _coupon(row) if row else None

    async def by_id(self, coupon_id: UUID, *, lock: bool = False) -> Coupon | None:
        query = select(CouponRow).where(CouponRow.id == coupon_id)
        if lock:
            query = query.with_for_update()
        # It may have changed since the session read it without a lock.
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        return _coupon(row) if row else None

    async def page(self, *, before: UUID | None, limit: int) -> list[Coupon]:
        query = select(CouponRow).order_by(CouponRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(CouponRow.id < before)
        return [_coupon(row) for row in await self._session.scalars(query)]

    async def add(self, coupon: Coupon) -> None:
        values = _values(coupon.terms)
        self._session.add(CouponRow(id=coupon.id, created_at=coupon.created_at, **values))
        await self._session.flush()

    async def save(self, coupon: Coupon) -> None:
        await self._session.execute(
            update(CouponRow).where(CouponRow.id == coupon.id).values(_values(coupon.terms))
        )

    async def delete(self, coupon: Coupon) -> None:
        await self._session.execute(delete(CouponRow).where(CouponRow.id == coupon.id))

    async def uses(self, coupon: Coupon, user_id: UUID | None) -> Uses:
        return Uses(
            await self._total(coupon) if coupon.terms.max_uses is not None else 0,
            await self._by_customer(coupon, user_id)
            if coupon.terms.max_uses_per_customer is not None and user_id is not None
            else 0,
        )

    async def _total(self, coupon: Coupon) -> int:
        count = await self._session.scalar(
            select(func.count()).where(CouponRedemptionRow.coupon_id == coupon.id)
        )
        return count or 0

    async def _by_customer(self, coupon: Coupon, user_id: UUID) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(CouponRedemptionRow)
            .join(OrderRow, OrderRow.id == CouponRedemptionRow.order_id)
            .where(CouponRedemptionRow.coupon_id == coupon.id, OrderRow.user_id == user_id)
        )
        return count or 0

    async def use_counts(self, coupons: Collection[Coupon]) -> dict[UUID, int]:
        rows = await self._session.execute(
            select(CouponRedemptionRow.coupon_id, func.count())
            .where(CouponRedemptionRow.coupon_id.in_([coupon.id for coupon in coupons]))
            .group_by(CouponRedemptionRow.coupon_id)
        )
        return {row[0]: row[1] for row in rows}

    async def redeem(self, coupon: Coupon, order: Order, now: datetime) -> None:
        self._session.add(
            CouponRedemptionRow(order_id=order.id, coupon_id=coupon.id, redeemed_at=now)
        )
        await self._session.flush()

    async def free(self, order: Order) -> None:
        await self._session.execute(
            delete(CouponRedemptionRow).where(CouponRedemptionRow.order_id == order.id)
        )
