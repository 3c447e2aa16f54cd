"""Sign in with e-mail and password."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.ports import PasswordHasher, UnitOfWorkFactory
from deployments.shared.errors import Unauthenticated


class LogIn:
    def __init__(
        self, begin: UnitOfWorkFactory, passwords: PasswordHasher, issuer: AccessTokenIssuer
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._issuer = issuer

    async def __call__(self, email: str, password: str) -> Session:
        """Raises ``Unauthenticated``: the same answer, after the same work, whether the account
        is unknown, disabled or the password wrong."""
        async with self._begin() as work:
            user = await work.users.by_email(email)
        matches = await self._passwords.verify(password, user.password_hash if user else None)
        if user is None or user.disabled or not matches:
            raise Unauthenticated("wrong_credentials", "e-mail address or password is wrong")
        async with self._begin() as work:
            session = await issue_session(work, self._issuer, user, datetime.now(UTC))
            await work.commit()
        return session
