"""End a sign-in: its refresh tokens stop working."""

from __future__ import annotations

from deployments.auth.application.ports import Clock, UnitOfWorkFactory
from deployments.auth.domain.refresh_token import hash_token


class LogOut:
    def __init__(self, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def __call__(self, refresh_token: str) -> None:
        """An unknown token is no error: the caller is signed out either way."""
        async with self._begin() as work:
            token = await work.refresh_tokens.by_hash(hash_token(refresh_token))
            if token is not None:
                await work.users.by_id_for_update(token.user_id)
                await work.refresh_tokens.revoke_family(token.family_id, self._clock())
                await work.commit()
