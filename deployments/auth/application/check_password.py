"""Is this the account's password? Guesses are counted, here and nowhere else."""

from __future__ import annotations

from uuid import UUID

from deployments.auth.application.ports import (
    AuthUnitOfWork,
    GuessThrottle,
    PasswordHasher,
    UnitOfWorkFactory,
)
from deployments.auth.domain.user import User
from deployments.shared.errors import Forbidden, Unauthenticated, Unavailable


def wrong_credentials() -> Unauthenticated:
    return Unauthenticated("wrong_credentials", "e-mail address or password is wrong")


def account_disabled() -> Unauthenticated:
    return Unauthenticated("account_disabled", "this account can't be used")


class CheckPassword:
    def __init__(
        self, begin: UnitOfWorkFactory, passwords: PasswordHasher, throttle: GuessThrottle
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._throttle = throttle

    async def at_sign_in(self, email: str, password: str, address: str) -> User:
        """The account.

        Raises:
            Unauthenticated: the same answer, after the same work, whether the account is unknown,
                disabled or the password wrong.
            RateLimited: too many wrong guesses, whatever this one is.
        """
        guess = await self._throttle.take(email, address)
        async with self._begin() as work:
            user = await work.users.by_email(email)
        password_hash = user.password_hash if user else None
        matches = await self._verify(password, password_hash, email, address, guess)
        if user is None or user.disabled or not matches:
            raise wrong_credentials()
        await self._throttle.clear(email, address, guess)
        return user

    async def of_signed_in(self, user_id: UUID, password: str) -> User:
        """The account, before a change that needs more than an access token.

        Raises:
            Forbidden: ``wrong_password``.
            RateLimited: too many wrong guesses.
        """
        async with self._begin() as work:
            user = await work.users.by_id(user_id)
        if user is None or user.disabled:
            raise account_disabled()
        guess = await self._throttle.take(user.email, None)
        if not await self._verify(password, user.password_hash, user.email, None, guess):
            raise Forbidden("wrong_password", "this is not the current password; try again")
        await self._throttle.clear(user.email, None)
        return user

    async def _verify(
        self,
        password: str,
        password_hash: str | None,
        email: str,
        address: str | None,
        guess: str,
    ) -> bool:
        try:
            return await self._passwords.verify(password, password_hash)
        except Unavailable:
            await self._throttle.give_back(email, address, guess)
            raise


async def unchanged_for_update(work: AuthUnitOfWork, checked: User) -> User:
    """``checked`` locked, unless password or state has changed since it was checked."""
    user = await work.users.by_id_for_update(checked.id)
    if user is None or user.disabled or user.password_hash != checked.password_hash:
        raise wrong_credentials()
    return user
