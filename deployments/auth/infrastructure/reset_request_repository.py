from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.shared.ids import new_id
from models.auth.tables import ResetRequestRow


class SqlResetRequestRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, email: str, now: datetime) -> None:
        self._session.add(ResetRequestRow(id=new_id(), email=email, requested_at=now))
        await self._session.flush()

    async def take(self, limit: int) -> list[str]:
        """The oldest, which no other worker has; gone with the commit."""
        oldest = (
            select(ResetRequestRow.id)
            .order_by(ResetRequestRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._session.scalars(
            delete(ResetRequestRow)
            .where(ResetRequestRow.id.in_(oldest))
            .returning(ResetRequestRow.email)
        )
        return list(rows)

    async def delete_all(self, email: str) -> None:
        await self._session.execute(delete(ResetRequestRow).where(ResetRequestRow.email == email))
