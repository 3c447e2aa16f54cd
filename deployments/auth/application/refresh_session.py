"""Trade a refresh token for a new pair; a token used twice ends the whole sign-in."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.ports import UnitOfWorkFactory
from deployments.auth.domain.refresh_token import hash_token
from deployments.shared.errors import Unauthenticated


class RefreshSession:
    def __init__(self, begin: UnitOfWorkFactory, issuer: AccessTokenIssuer) -> None:
        self._begin = begin
        self._issuer = issuer

    async def __call__(self, refresh_token: str) -> Session:
        """Raises ``Unauthenticated`` for an unknown, expired, revoked or reused token."""
        now = datetime.now(UTC)
        refused = Unauthenticated("invalid_refresh_token", "sign in again")
        async with self._begin() as work:
            token = await work.refresh_tokens.by_hash_for_update(hash_token(refresh_token))
            if token is None:
                raise refused
            if token.was_used:
                await work.refresh_tokens.revoke_family(token.family_id, now)
                await work.commit()
                raise refused
            user = await work.users.by_id(token.user_id)
            if user is None or user.disabled or not token.is_valid(now):
                raise refused
            await work.refresh_tokens.mark_used(token, now)
            session = await issue_session(work, self._issuer, user, now, token.family_id)
            await work.commit()
        return session
