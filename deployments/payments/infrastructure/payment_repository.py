from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import extract, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.payments.application.ports import Decline
from deployments.payments.domain.intent import Failure, IntentStatus
from deployments.payments.domain.payment import Payment
from deployments.shared.money import Money
from models.payments.tables import CancelledOrderRow, DeclineRow, PaymentRow

# A payment of some age is looked at every tenth of that age.
_AGE_SHARE = 10


def _payment(row: PaymentRow) -> Payment:
    failure = None
    if row.failure_ref is not None:
        failure = Failure(row.failure_ref, row.failure_code or "", row.failure_message or "")
    return Payment(
        id=row.id,
        order_id=row.order_id,
        user_id=row.user_id,
        order_number=row.order_number,
        amount=Money(row.amount, row.currency),
        idempotency_key=row.idempotency_key,
        status=cast(IntentStatus, row.status),
        stripe_intent_id=row.stripe_intent_id,
        attempt=row.attempt,
        failure=failure,
        next_action_url=row.next_action_url,
        alarm=row.alarm,
        version=row.version,
        created_at=row.created_at,
    )


def _columns(payment: Payment) -> dict[str, object]:
    failure = payment.failure
    return {
        "idempotency_key": payment.idempotency_key,
        "status": payment.status,
        "stripe_intent_id": payment.stripe_intent_id,
        "attempt": payment.attempt,
        "failure_ref": failure.ref if failure else None,
        "failure_code": failure.code if failure else None,
        "failure_message": failure.message if failure else None,
        "next_action_url": payment.next_action_url,
        "alarm": payment.alarm,
        "version": payment.version,
    }


class SqlPaymentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock_order(self, order_id: UUID) -> None:
        # There may be no row yet to lock.
        await self._session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(str(order_id), 0)))
        )

    async def add(self, payment: Payment) -> None:
        self._session.add(
            PaymentRow(
                id=payment.id,
                order_id=payment.order_id,
                user_id=payment.user_id,
                order_number=payment.order_number,
                amount=payment.amount.amount,
                currency=payment.amount.currency,
                created_at=payment.created_at,
                **_columns(payment),
            )
        )
        await self._session.flush()

    async def save(self, payment: Payment) -> None:
        await self._session.execute(
            update(PaymentRow)
            .where(PaymentRow.id == payment.id)
            .values(updated_at=datetime.now(UTC), **_columns(payment))
        )

    async def by_id(self, payment_id: UUID) -> Payment | None:
        row = await self._session.get(PaymentRow, payment_id)
        return _payment(row) if row else None

    async def by_order(self, order_id: UUID) -> Payment | None:
        row = await self._session.scalar(select(PaymentRow).where(PaymentRow.order_id == order_id))
        return _payment(row) if row else None

    async def by_order_for_update(self, order_id: UUID) -> Payment | None:
        row = await self._session.scalar(
            select(PaymentRow).where(PaymentRow.order_id == order_id).with_for_update()
        )
        return _payment(row) if row else None

    async def by_intent(self, intent_id: str) -> Payment | None:
        row = await self._session.scalar(
            select(PaymentRow).where(PaymentRow.stripe_intent_id == intent_id)
        )
        return _payment(row) if row else None

    async def add_decline(self, payment_id: UUID, failure: Failure, moment: datetime) -> None:
        await self._session.execute(
            insert(DeclineRow)
            .values(
                payment_id=payment_id,
                ref=failure.ref,
                code=failure.code,
                message=failure.message,
                declined_at=moment,
            )
            .on_conflict_do_nothing()
        )

    async def declines(self, payment_id: UUID) -> list[Decline]:
        rows = await self._session.scalars(
            select(DeclineRow)
            .where(DeclineRow.payment_id == payment_id)
            .order_by(DeclineRow.declined_at)
        )
        return [Decline(row.code, row.message, row.declined_at) for row in rows]

    async def mark_order_cancelled(self, order_id: UUID) -> None:
        await self._session.execute(
            insert(CancelledOrderRow).values(order_id=order_id).on_conflict_do_nothing()
        )

    async def is_order_cancelled(self, order_id: UUID) -> bool:
        return await self._session.get(CancelledOrderRow, order_id) is not None

    async def take_unfinished(
        self, now: datetime, *, older_than: timedelta, limit: int
    ) -> list[Payment]:
        unseen = extract("epoch", now - PaymentRow.checked_at)
        age = extract("epoch", now - PaymentRow.created_at)
        due = (
            select(PaymentRow.id)
            .where(
                PaymentRow.status.in_(("requires_action", "processing")),
                unseen >= func.greatest(older_than.total_seconds(), age / _AGE_SHARE),
            )
            .order_by(PaymentRow.checked_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._session.scalars(
            update(PaymentRow)
            .where(PaymentRow.id.in_(due.scalar_subquery()))
            .values(checked_at=now)
            .returning(PaymentRow)
        )
        return [_payment(row) for row in rows]
