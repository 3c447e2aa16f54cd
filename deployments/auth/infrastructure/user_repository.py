from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.user import User
from models.auth.tables import UserRow


def _user(row: UserRow) -> User:
    return User(
        row.id,
        row.email,
        row.name,
        row.password_hash,
        list(row.roles),
        row.disabled,
        row.created_at,
    )


class SqlUserRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, user: User) -> None:
        self._session.add(
            UserRow(
                id=user.id,
                email=user.email,
                name=user.name,
                password_hash=user.password_hash,
                roles=user.roles,
                disabled=user.disabled,
                created_at=user.created_at,
            )
        )
        await self._session.flush()

    async def update(self, user: User) -> None:
        row = await self._session.get_one(UserRow, user.id)
        row.name, row.password_hash = user.name, user.password_hash
        row.roles, row.disabled = user.roles, user.disabled
        await self._session.flush()

    async def by_id(self, user_id: UUID) -> User | None:
        row = await self._session.get(UserRow, user_id)
        return _user(row) if row else None

    async def by_email(self, email: str) -> User | None:
        row = await self._session.scalar(select(UserRow).where(UserRow.email == email))
        return _user(row) if row else None
