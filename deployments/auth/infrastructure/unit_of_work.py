from __future__ import annotations

from deployments.auth.application.ports import (
    AddressRepository,
    MailedTokenRepository,
    MailQueue,
    Outbox,
    RefreshTokenRepository,
    ResetRequestRepository,
    UserRepository,
)
from deployments.auth.infrastructure.address_repository import SqlAddressRepository
from deployments.auth.infrastructure.mailed_token_repository import SqlMailedTokenRepository
from deployments.auth.infrastructure.refresh_token_repository import SqlRefreshTokenRepository
from deployments.auth.infrastructure.reset_request_repository import SqlResetRequestRepository
from deployments.auth.infrastructure.user_repository import SqlUserRepository
from deployments.shared.database import SqlUnitOfWork
from deployments.shared.mail import MailRepository
from deployments.shared.outbox import OutboxRepository
from models.auth import tables


class SqlAuthUnitOfWork(SqlUnitOfWork):
    users: UserRepository
    refresh_tokens: RefreshTokenRepository
    mailed_tokens: MailedTokenRepository
    reset_requests: ResetRequestRepository
    addresses: AddressRepository
    mails: MailQueue
    outbox: Outbox

    def _open(self) -> None:
        self.users = SqlUserRepository(self.session)
        self.refresh_tokens = SqlRefreshTokenRepository(self.session)
        self.mailed_tokens = SqlMailedTokenRepository(self.session)
        self.reset_requests = SqlResetRequestRepository(self.session)
        self.addresses = SqlAddressRepository(self.session)
        self.mails = MailRepository(self.session, tables.mails)
        self.outbox = OutboxRepository(self.session, tables.outbox)
