"""Ask to use another e-mail address; it changes when the mail sent to it is followed."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import CheckPassword, unchanged_for_update
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import Clock, UnitOfWorkFactory
from deployments.auth.application.send_verification import send_verification


class ChangeEmail:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        check_password: CheckPassword,
        write: MailWriter,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._check_password = check_password
        self._write = write
        self._clock = clock

    async def __call__(self, user_id: UUID, email: str, password: str) -> None:
        """The answer is the same when the address belongs to another account: then a mail says so.

        Raises:
            Forbidden: ``wrong_password``.
            RateLimited: too many guesses, or too many mails.
        """
        checked = await self._check_password.of_signed_in(user_id, password)
        async with self._begin() as work:
            user = await unchanged_for_update(work, checked)
            holder = await work.users.by_email(email)
            await send_verification(
                work,
                self._write,
                user,
                email,
                self._clock(),
                taken=holder is not None and holder.id != user.id,
            )
            await work.commit()
