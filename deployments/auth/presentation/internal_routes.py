"""What Mercato's own parts ask auth for."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import EmailStr, Field

from deployments.auth.application.ensure_account import EnsureAccount
from deployments.auth.application.read_account import ReadAccount
from deployments.auth.contract import (
    Account,
    Name,
    NewPassword,
    PasswordSchema,
    Roles,
    TokenVersion,
)
from deployments.shared.authentication import require_service
from deployments.shared.settings import OPERATOR, SERVICES

router = APIRouter(tags=["internal"])


class EnsureAccountRequest(PasswordSchema):
    email: Annotated[EmailStr, Field(max_length=254)]
    password: NewPassword
    name: Name
    roles: Roles


@router.get("/.well-known/jwks.json", tags=["keys"])
async def jwks(request: Request) -> dict[str, Any]:
    """Public keys of access tokens (RFC 7517, RFC 8037)."""
    document: dict[str, Any] = request.app.state.jwks
    return document


@router.put("/internal/accounts", dependencies=[Depends(require_service(OPERATOR))])
async def ensure_account(body: EnsureAccountRequest, request: Request) -> Account:
    """Make or update an account with roles. A change of roles or password signs it out."""
    use_case: EnsureAccount = request.app.state.ensure_account
    user = await use_case(body.email, body.password.get_secret_value(), body.name, list(body.roles))
    return Account.model_validate(user)


@router.get(
    "/internal/accounts/{user_id}/token-version", dependencies=[Depends(require_service(*SERVICES))]
)
async def token_version(user_id: UUID, request: Request) -> TokenVersion:
    """The version an access token of the account must have."""
    use_case: ReadAccount = request.app.state.read_account
    return TokenVersion(version=await use_case.token_version(user_id))
