"""Read an account, and the version its access tokens must have."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.ports import UnitOfWorkFactory
from deployments.auth.domain.user import User
from deployments.shared.errors import NotFound


class ReadAccount:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, user_id: UUID) -> User:
        """Raises ``Unauthenticated`` when the account is gone or disabled."""
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
        if user is None or user.disabled:
            raise account_disabled()
        return user

    async def token_version(self, user_id: UUID) -> int:
        """Raises ``NotFound`` ``account_not_found``."""
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
        if user is None:
            raise NotFound("account_not_found", "there is no such account")
        return user.token_version

    async def usable_version(self, user_id: UUID) -> int:
        """The same for auth's own requests, for which only a usable account counts."""
        return (await self(user_id)).token_version
