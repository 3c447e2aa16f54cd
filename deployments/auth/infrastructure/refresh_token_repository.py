from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.refresh_token import RefreshToken, SignIn
from models.auth.tables import RefreshTokenRow


class SqlRefreshTokenRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: RefreshToken) -> None:
        self._session.add(
            RefreshTokenRow(
                id=token.id,
                family_id=token.family_id,
                user_id=token.user_id,
                token_hash=token.token_hash,
                created_at=token.created_at,
                expires_at=token.expires_at,
            )
        )
        await self._session.flush()

    async def by_hash(self, token_hash: str, *, lock: bool = False) -> RefreshToken | None:
        query = select(RefreshTokenRow).where(RefreshTokenRow.token_hash == token_hash)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = await self._session.scalar(query)
        if row is None:
            return None
        return RefreshToken(
            row.id,
            row.family_id,
            row.user_id,
            row.token_hash,
            row.created_at,
            row.expires_at,
            row.used_at,
            row.revoked_at,
        )

    async def mark_used(self, token: RefreshToken, now: datetime) -> None:
        await self._session.execute(
            update(RefreshTokenRow).where(RefreshTokenRow.id == token.id).values(used_at=now)
        )

    async def revoke_family(self, family_id: UUID, now: datetime) -> None:
        await self._session.execute(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.family_id == family_id, RefreshTokenRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    async def revoke_all(self, user_id: UUID, now: datetime) -> None:
        await self._session.execute(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.user_id == user_id, RefreshTokenRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    async def delete_all(self, user_id: UUID) -> None:
        await self._session.execute(
            delete(RefreshTokenRow).where(RefreshTokenRow.user_id == user_id)
        )

    async def sign_ins(self, user_id: UUID) -> list[SignIn]:
        """The latest first."""
        token = RefreshTokenRow
        began = func.min(token.created_at)
        rows = await self._session.execute(
            select(
                began,
                func.max(token.created_at),
                func.max(token.expires_at),
                func.bool_or(token.revoked_at.is_not(None)),
            )
            .where(token.user_id == user_id)
            .group_by(token.family_id)
            .order_by(began.desc())
        )
        return [SignIn(*row) for row in rows]
