"""What auth says to others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import EmailStr, Field, SecretStr

from deployments.shared.http_client import ServiceHttp
from deployments.shared.schemas import Schema, StrictSchema


class RegisterRequest(StrictSchema):
    email: Annotated[EmailStr, Field(examples=["ada@example.com"])]
    password: Annotated[SecretStr, Field(min_length=10, max_length=1024)]
    name: Annotated[str, Field(min_length=1, max_length=120, examples=["Ada Lovelace"])]


class LoginRequest(StrictSchema):
    email: Annotated[EmailStr, Field(examples=["ada@example.com"])]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class RefreshRequest(StrictSchema):
    refresh_token: Annotated[str, Field(min_length=20, max_length=200)]


class Account(Schema):
    id: UUID
    email: str
    name: str
    roles: list[str]
    created_at: datetime


class Tokens(Schema):
    """Access token (15 min) and refresh token (7 days, good for one use)."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the OAuth 2 token type
    expires_in: int
    refresh_token: str
    account: Account


class AuthClient:
    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def register(self, email: str, password: str, name: str) -> Tokens:
        body = {"email": email, "password": password, "name": name}
        return Tokens.model_validate(await self._http.request("POST", "/register", json=body))

    async def login(self, email: str, password: str) -> Tokens:
        body = {"email": email, "password": password}
        return Tokens.model_validate(await self._http.request("POST", "/login", json=body))

    async def refresh(self, refresh_token: str) -> Tokens:
        body = {"refresh_token": refresh_token}
        return Tokens.model_validate(await self._http.request("POST", "/refresh", json=body))

    async def logout(self, refresh_token: str) -> None:
        await self._http.request("POST", "/logout", json={"refresh_token": refresh_token})

    async def me(self, access_token: str) -> Account:
        headers: dict[str, Any] = {"Authorization": f"Bearer {access_token}"}
        return Account.model_validate(await self._http.request("GET", "/me", headers=headers))
