"""What a new password brings with it, however it came about."""

from __future__ import annotations

from datetime import datetime

from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import AuthUnitOfWork
from deployments.auth.domain.mailed_token import Purpose
from deployments.auth.domain.user import User


async def set_password(
    work: AuthUnitOfWork, write: MailWriter, user: User, password_hash: str, now: datetime
) -> None:
    """Everybody is signed out, links to reset it or to use another address end, the owner is told.
    The caller holds the user's lock, commits, and publishes the token version."""
    user.change_password(password_hash, now)
    await work.users.update(user)
    await work.refresh_tokens.revoke_all(user.id, now)
    await work.mailed_tokens.void(user.id, Purpose.RESET_PASSWORD, now)
    # Who knew the old password may have asked for it, to get the owner to follow that link.
    await work.mailed_tokens.void(user.id, Purpose.VERIFY_EMAIL, now, keep=user.email)
    await work.mails.append(write.password_changed(user.email))
