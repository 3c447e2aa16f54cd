"""The demo store's accounts: one for each role, with a password to read aloud."""

from __future__ import annotations

from dataclasses import dataclass

from deployments.shared.operator_client import operator_http
from deployments.shared.tokens import ADMIN, ANALYST, MERCHANT, SHOPPER

# For a store on the own machine; `ensure_accounts` is never part of a production set-up.
PASSWORD = "mercato-demo-2025"  # noqa: S105


@dataclass(frozen=True)
class DemoAccount:
    email: str
    name: str
    roles: tuple[str, ...]
    password: str = PASSWORD


DEMO_ACCOUNTS = (
    DemoAccount("shopper@mercato.example", "Sofia Shopper", (SHOPPER,)),
    DemoAccount("merchant@mercato.example", "Milan Merchant", (MERCHANT, SHOPPER)),
    DemoAccount("analyst@mercato.example", "Ana Analyst", (ANALYST, SHOPPER)),
    DemoAccount("admin@mercato.example", "Adrian Admin", (ADMIN, MERCHANT, ANALYST, SHOPPER)),
)


async def ensure_accounts() -> None:
    """Make the demo accounts, or bring them back to their roles and password."""
    auth = operator_http("auth")
    try:
        for account in DEMO_ACCOUNTS:
            await auth.request(
                "PUT",
                "/internal/accounts",
                json={
                    "email": account.email,
                    "password": account.password,
                    "name": account.name,
                    "roles": list(account.roles),
                },
            )
    finally:
        await auth.aclose()
