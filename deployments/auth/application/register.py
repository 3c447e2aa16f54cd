"""Register a shopper."""

from __future__ import annotations

from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.mails import MailWriter
from deployments.auth.application.ports import Clock, PasswordHasher, UnitOfWorkFactory
from deployments.auth.application.send_verification import send_verification
from deployments.auth.domain.password_policy import check_new_password
from deployments.auth.domain.user import User
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id
from deployments.shared.tokens import SHOPPER


def email_taken() -> Conflict:
    return Conflict("email_taken", "an account with this e-mail address exists; sign in")


class Register:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        passwords: PasswordHasher,
        issuer: AccessTokenIssuer,
        write: MailWriter,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._passwords = passwords
        self._issuer = issuer
        self._write = write
        self._clock = clock

    async def __call__(self, email: str, password: str, name: str) -> Session:
        """Raises ``Conflict`` ``email_taken`` and ``Invalid`` ``password_too_easy``."""
        check_new_password(password, email)
        # Hash before the transaction: it takes a third of a second.
        password_hash = await self._passwords.hash(password)
        now = self._clock()
        user = User(new_id(), email, name, password_hash, roles=[SHOPPER], created_at=now)
        async with self._begin() as work:
            if await work.users.by_email(email) is not None:
                raise email_taken()
            await work.users.add(user)
            session = await issue_session(work, self._issuer, user, now)
            await send_verification(work, self._write, user, email, now)
            await work.commit()
        return session
