"""The mail by which an address is shown to be the owner's."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from deployments.auth.application.check_password import account_disabled
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import AuthUnitOfWork, Clock, UnitOfWorkFactory
from deployments.auth.domain.mailed_token import MAILS_AN_HOUR, MailedToken, Purpose
from deployments.auth.domain.user import User
from deployments.shared.errors import Conflict, RateLimited


async def send_verification(
    work: AuthUnitOfWork,
    write: MailWriter,
    user: User,
    email: str,
    now: datetime,
    *,
    taken: bool = False,
) -> None:
    """Queue the mail in ``work``. Older links end, so that only the last mail's works. When the
    address is ``taken`` the mail says so and holds no link.

    Raises:
        RateLimited: too many mails within the hour.
    """
    since = now - timedelta(hours=1)
    if await work.mailed_tokens.count_since(user.id, Purpose.VERIFY_EMAIL, since) >= MAILS_AN_HOUR:
        raise RateLimited("look into your mailbox, or ask again in an hour", retry_after=3600)
    await work.mailed_tokens.void(user.id, Purpose.VERIFY_EMAIL, now)
    token, secret = MailedToken.issue(user.id, Purpose.VERIFY_EMAIL, email, now)
    await work.mailed_tokens.add(token)
    await work.mails.append(
        write.address_in_use(email) if taken else write.confirm_address(email, secret)
    )


class ResendVerification:
    def __init__(self, begin: UnitOfWorkFactory, write: MailWriter, clock: Clock) -> None:
        self._begin = begin
        self._write = write
        self._clock = clock

    async def __call__(self, user_id: UUID) -> None:
        """Raises ``Conflict`` ``email_verified`` when there is nothing left to confirm."""
        async with self._begin() as work:
            user = await work.users.by_id_for_update(user_id)
            if user is None or user.disabled:
                raise account_disabled()
            if user.email_verified:
                raise Conflict("email_verified", "this address is confirmed already")
            await send_verification(work, self._write, user, user.email, self._clock())
            await work.commit()
