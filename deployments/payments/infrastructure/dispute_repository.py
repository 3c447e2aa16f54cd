from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.payments.application.ports import ListedDispute
from deployments.payments.domain.dispute import ENDS, Dispute
from deployments.shared.money import Money
from models.payments.tables import DisputeRow, PaymentRow


def _columns(dispute: Dispute) -> dict[str, Any]:
    return {
        "amount": dispute.amount.amount,
        "currency": dispute.amount.currency,
        "reason": dispute.reason,
        "status": dispute.status,
        "respond_by": dispute.respond_by,
        "created_at": dispute.created_at,
    }


def _dispute(row: DisputeRow, intent_id: str | None) -> Dispute:
    return Dispute(
        id=row.id,
        intent_id=intent_id,
        amount=Money(row.amount, row.currency),
        reason=row.reason,
        status=row.status,
        respond_by=row.respond_by,
        created_at=row.created_at,
    )


class SqlDisputeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, dispute: Dispute, payment_id: UUID) -> bool:
        result: Any = await self._session.execute(
            insert(DisputeRow)
            .values(id=dispute.id, payment_id=payment_id, **_columns(dispute))
            .on_conflict_do_nothing()
        )
        return bool(result.rowcount == 1)

    async def save(self, dispute: Dispute) -> None:
        query = (
            update(DisputeRow)
            .where(DisputeRow.id == dispute.id)
            .values(updated_at=datetime.now(UTC), **_columns(dispute))
        )
        if not dispute.is_over:
            query = query.where(DisputeRow.status.not_in(ENDS))
        await self._session.execute(query)

    async def page(self, *, before: tuple[datetime, str] | None, limit: int) -> list[ListedDispute]:
        query = (
            select(DisputeRow, PaymentRow.order_id, PaymentRow.stripe_intent_id)
            .join(PaymentRow, PaymentRow.id == DisputeRow.payment_id)
            .order_by(DisputeRow.created_at.desc(), DisputeRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(tuple_(DisputeRow.created_at, DisputeRow.id) < before)
        rows = (await self._session.execute(query)).all()
        return [
            ListedDispute(_dispute(row, intent), row.payment_id, order)
            for row, order, intent in rows
        ]
