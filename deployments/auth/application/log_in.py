"""Sign in with e-mail and password."""

from __future__ import annotations

from deployments.auth.application.check_password import CheckPassword, unchanged_for_update
from deployments.auth.application.issue_session import AccessTokenIssuer, Session, issue_session
from deployments.auth.application.ports import Clock, UnitOfWorkFactory


class LogIn:
    def __init__(
        self,
        begin: UnitOfWorkFactory,
        check_password: CheckPassword,
        issuer: AccessTokenIssuer,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._check_password = check_password
        self._issuer = issuer
        self._clock = clock

    async def __call__(self, email: str, password: str, address: str) -> Session:
        """Raises as ``CheckPassword.at_sign_in``."""
        checked = await self._check_password.at_sign_in(email, password, address)
        async with self._begin() as work:
            user = await unchanged_for_update(work, checked)
            session = await issue_session(work, self._issuer, user, self._clock())
            await work.commit()
        return session
