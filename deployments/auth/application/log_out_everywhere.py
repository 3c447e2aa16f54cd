"""End all sign-ins of an account, their access tokens too."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.ports import Clock, PublishVersion, UnitOfWorkFactory


class LogOutEverywhere:
    def __init__(self, begin: UnitOfWorkFactory, publish: PublishVersion, clock: Clock) -> None:
        self._begin = begin
        self._publish = publish
        self._clock = clock

    async def __call__(self, user_id: UUID) -> None:
        now = self._clock()
        async with self._begin() as work:
            user = await work.users.by_id_for_update(user_id)
            if user is None or user.disabled:
                raise account_disabled()
            user.end_access(now)
            await work.users.update(user)
            await work.refresh_tokens.revoke_all(user.id, now)
            await work.commit()
        await self._publish(user.id, user.token_version)
