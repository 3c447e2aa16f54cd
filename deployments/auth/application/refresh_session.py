"""Trade a refresh token for a new pair; a token used twice ends the whole sign-in."""

from __future__ import annotations

from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.ports import Clock, UnitOfWorkFactory
from deployments.auth.domain.refresh_token import hash_token
from deployments.shared.errors import Unauthenticated


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_refresh_token", "sign in again")


class RefreshSession:
    def __init__(self, begin: UnitOfWorkFactory, issuer: AccessTokenIssuer, clock: Clock) -> None:
        self._begin = begin
        self._issuer = issuer
        self._clock = clock

    async def __call__(self, refresh_token: str) -> Session:
        """Raises ``Unauthenticated`` for an unknown, expired, revoked or reused token."""
        now = self._clock()
        token_hash = hash_token(refresh_token)
        async with self._begin() as work:
            known = await work.refresh_tokens.by_hash(token_hash)
            user = await work.users.by_id_for_update(known.user_id) if known else None
            # Read again under the lock: of two refreshes at once the second sees the first.
            token = await work.refresh_tokens.by_hash(token_hash, lock=True)
            if user is None or token is None:
                raise _refused()
            if token.was_used:
                await work.refresh_tokens.revoke_family(token.family_id, now)
                await work.commit()
                raise _refused()
            if user.disabled or not token.is_valid(now):
                raise _refused()
            await work.refresh_tokens.mark_used(token, now)
            session = await issue_session(work, self._issuer, user, now, token.family_id)
            await work.commit()
        return session
