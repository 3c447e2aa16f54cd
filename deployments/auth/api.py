"""Composition of the auth service; knows no Ray."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from deployments.auth.application.ensure_account import EnsureAccount
from deployments.auth.application.log_in import LogIn
from deployments.auth.application.log_out import LogOut
from deployments.auth.application.read_account import ReadAccount
from deployments.auth.application.refresh_session import RefreshSession
from deployments.auth.application.register import EMAIL_TAKEN, Register
from deployments.auth.infrastructure.bcrypt_hasher import BcryptHasher
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.auth.infrastructure.unit_of_work import SqlAuthUnitOfWork
from deployments.auth.presentation.routes import router
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings, require_secrets
from deployments.shared.tokens import (
    PublishedKeys,
    TokenVerifier,
    encode_public_key,
    issue_access_token,
    private_key,
    public_key,
)

CONSTRAINTS = {"uq_users_email": EMAIL_TAKEN}


def create_api(platform: PlatformSettings, settings: AuthSettings) -> FastAPI:
    """The auth service as an ASGI application.

    Raises:
        ConfigurationError: in production with a missing or default secret.
    """
    require_secrets(
        platform,
        {"MERCATO_AUTH_SIGNING_KEY": settings.signing_key, "MERCATO_AUTH_PEPPER": settings.pepper},
    )
    key = private_key(settings.signing_key.get_secret_value())
    encoded = encode_public_key(key.public_key())
    key_id = hashlib.sha256(encoded.encode()).hexdigest()[:16]
    jwks = {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": key_id,
                "x": encoded,
            }
        ]
    }

    def issue(user_id: UUID, roles: list[str]) -> tuple[str, int]:
        seconds = settings.access_token_seconds
        token = issue_access_token(key, key_id, user_id, roles, version=1, seconds=seconds)
        return token, seconds

    async def own_keys() -> Mapping[str, Any]:
        return jwks

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        passwords = BcryptHasher(settings.pepper.get_secret_value(), cost=settings.bcrypt_cost)

        def begin() -> SqlAuthUnitOfWork:
            return SqlAuthUnitOfWork(parts.sessions)

        state = parts.state
        state.jwks = jwks
        state.register = Register(begin, passwords, issue)
        state.log_in = LogIn(begin, passwords, issue)
        state.refresh_session = RefreshSession(begin, issue)
        state.log_out = LogOut(begin)
        state.read_account = ReadAccount(begin)
        state.ensure_account = EnsureAccount(begin, passwords)
        yield

    services = {name: public_key(value) for name, value in platform.service_public_keys.items()}
    return create_service_app(
        service="auth",
        title="Mercato auth",
        description="Accounts, sign-in and the keys that verify access tokens.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[router],
        constraints=CONSTRAINTS,
        verifier=TokenVerifier("auth", PublishedKeys(own_keys), services),
    )
