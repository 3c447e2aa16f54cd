from __future__ import annotations

from deployments.auth.application.ports import RefreshTokenRepository, UserRepository
from deployments.auth.infrastructure.refresh_token_repository import SqlRefreshTokenRepository
from deployments.auth.infrastructure.user_repository import SqlUserRepository
from deployments.shared.database import SqlUnitOfWork


class SqlAuthUnitOfWork(SqlUnitOfWork):
    users: UserRepository
    refresh_tokens: RefreshTokenRepository

    def _open(self) -> None:
        self.users = SqlUserRepository(self.session)
        self.refresh_tokens = SqlRefreshTokenRepository(self.session)
