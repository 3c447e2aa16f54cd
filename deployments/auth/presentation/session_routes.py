"""Sign-in over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, status

from deployments.auth.application.log_in import LogIn
from deployments.auth.application.log_out import LogOut
from deployments.auth.application.log_out_everywhere import LogOutEverywhere
from deployments.auth.application.refresh_session import RefreshSession
from deployments.auth.application.register import Register
from deployments.auth.contract import LoginRequest, RefreshRequest, RegisterRequest, Tokens
from deployments.auth.presentation.views import CallerAddress, tokens
from deployments.shared.authentication import CurrentUserId
from deployments.shared.rate_limit import rate_limit

router = APIRouter(tags=["sign-in"])


@router.post(
    "/register",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(rate_limit("10/minute", by="address"))],
)
async def register(body: RegisterRequest, request: Request) -> Tokens:
    """Open an account as a shopper and sign in. A mail asks to confirm the address."""
    use_case: Register = request.app.state.register
    return tokens(await use_case(body.email, body.password.get_secret_value(), body.name))


@router.post("/login", dependencies=[Depends(rate_limit("20/minute", by="address"))])
async def login(body: LoginRequest, address: CallerAddress, request: Request) -> Tokens:
    """Sign in; the answer does not tell whether an account exists. After wrong passwords the
    account waits, longer each time (429 with `Retry-After`), whatever the next password is."""
    use_case: LogIn = request.app.state.log_in
    return tokens(await use_case(body.email, body.password.get_secret_value(), address))


@router.post("/refresh", dependencies=[Depends(rate_limit("60/minute", by="address"))])
async def refresh(body: RefreshRequest, request: Request) -> Tokens:
    """Trade a refresh token for a new pair. Each token works once; reuse ends the sign-in."""
    use_case: RefreshSession = request.app.state.refresh_session
    return tokens(await use_case(body.refresh_token))


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(body: RefreshRequest, request: Request) -> None:
    """End the sign-in this refresh token belongs to."""
    use_case: LogOut = request.app.state.log_out
    await use_case(body.refresh_token)


@router.post("/logout-all", status_code=status.HTTP_204_NO_CONTENT)
async def logout_all(user_id: CurrentUserId, request: Request) -> None:
    """End all sign-ins of the account, this one too; access tokens stop working at once."""
    use_case: LogOutEverywhere = request.app.state.log_out_everywhere
    await use_case(user_id)
