from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.refresh_token import RefreshToken
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

    async def by_hash_for_update(self, token_hash: str) -> RefreshToken | None:
        """Locks the row, so that of two refreshes at once the second sees the first."""
        row = await self._session.scalar(
            select(RefreshTokenRow)
            .where(RefreshTokenRow.token_hash == token_hash)
            .with_for_update()
        )
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
