"""A user account."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from deployments.shared.errors import Conflict

ADMIN = "admin"
ERASED_NAME = "Erased account"


def same_email(left: str, right: str) -> bool:
    return normal_email(left) == normal_email(right)


def normal_email(email: str) -> str:
    """One form of all the ways to write an address."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


@dataclass
class User:
    """``token_version`` is in each access token; raising it ends them all."""

    id: UUID
    email: str
    name: str
    password_hash: str
    roles: list[str]
    disabled: bool = False
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    email_verified_at: datetime | None = None
    token_version: int = 1
    token_version_raised_at: datetime | None = None
    erased_at: datetime | None = None

    @property
    def email_verified(self) -> bool:
        return self.email_verified_at is not None

    @property
    def erased(self) -> bool:
        return self.erased_at is not None

    @property
    def is_active_admin(self) -> bool:
        return ADMIN in self.roles and not self.disabled

    def end_access(self, now: datetime) -> None:
        """Access tokens issued until now are refused from here on."""
        self.token_version += 1
        self.token_version_raised_at = now

    def rename(self, name: str) -> None:
        self.name = name

    def change_password(self, password_hash: str, now: datetime) -> None:
        self.password_hash = password_hash
        self.end_access(now)

    def verify_email(self, email: str, now: datetime) -> None:
        """``email`` was shown to be the owner's; it replaces another address."""
        if not same_email(self.email, email) or self.email_verified_at is None:
            self.email_verified_at = now
        self.email = email

    def set_roles(self, roles: list[str], *, disabled: bool, now: datetime) -> bool:
        """False when nothing changes.

        Raises:
            Conflict: ``account_erased``.
        """
        if self.erased:
            raise Conflict("account_erased", "this account was erased by its owner; leave it")
        if set(roles) == set(self.roles) and disabled == self.disabled:
            return False
        self.roles, self.disabled = list(roles), disabled
        self.end_access(now)
        return True

    def erase(self, now: datetime) -> None:
        """Nothing of the person is left; the id stays for what refers to it."""
        self.email = f"erased-{self.id}@erased.invalid"
        self.name = ERASED_NAME
        self.password_hash = ""
        self.roles = []
        self.disabled = True
        self.email_verified_at = None
        self.erased_at = now
        self.end_access(now)
