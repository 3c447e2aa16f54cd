"""Accounts as an admin sees and changes them."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.ports import Clock, PublishVersion, UnitOfWorkFactory
from deployments.auth.domain.user import ADMIN, User
from deployments.shared.errors import Conflict, Forbidden, NotFound


def _unknown_user() -> NotFound:
    return NotFound("user_not_found", "there is no such user")


class ReadUsers:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def page(self, *, email_part: str | None, before: UUID | None, limit: int) -> list[User]:
        """Newest first; ``email_part`` is any part of the address."""
        async with self._begin() as work:
            return await work.users.page(email_part=email_part, before=before, limit=limit)

    async def one(self, user_id: UUID) -> User:
        """Raises ``NotFound`` ``user_not_found``."""
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
        if user is None:
            raise _unknown_user()
        return user


class ChangeUser:
    def __init__(self, begin: UnitOfWorkFactory, publish: PublishVersion, clock: Clock) -> None:
        self._begin = begin
        self._publish = publish
        self._clock = clock

    async def __call__(
        self, admin_id: UUID, user_id: UUID, roles: list[str], *, disabled: bool
    ) -> User:
        """``roles`` and ``disabled`` replace the account's; its sign-ins end.

        Raises:
            NotFound: ``user_not_found``.
            Conflict: ``own_admin_role`` or ``account_erased``.
        """
        stays_admin = ADMIN in roles and not disabled
        async with self._begin() as work:
            # Two admins who demote each other at once wait here for one another; as nobody demotes
            # themselves, one always stays.
            admins = await work.users.active_admins_for_update()
            if admin_id not in admins:
                raise Forbidden("wrong_role", "this needs the role admin")
            if admin_id == user_id and not stays_admin:
                raise Conflict("own_admin_role", "ask another admin to take your own role away")
            user = await work.users.by_id_for_update(user_id)
            if user is None:
                raise _unknown_user()
            now = self._clock()
            if not user.set_roles(roles, disabled=disabled, now=now):
                return user
            await work.users.update(user)
            await work.refresh_tokens.revoke_all(user_id, now)
            await work.commit()
        await self._publish(user.id, user.token_version)
        return user
