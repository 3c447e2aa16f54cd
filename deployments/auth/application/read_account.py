"""Read an account."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.ports import UnitOfWorkFactory
from deployments.auth.domain.user import User
from deployments.shared.errors import Unauthenticated


class ReadAccount:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, user_id: UUID) -> User:
        """Raises ``Unauthenticated`` when the account is gone or disabled."""
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
        if user is None or user.disabled:
            raise Unauthenticated("account_disabled", "this account can't be used")
        return user
