"""Helpers of service tests: keys and tokens, an HTTP client on an app without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR, SERVICES
from deployments.shared.tokens import (
    PublishedKeys,
    ServiceTokens,
    TokenVerifier,
    encode_key,
    encode_public_key,
    issue_access_token,
)


@dataclass(frozen=True)
class Keys:
    """Private keys of the run: ``users`` signs access tokens, the others are the services'."""

    private: Mapping[str, Ed25519PrivateKey]

    def encoded(self, name: str) -> str:
        raw = self.private[name].private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return encode_key(raw)

    def public(self) -> dict[str, str]:
        names = (OPERATOR, *SERVICES)
        return {name: encode_public_key(self.private[name].public_key()) for name in names}

    def verifier(self, service: str) -> TokenVerifier:
        """A verifier that needs no running auth service."""
        key = self.private["users"].public_key()

        async def fetch() -> Mapping[str, Any]:
            return {"keys": [{"kid": "users", "x": encode_public_key(key)}]}

        names = (OPERATOR, *SERVICES)
        services = {name: self.private[name].public_key() for name in names}
        return TokenVerifier(service, PublishedKeys(fetch), services)

    def user(
        self, *roles: str, user_id: UUID | None = None, version: int = 1, seconds: int = 900
    ) -> dict[str, str]:
        """Authorization header of a user with ``roles``."""
        token = issue_access_token(
            self.private["users"],
            "users",
            user_id or new_id(),
            list(roles),
            version=version,
            seconds=seconds,
        )
        return {"Authorization": f"Bearer {token}"}

    def service(self, caller: str, audience: str) -> dict[str, str]:
        """Authorization header of the service ``caller`` calling ``audience``."""
        token = ServiceTokens(caller, self.private[caller]).for_audience(audience)
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on ``app`` with its lifespan run; server errors come back as answers."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
