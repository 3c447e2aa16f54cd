"""Make an account with given roles, or bring an existing one to them (operators only)."""

from __future__ import annotations

from deployments.auth.application.ports import PasswordHasher, UnitOfWorkFactory
from deployments.auth.domain.user import User
from deployments.shared.ids import new_id


class EnsureAccount:
    def __init__(self, begin: UnitOfWorkFactory, passwords: PasswordHasher) -> None:
        self._begin = begin
        self._passwords = passwords

    async def __call__(self, email: str, password: str, name: str, roles: list[str]) -> User:
        password_hash = await self._passwords.hash(password)
        async with self._begin() as work:
            user = await work.users.by_email(email)
            if user is None:
                user = User(new_id(), email, name, password_hash, roles)
                await work.users.add(user)
            else:
                user.name, user.roles, user.password_hash = name, roles, password_hash
                await work.users.update(user)
            await work.commit()
        return user
