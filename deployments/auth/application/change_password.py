"""Change the own password."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import CheckPassword, unchanged_for_update
from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import (
    Clock,
    PasswordHasher,
    PublishVersion,
    UnitOfWorkFactory,
)
from deployments.auth.application.set_password import set_password
from deployments.auth.domain.password_policy import check_new_password


class ChangePassword:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        check_password: CheckPassword,
        passwords: PasswordHasher,
        issuer: AccessTokenIssuer,
        *,
        write: MailWriter,
        publish: PublishVersion,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._check_password = check_password
        self._passwords = passwords
        self._issuer = issuer
        self._write = write
        self._publish = publish
        self._clock = clock

    async def __call__(self, user_id: UUID, current: str, new: str) -> Session:
        """A new sign-in in place of all earlier ones.

        Raises:
            Forbidden: ``wrong_password``.
            Invalid: ``password_too_easy``.
            RateLimited: too many guesses.
        """
        checked = await self._check_password.of_signed_in(user_id, current)
        check_new_password(new, checked.email)
        password_hash = await self._passwords.hash(new)
        now = self._clock()
        async with self._begin() as work:
            user = await unchanged_for_update(work, checked)
            await set_password(work, self._write, user, password_hash, now)
            session = await issue_session(work, self._issuer, user, now)
            await work.commit()
        await self._publish(user.id, user.token_version)
        return session
