"""Change what an account shows of its owner."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.ports import UnitOfWorkFactory
from deployments.auth.domain.user import User


class ChangeProfile:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, user_id: UUID, name: str) -> User:
        async with self._begin() as work:
            user = await work.users.by_id_for_update(user_id)
            if user is None or user.disabled:
                raise account_disabled()
            user.rename(name)
            await work.users.update(user)
            await work.commit()
        return user
