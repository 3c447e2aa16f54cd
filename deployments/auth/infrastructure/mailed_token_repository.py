from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.mailed_token import MailedToken, Purpose
from models.auth.tables import MailedTokenRow


class SqlMailedTokenRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: MailedToken) -> None:
        self._session.add(MailedTokenRow(**vars(token)))
        await self._session.flush()

    async def by_hash(
        self, token_hash: str, purpose: Purpose, *, lock: bool = False
    ) -> MailedToken | None:
        query = select(MailedTokenRow).where(
            MailedTokenRow.token_hash == token_hash, MailedTokenRow.purpose == purpose
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = await self._session.scalar(query)
        if row is None:
            return None
        return MailedToken(
            row.id,
            row.user_id,
            Purpose(row.purpose),
            row.email,
            row.token_hash,
            row.created_at,
            row.expires_at,
            row.used_at,
        )

    async def mark_used(self, token: MailedToken, now: datetime) -> None:
        await self._session.execute(
            update(MailedTokenRow).where(MailedTokenRow.id == token.id).values(used_at=now)
        )

    async def count_since(self, user_id: UUID, purpose: Purpose, since: datetime) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(MailedTokenRow)
            .where(
                MailedTokenRow.user_id == user_id,
                MailedTokenRow.purpose == purpose,
                MailedTokenRow.created_at > since,
            )
        )
        return count or 0

    async def void(
        self, user_id: UUID, purpose: Purpose, now: datetime, *, keep: str | None = None
    ) -> None:
        statement = update(MailedTokenRow).where(
            MailedTokenRow.user_id == user_id,
            MailedTokenRow.purpose == purpose,
            MailedTokenRow.used_at.is_(None),
        )
        if keep is not None:
            statement = statement.where(MailedTokenRow.email != keep)
        await self._session.execute(statement.values(used_at=now))

    async def delete_all(self, user_id: UUID) -> None:
        await self._session.execute(delete(MailedTokenRow).where(MailedTokenRow.user_id == user_id))
