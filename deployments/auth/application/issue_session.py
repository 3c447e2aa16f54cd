"""A signed-in session: the account, an access token and a refresh token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deployments.auth.application.ports import AuthUnitOfWork
from deployments.auth.domain.refresh_token import RefreshToken
from deployments.auth.domain.user import User

AccessTokenIssuer = Callable[[User], tuple[str, int]]


@dataclass(frozen=True)
class Session:
    user: User
    access_token: str
    expires_in: int
    refresh_token: str


async def issue_session(
    work: AuthUnitOfWork,
    issuer: AccessTokenIssuer,
    user: User,
    now: datetime,
    family_id: UUID | None = None,
) -> Session:
    """Write a new refresh token in ``work``, which holds the user's lock; the caller commits."""
    token, secret = RefreshToken.issue(user.id, now, family_id)
    await work.refresh_tokens.add(token)
    access_token, expires_in = issuer(user)
    return Session(user, access_token, expires_in, secret)
