from __future__ import annotations

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, case, extract, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.payments.domain.refund import Refund, RefundStatus
from deployments.shared.money import Money
from models.payments.tables import PaymentRow, RefundRow

# Seconds until the second look at a pending refund, twice doubled from look to look. One that
# the bank works on is looked at every tenth of its age.
_FIRST_PAUSE = 10
_DOUBLINGS = 2
_AGE_SHARE = 10


def _refunds() -> Select[RefundRow, UUID, str | None]:
    return select(RefundRow, PaymentRow.order_id, PaymentRow.stripe_intent_id).join(
        PaymentRow, PaymentRow.id == RefundRow.payment_id
    )


def _refund(row: RefundRow, order_id: UUID, intent_id: str | None) -> Refund:
    return Refund(
        id=row.id,
        payment_id=row.payment_id,
        order_id=order_id,
        stripe_intent_id=str(intent_id),
        amount=Money(row.amount, row.currency),
        reason=row.reason,
        idempotency_key=row.idempotency_key,
        status=cast(RefundStatus, row.status),
        stripe_refund_id=row.stripe_refund_id,
        failure_message=row.failure_message,
        created_at=row.created_at,
    )


class SqlRefundRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, refund: Refund, *, first_look: datetime) -> None:
        self._session.add(
            RefundRow(
                id=refund.id,
                payment_id=refund.payment_id,
                idempotency_key=refund.idempotency_key,
                amount=refund.amount.amount,
                currency=refund.amount.currency,
                reason=refund.reason,
                status=refund.status,
                next_attempt_at=first_look,
                created_at=refund.created_at,
            )
        )
        await self._session.flush()

    async def save(self, refund: Refund) -> None:
        await self._session.execute(
            update(RefundRow)
            .where(RefundRow.id == refund.id)
            .values(
                idempotency_key=refund.idempotency_key,
                status=refund.status,
                stripe_refund_id=refund.stripe_refund_id,
                failure_message=refund.failure_message,
                updated_at=datetime.now(UTC),
            )
        )

    async def by_id(self, refund_id: UUID) -> Refund | None:
        return await self._one(_refunds().where(RefundRow.id == refund_id))

    async def by_id_for_update(self, refund_id: UUID) -> Refund | None:
        return await self._one(
            _refunds().where(RefundRow.id == refund_id).with_for_update(of=RefundRow)
        )

    async def by_stripe_id(self, stripe_refund_id: str) -> Refund | None:
        return await self._one(_refunds().where(RefundRow.stripe_refund_id == stripe_refund_id))

    async def of_payment(self, payment_id: UUID) -> list[Refund]:
        return await self._all(
            _refunds()
            .where(RefundRow.payment_id == payment_id)
            .order_by(RefundRow.created_at, RefundRow.id)
        )

    async def taken(self, payment_id: UUID) -> int:
        total = await self._session.scalar(
            select(func.coalesce(func.sum(RefundRow.amount), 0)).where(
                RefundRow.payment_id == payment_id, RefundRow.status != "failed"
            )
        )
        return int(total or 0)

    async def take_pending(self, now: datetime, *, limit: int) -> list[Refund]:
        due = (
            select(RefundRow.id)
            .where(RefundRow.status == "pending", RefundRow.next_attempt_at <= now)
            .order_by(RefundRow.next_attempt_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        pause = _FIRST_PAUSE * func.power(2, func.least(RefundRow.attempts, _DOUBLINGS))
        age = extract("epoch", literal(now) - RefundRow.created_at)
        at_bank = RefundRow.stripe_refund_id.is_not(None)
        seconds = case((at_bank, func.greatest(pause, age / _AGE_SHARE)), else_=pause)
        taken = await self._session.scalars(
            update(RefundRow)
            .where(RefundRow.id.in_(due.scalar_subquery()))
            .values(
                attempts=RefundRow.attempts + 1,
                next_attempt_at=literal(now) + func.make_interval(0, 0, 0, 0, 0, 0, seconds),
            )
            .returning(RefundRow.id)
        )
        return await self._all(_refunds().where(RefundRow.id.in_(taken.all())))

    async def page(
        self, *, order_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Refund]:
        key = tuple_(RefundRow.created_at, RefundRow.id)
        query = _refunds().order_by(RefundRow.created_at.desc(), RefundRow.id.desc()).limit(limit)
        if order_id is not None:
            query = query.where(PaymentRow.order_id == order_id)
        if before is not None:
            query = query.where(key < before)
        return await self._all(query)

    async def _one(self, query: Select[RefundRow, UUID, str | None]) -> Refund | None:
        row = (await self._session.execute(query)).one_or_none()
        return _refund(*row) if row else None

    async def _all(self, query: Select[RefundRow, UUID, str | None]) -> list[Refund]:
        return [_refund(*row) for row in (await self._session.execute(query)).all()]
