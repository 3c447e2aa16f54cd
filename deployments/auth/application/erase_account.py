"""Erase an account: its row stays, without the person."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.check_password import CheckPassword, unchanged_for_update
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import Clock, PublishVersion, UnitOfWorkFactory
from deployments.shared.errors import Conflict
from deployments.shared.events import ACCOUNTS, Event


class EraseAccount:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        check_password: CheckPassword,
        write: MailWriter,
        publish: PublishVersion,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._check_password = check_password
        self._write = write
        self._publish = publish
        self._clock = clock

    async def __call__(self, user_id: UUID, password: str) -> None:
        """The other services hear of it by the event ``account.erased``.

        Raises:
            Forbidden: ``wrong_password``.
            Conflict: ``last_admin``.
            RateLimited: too many guesses.
        """
        checked = await self._check_password.of_signed_in(user_id, password)
        async with self._begin() as work:
            admins = await work.users.active_admins_for_update() if checked.is_active_admin else []
            user = await unchanged_for_update(work, checked)
            if admins == [user_id]:
                raise Conflict("last_admin", "this is the last admin; make another one first")
            email = user.email
            user.erase(self._clock())
            await work.users.update(user)
            await work.addresses.delete_all(user_id)
            await work.refresh_tokens.delete_all(user_id)
            await work.mailed_tokens.delete_all(user_id)
            await work.reset_requests.delete_all(email)
            await work.mails.append(self._write.account_erased(email))
            await work.outbox.append(Event(ACCOUNTS, "account.erased", {"user_id": str(user_id)}))
            await work.commit()
        await self._publish(user.id, user.token_version)
