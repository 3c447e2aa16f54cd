from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.payments.application.ports import StripeEvent, WaitingEvent
from deployments.payments.infrastructure.stripe_objects import read_event
from models.payments.tables import StripeCursorRow, StripeEventRow

# A cursor that is further ahead was left there by a clock that was wrong.
_NEVER_AHEAD = timedelta(minutes=10)


class SqlStripeEventRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, event: StripeEvent, source: str) -> bool:
        result: Any = await self._session.execute(
            insert(StripeEventRow)
            .values(
                id=event.id,
                type=event.type,
                livemode=event.livemode,
                payload=dict(event.payload),
                source=source,
            )
            .on_conflict_do_nothing()
        )
        return bool(result.rowcount == 1)

    async def take_waiting(
        self, now: datetime, *, lease: timedelta, limit: int
    ) -> list[WaitingEvent]:
        waiting = (
            select(StripeEventRow.id)
            .where(StripeEventRow.processed_at.is_(None), StripeEventRow.next_attempt_at <= now)
            .order_by(StripeEventRow.next_attempt_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._session.execute(
            update(StripeEventRow)
            .where(StripeEventRow.id.in_(waiting.scalar_subquery()))
            .values(attempts=StripeEventRow.attempts + 1, next_attempt_at=now + lease)
            .returning(StripeEventRow.payload, StripeEventRow.attempts, StripeEventRow.failures)
        )
        return [WaitingEvent(read_event(row.payload), row.attempts, row.failures) for row in rows]

    async def mark_processed(
        self, event_id: str, now: datetime, *, alarm: str | None = None
    ) -> None:
        await self._session.execute(
            update(StripeEventRow)
            .where(StripeEventRow.id == event_id)
            .values(processed_at=now, alarm=alarm, error=None)
        )

    async def bury(self, event_id: str, now: datetime, error: str) -> None:
        await self._session.execute(
            update(StripeEventRow)
            .where(StripeEventRow.id == event_id)
            .values(
                processed_at=now,
                dead_at=now,
                error=error,
                alarm="given up",
                failures=StripeEventRow.failures + 1,
            )
        )

    async def retry_at(self, event_id: str, moment: datetime, error: str, *, failures: int) -> None:
        await self._session.execute(
            update(StripeEventRow)
            .where(StripeEventRow.id == event_id)
            .values(next_attempt_at=moment, error=error, failures=failures)
        )

    async def lease_cursor(
        self, name: str, now: datetime, *, start: datetime, lease: timedelta
    ) -> datetime | None:
        await self._session.execute(
            insert(StripeCursorRow)
            .values(name=name, read_until=start, leased_until=now)
            .on_conflict_do_nothing()
        )
        taken: datetime | None = await self._session.scalar(
            update(StripeCursorRow)
            .where(
                StripeCursorRow.name == name,
                or_(
                    StripeCursorRow.leased_until <= now,
                    StripeCursorRow.leased_until > now + _NEVER_AHEAD,
                ),
            )
            .values(
                read_until=func.least(StripeCursorRow.read_until, now), leased_until=now + lease
            )
            .returning(StripeCursorRow.read_until)
        )
        return taken

    async def leave_cursor(self, name: str, read_until: datetime, *, due: datetime) -> None:
        await self._session.execute(
            update(StripeCursorRow)
            .where(StripeCursorRow.name == name)
            .values(
                read_until=func.greatest(StripeCursorRow.read_until, read_until), leased_until=due
            )
        )
