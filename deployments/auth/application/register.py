"""Register a shopper."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.ports import PasswordHasher, UnitOfWorkFactory
from deployments.auth.domain.user import User
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.tokens import SHOPPER

EMAIL_TAKEN = Conflict("email_taken", "an account with this e-mail address exists; sign in")


class Register:
    def __init__(
        self, begin: UnitOfWorkFactory, passwords: PasswordHasher, issuer: AccessTokenIssuer
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._issuer = issuer

    async def __call__(self, email: str, password: str, name: str) -> Session:
        """Raises ``Conflict`` ``email_taken``."""
        # Hash before the transaction: it takes a third of a second.
        password_hash = await self._passwords.hash(password)
        user = User(new_id(), email, name, password_hash, roles=[SHOPPER])
        async with self._begin() as work:
            if await work.users.by_email(email) is not None:
                raise EMAIL_TAKEN
            await work.users.add(user)
            session = await issue_session(work, self._issuer, user, datetime.now(UTC))
            await work.commit()
        return session
