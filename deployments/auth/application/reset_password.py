"""Choose a new password with the link of a mail."""

from __future__ import annotations

from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import (
    Clock,
    GuessThrottle,
    PasswordHasher,
    PublishVersion,
    UnitOfWorkFactory,
)
from deployments.auth.application.set_password import set_password
from deployments.auth.application.verify_email import invalid_link
from deployments.auth.domain.mailed_token import Purpose
from deployments.auth.domain.password_policy import check_new_password
from deployments.auth.domain.refresh_token import hash_token
from deployments.auth.domain.user import same_email


class ResetPassword:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        passwords: PasswordHasher,
        throttle: GuessThrottle,
        *,
        write: MailWriter,
        publish: PublishVersion,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._throttle = throttle
        self._write = write
        self._publish = publish
        self._clock = clock

    async def __call__(self, secret: str, password: str) -> None:
        """Signs out everywhere; the count of wrong guesses starts anew.

        Raises:
            Invalid: ``invalid_link`` or ``password_too_easy`` (the link can be used again).
        """
        now = self._clock()
        token_hash = hash_token(secret)
        async with self._begin() as work:
            known = await work.mailed_tokens.by_hash(token_hash, Purpose.RESET_PASSWORD)
        if known is None or not known.is_valid(now):
            raise invalid_link()
        check_new_password(password, known.email)
        password_hash = await self._passwords.hash(password)
        async with self._begin() as work:
            user = await work.users.by_id_for_update(known.user_id)
            token = await work.mailed_tokens.by_hash(token_hash, Purpose.RESET_PASSWORD, lock=True)
            if user is None or token is None or user.disabled or not token.is_valid(now):
                raise invalid_link()
            # A link sent to a former address opens the account no more.
            if not same_email(token.email, user.email):
                raise invalid_link()
            await work.mailed_tokens.mark_used(token, now)
            await set_password(work, self._write, user, password_hash, now)
            # Who reads the mail owns the address.
            user.verify_email(token.email, now)
            await work.users.update(user)
            await work.commit()
        await self._publish(user.id, user.token_version)
        await self._throttle.clear(user.email, None)
