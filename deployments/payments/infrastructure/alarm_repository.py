from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.payments.domain.alarm import Alarm, AlarmKind
from models.payments.tables import AlarmRow


def _alarm(row: AlarmRow) -> Alarm:
    return Alarm(
        kind=cast(AlarmKind, row.kind),
        subject=row.subject,
        message=row.message,
        payment_id=row.payment_id,
        order_id=row.order_id,
        stripe_event_id=row.stripe_event_id,
        id=row.id,
        created_at=row.created_at,
        resolved_at=row.resolved_at,
    )


class SqlAlarmRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, alarm: Alarm) -> None:
        await self._session.execute(
            insert(AlarmRow)
            .values(
                id=alarm.id,
                kind=alarm.kind,
                subject=alarm.subject,
                message=alarm.message,
                payment_id=alarm.payment_id,
                order_id=alarm.order_id,
                stripe_event_id=alarm.stripe_event_id,
                created_at=alarm.created_at,
            )
            .on_conflict_do_nothing()
        )

    async def resolve(self, alarm_id: UUID, now: datetime) -> Alarm | None:
        row = await self._session.scalar(
            update(AlarmRow)
            .where(AlarmRow.id == alarm_id)
            .values(resolved_at=func.coalesce(AlarmRow.resolved_at, now))
            .returning(AlarmRow)
        )
        return _alarm(row) if row else None

    async def page(self, *, open_only: bool, before: UUID | None, limit: int) -> list[Alarm]:
        query = select(AlarmRow).order_by(AlarmRow.id.desc()).limit(limit)
        if open_only:
            query = query.where(AlarmRow.resolved_at.is_(None))
        if before is not None:
            query = query.where(AlarmRow.id < before)
        return [_alarm(row) for row in await self._session.scalars(query)]
