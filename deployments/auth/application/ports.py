"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from deployments.auth.domain.address import Address
from deployments.auth.domain.mailed_token import MailedToken, Purpose
from deployments.auth.domain.refresh_token import RefreshToken, SignIn
from deployments.auth.domain.user import User
from deployments.shared.events import Event
from deployments.shared.mail import Mail

Clock = Callable[[], datetime]
# Tells the other services an account's new token version; after the commit, before the answer.
PublishVersion = Callable[[UUID, int], Awaitable[None]]
# What another service keeps about a user.
UserData = Callable[[UUID], Awaitable[dict[str, Any]]]


class UserRepository(Protocol):
    """Locks order all changes of one account: take the user's before any other of the account."""

    async def add(self, user: User) -> None: ...

    async def update(self, user: User) -> None: ...

    async def by_id(self, user_id: UUID) -> User | None: ...

    async def by_id_for_update(self, user_id: UUID) -> User | None: ...

    async def by_email(self, email: str) -> User | None: ...

    async def active_admins_for_update(self) -> list[UUID]: ...

    async def page(
        self, *, email_part: str | None, before: UUID | None, limit: int
    ) -> list[User]: ...

    async def raised_versions(self, since: datetime) -> Mapping[UUID, int]: ...


class RefreshTokenRepository(Protocol):
    async def add(self, token: RefreshToken) -> None: ...

    async def by_hash(self, token_hash: str, *, lock: bool = False) -> RefreshToken | None: ...

    async def mark_used(self, token: RefreshToken, now: datetime) -> None: ...

    async def revoke_family(self, family_id: UUID, now: datetime) -> None: ...

    async def revoke_all(self, user_id: UUID, now: datetime) -> None: ...

    async def delete_all(self, user_id: UUID) -> None: ...

    async def sign_ins(self, user_id: UUID) -> list[SignIn]: ...


class MailedTokenRepository(Protocol):
    async def add(self, token: MailedToken) -> None: ...

    async def by_hash(
        self, token_hash: str, purpose: Purpose, *, lock: bool = False
    ) -> MailedToken | None: ...

    async def mark_used(self, token: MailedToken, now: datetime) -> None: ...

    async def count_since(self, user_id: UUID, purpose: Purpose, since: datetime) -> int: ...

    async def void(
        self, user_id: UUID, purpose: Purpose, now: datetime, *, keep: str | None = None
    ) -> None:
        """End the account's tokens, but for those sent to the address ``keep``."""

    async def delete_all(self, user_id: UUID) -> None: ...


class ResetRequestRepository(Protocol):
    async def add(self, email: str, now: datetime) -> None: ...

    async def take(self, limit: int) -> list[str]: ...

    async def delete_all(self, email: str) -> None: ...


class AddressRepository(Protocol):
    async def add(self, address: Address) -> None: ...

    async def update(self, address: Address) -> None: ...

    async def of_user(self, user_id: UUID) -> list[Address]: ...

    async def delete(self, address: Address) -> None: ...

    async def delete_all(self, user_id: UUID) -> None: ...


class MailQueue(Protocol):
    async def append(self, mail: Mail) -> None: ...


class Outbox(Protocol):
    async def append(self, event: Event) -> None: ...


class AuthUnitOfWork(Protocol):
    users: UserRepository
    refresh_tokens: RefreshTokenRepository
    mailed_tokens: MailedTokenRepository
    reset_requests: ResetRequestRepository
    addresses: AddressRepository
    mails: MailQueue
    outbox: Outbox

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def commit(self) -> None: ...


UnitOfWorkFactory = Callable[[], AuthUnitOfWork]


class PasswordHasher(Protocol):
    """Both raise ``Unavailable`` when too many wait already."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool: ...


class GuessThrottle(Protocol):
    """Counts wrong passwords for an account and for an address."""

    async def take(self, email: str, address: str | None) -> str:
        """Counts a guess before it is checked, so that guesses at once are all counted.

        Returns:
            The guess, for ``clear``.

        Raises:
            RateLimited: too many wrong ones; this one is not to be checked.
        """
        ...

    async def clear(self, email: str, address: str | None, guess: str = "") -> None:
        """The guess was right: the account's count ends, the address gets this guess back."""
        ...

    async def give_back(self, email: str, address: str | None, guess: str) -> None:
        """The guess was not checked after all."""
        ...
