"""A refresh token: opaque, stored hashed, good for one use; reuse betrays a stolen token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from deployments.shared.ids import new_id

LIFETIME = timedelta(days=7)


def hash_token(token: str) -> str:
    """SHA-256 suffices: the token is 256 random bits, nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass
class RefreshToken:
    id: UUID
    family_id: UUID
    user_id: UUID
    token_hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @classmethod
    def issue(
        cls, user_id: UUID, now: datetime, family_id: UUID | None = None
    ) -> tuple[RefreshToken, str]:
        """A new token and its secret, which is not kept; ``family_id`` continues a sign-in."""
        secret = secrets.token_urlsafe(32)
        token = cls(
            id=new_id(),
            family_id=family_id or new_id(),
            user_id=user_id,
            token_hash=hash_token(secret),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        return token, secret

    @property
    def was_used(self) -> bool:
        return self.used_at is not None

    def is_valid(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True)
class SignIn:
    """One family of refresh tokens."""

    began_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended: bool
