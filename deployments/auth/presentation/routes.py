"""The HTTP surface of auth."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, status
from pydantic import EmailStr, Field, SecretStr

from deployments.auth.application.ensure_account import EnsureAccount
from deployments.auth.application.issue_session import Session
from deployments.auth.application.log_in import LogIn
from deployments.auth.application.log_out import LogOut
from deployments.auth.application.read_account import ReadAccount
from deployments.auth.application.refresh_session import RefreshSession
from deployments.auth.application.register import Register
from deployments.auth.contract import (
    Account,
    LoginRequest,
    RefreshRequest,
    RegisterRequest,
    Tokens,
)
from deployments.shared.authentication import CurrentUserId, require_service
from deployments.shared.rate_limit import rate_limit
from deployments.shared.schemas import StrictSchema
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ROLES

router = APIRouter(tags=["accounts"])


class EnsureAccountRequest(StrictSchema):
    email: EmailStr
    password: Annotated[SecretStr, Field(min_length=10)]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    roles: list[Annotated[str, Field(pattern=f"^({'|'.join(ROLES)})$")]]


def _tokens(session: Session) -> Tokens:
    return Tokens(
        access_token=session.access_token,
        expires_in=session.expires_in,
        refresh_token=session.refresh_token,
        account=Account.model_validate(session.user),
    )


@router.post(
    "/register",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(rate_limit("10/minute", by="address"))],
)
async def register(body: RegisterRequest, request: Request) -> Tokens:
    """Open an account as a shopper and sign in."""
    use_case: Register = request.app.state.register
    return _tokens(await use_case(body.email, body.password.get_secret_value(), body.name))


@router.post("/login", dependencies=[Depends(rate_limit("20/minute", by="address"))])
async def login(body: LoginRequest, request: Request) -> Tokens:
    """Sign in; the answer does not tell whether an account exists."""
    use_case: LogIn = request.app.state.log_in
    return _tokens(await use_case(body.email, body.password.get_secret_value()))


@router.post("/refresh", dependencies=[Depends(rate_limit("60/minute", by="address"))])
async def refresh(body: RefreshRequest, request: Request) -> Tokens:
    """Trade a refresh token for a new pair. Each token works once; reuse ends the sign-in."""
    use_case: RefreshSession = request.app.state.refresh_session
    return _tokens(await use_case(body.refresh_token))


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(body: RefreshRequest, request: Request) -> None:
    """End the sign-in this refresh token belongs to."""
    use_case: LogOut = request.app.state.log_out
    await use_case(body.refresh_token)


@router.get("/me")
async def me(user_id: CurrentUserId, request: Request) -> Account:
    """The signed-in account."""
    use_case: ReadAccount = request.app.state.read_account
    return Account.model_validate(await use_case(user_id))


@router.get("/.well-known/jwks.json", tags=["keys"])
async def jwks(request: Request) -> dict[str, Any]:
    """Public keys of access tokens (RFC 7517, RFC 8037)."""
    document: dict[str, Any] = request.app.state.jwks
    return document


@router.put("/internal/accounts", dependencies=[Depends(require_service(OPERATOR))])
async def ensure_account(body: EnsureAccountRequest, request: Request) -> Account:
    """Make or update an account with roles."""
    use_case: EnsureAccount = request.app.state.ensure_account
    user = await use_case(body.email, body.password.get_secret_value(), body.name, body.roles)
    return Account.model_validate(user)
