from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.auth.domain.user import ADMIN, User
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
        row.email_verified_at,
        row.token_version,
        row.token_version_raised_at,
        row.erased_at,
    )


class SqlUserRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, user: User) -> None:
        self._session.add(UserRow(**vars(user)))
        await self._session.flush()

    async def update(self, user: User) -> None:
        row = await self._session.get_one(UserRow, user.id)
        for name, value in vars(user).items():
            setattr(row, name, value)
        await self._session.flush()

    async def by_id(self, user_id: UUID) -> User | None:
        row = await self._session.get(UserRow, user_id)
        return _user(row) if row else None

    async def by_id_for_update(self, user_id: UUID) -> User | None:
        row = await self._session.scalar(
            select(UserRow)
            .where(UserRow.id == user_id)
            # Weaker than FOR UPDATE: rows that refer to the account can still be added.
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return _user(row) if row else None

    async def by_email(self, email: str) -> User | None:
        row = await self._session.scalar(select(UserRow).where(UserRow.email == email))
        return _user(row) if row else None

    async def active_admins_for_update(self) -> list[UUID]:
        rows = await self._session.scalars(
            select(UserRow.id)
            .where(literal(ADMIN) == any_(UserRow.roles), UserRow.disabled.is_(False))
            .order_by(UserRow.id)
            .with_for_update(key_share=True)
        )
        return list(rows)

    async def page(self, *, email_part: str | None, before: UUID | None, limit: int) -> list[User]:
        query = select(UserRow).order_by(UserRow.id.desc()).limit(limit)
        if email_part:
            query = query.where(UserRow.email.contains(email_part, autoescape=True))
        if before:
            query = query.where(UserRow.id < before)
        return [_user(row) for row in await self._session.scalars(query)]

    async def raised_versions(self, since: datetime) -> Mapping[UUID, int]:
        rows = await self._session.execute(
            select(UserRow.id, UserRow.token_version).where(
                UserRow.token_version_raised_at >= since
            )
        )
        return {row.id: row.token_version for row in rows}
