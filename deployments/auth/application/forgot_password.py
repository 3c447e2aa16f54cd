"""Ask for a mail with a link to choose a new password.

The request is written down whether or not the account exists, and looked at afterwards: so neither
the answer nor its time tells.
"""

from __future__ import annotations

from datetime import timedelta

from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import AuthUnitOfWork, Clock, UnitOfWorkFactory
from deployments.auth.domain.mailed_token import MAILS_AN_HOUR, MailedToken, Purpose

_BATCH = 50


class ForgotPassword:
    def __init__(self, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def __call__(self, email: str) -> None:
        async with self._begin() as work:
            await work.reset_requests.add(email, self._clock())
            await work.commit()


class SendResetMails:
    """Background work: a mail for each request that names an account."""

    def __init__(self, begin: UnitOfWorkFactory, write: MailWriter, clock: Clock) -> None:
        self._begin = begin
        self._write = write
        self._clock = clock

    async def __call__(self) -> int:
        """One batch; the number of requests handled."""
        async with self._begin() as work:
            emails = await work.reset_requests.take(_BATCH)
            # In one order everywhere, so that two batches can't wait for each other's accounts.
            for email in sorted({email.casefold() for email in emails}):
                await self._answer(work, email)
            await work.commit()
        return len(emails)

    async def _answer(self, work: AuthUnitOfWork, email: str) -> None:
        now = self._clock()
        user = await work.users.by_email(email)
        if user is None or user.disabled:
            return
        since = now - timedelta(hours=1)
        sent = await work.mailed_tokens.count_since(user.id, Purpose.RESET_PASSWORD, since)
        if sent >= MAILS_AN_HOUR:
            return
        token, secret = MailedToken.issue(user.id, Purpose.RESET_PASSWORD, user.email, now)
        await work.mailed_tokens.add(token)
        await work.mails.append(self._write.reset_password(user.email, secret))
