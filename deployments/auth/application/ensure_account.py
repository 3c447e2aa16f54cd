"""Make an account with given roles, or bring an existing one to them (operators only)."""

from __future__ import annotations

from deployments.auth.application.ports import (
    Clock,
    PasswordHasher,
    PublishVersion,
    UnitOfWorkFactory,
)
from deployments.auth.domain.user import User
from deployments.shared.ids import new_id


class EnsureAccount:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        passwords: PasswordHasher,
        publish: PublishVersion,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._publish = publish
        self._clock = clock

    async def __call__(self, email: str, password: str, name: str, roles: list[str]) -> User:
        """An account that has other roles or another password is signed out everywhere.

        The operator vouches for the address.
        """
        async with self._begin() as work:
            known = await work.users.by_email(email)
        same = known is not None and await self._passwords.verify(password, known.password_hash)
        password_hash = (
            known.password_hash if known and same else await self._passwords.hash(password)
        )
        now = self._clock()
        async with self._begin() as work:
            user = await work.users.by_id_for_update(known.id) if known else None
            if user is None:
                user = User(new_id(), email, name, password_hash, roles, created_at=now)
                user.verify_email(email, now)
                await work.users.add(user)
                await work.commit()
                return user
            before = user.token_version
            user.rename(name)
            user.verify_email(user.email, now)
            user.set_roles(roles, disabled=user.disabled, now=now)
            if user.password_hash != password_hash:
                user.change_password(password_hash, now)
            await work.users.update(user)
            if user.token_version > before:
                await work.refresh_tokens.revoke_all(user.id, now)
            await work.commit()
        if user.token_version > before:
            await self._publish(user.id, user.token_version)
        return user
