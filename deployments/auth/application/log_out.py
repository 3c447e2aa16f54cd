"""End a sign-in: its refresh tokens stop working."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.auth.application.ports import UnitOfWorkFactory
from deployments.auth.domain.refresh_token import hash_token


class LogOut:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, refresh_token: str) -> None:
        """An unknown token is no error: the caller is signed out either way."""
        async with self._begin() as work:
            token = await work.refresh_tokens.by_hash_for_update(hash_token(refresh_token))
            if token is not None:
                await work.refresh_tokens.revoke_family(token.family_id, datetime.now(UTC))
                await work.commit()
