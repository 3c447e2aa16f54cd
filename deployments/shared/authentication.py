"""FastAPI dependencies that say who calls and what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from deployments.shared.errors import Forbidden, Unauthenticated
from deployments.shared.rate_limit import count_refused_token
from deployments.shared.token_versions import TokenVersions
from deployments.shared.tokens import Principal, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="access token of POST /auth/login")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def optional_principal(request: Request, credentials: _Credentials) -> Principal | None:
    """The caller, or None without a token; a bad token is an error, never 'nobody'."""
    if credentials is None:
        return None
    verifier: TokenVerifier = request.app.state.token_verifier
    versions: TokenVersions = request.app.state.token_versions
    try:
        principal = await verifier.verify(credentials.credentials)
        await versions.check(principal)
    except Unauthenticated:
        await count_refused_token(request)
        raise
    request.state.principal = principal
    return principal


OptionalPrincipal = Annotated[Principal | None, Depends(optional_principal)]


async def current_principal(principal: OptionalPrincipal) -> Principal:
    if principal is None:
        raise Unauthenticated("not_authenticated", "sign in and send the access token as bearer")
    return principal


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


async def current_user_id(principal: CurrentPrincipal) -> UUID:
    """The signed-in user; services have no user and are refused."""
    if principal.user_id is None:
        raise Forbidden("user_required", "this endpoint is for signed-in users")
    return principal.user_id


CurrentUserId = Annotated[UUID, Depends(current_user_id)]


def require_roles(*roles: str) -> Callable[[Principal], Awaitable[Principal]]:
    """Dependency: a user with one of ``roles``; an admin may do everything."""

    async def check(principal: CurrentPrincipal) -> Principal:
        if not principal.has_role(*roles):
            raise Forbidden("wrong_role", f"this needs the role {' or '.join(roles)}")
        return principal

    return check


def require_service(*services: str) -> Callable[[Principal], Awaitable[Principal]]:
    """Dependency: one of the named services of Mercato, by its own token."""

    async def check(principal: CurrentPrincipal) -> Principal:
        if principal.service not in services:
            raise Forbidden("service_only", "this endpoint is for Mercato's own services")
        return principal

    return check


def require_roles_or_service(
    roles: tuple[str, ...], services: tuple[str, ...]
) -> Callable[[Principal], Awaitable[Principal]]:
    """Dependency: a user with one of ``roles``, or one of ``services``."""

    async def check(principal: CurrentPrincipal) -> Principal:
        if principal.service in services or principal.has_role(*roles):
            return principal
        raise Forbidden("wrong_role", f"this needs the role {' or '.join(roles)}")

    return check
