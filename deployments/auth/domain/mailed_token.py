"""A token sent by mail: stored hashed, good for one use within its time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from deployments.auth.domain.refresh_token import hash_token
from deployments.shared.ids import new_id


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - what a token is for


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=48),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
}
# More mails than that within the hour only help who wants to flood a mailbox.
MAILS_AN_HOUR = 5


@dataclass
class MailedToken:
    """``email`` is the address it was sent to, which its use shows to be the owner's."""

    id: UUID
    user_id: UUID
    purpose: Purpose
    email: str
    token_hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    @classmethod
    def issue(
        cls, user_id: UUID, purpose: Purpose, email: str, now: datetime
    ) -> tuple[MailedToken, str]:
        """A new token and its secret, which only the mail holds."""
        secret = secrets.token_urlsafe(32)
        token = cls(
            id=new_id(),
            user_id=user_id,
            purpose=purpose,
            email=email,
            token_hash=hash_token(secret),
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
        return token, secret

    def is_valid(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at
