"""The auth service with everything a test turns or looks at."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
from fastapi import FastAPI

from deployments.shared.settings import OPERATOR
from models.shared.migrations import sync_url
from tests.support import Keys

ADA = {"email": "ada@example.com", "password": "analytical engine", "name": "Ada Lovelace"}
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "Torstraße 1",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
}


class LateClock:
    """The real time, moved on by ``ahead``."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Person:
    """Somebody signed in; ``headers`` carry the access token."""

    email: str
    password: str
    tokens: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    @property
    def id(self) -> str:
        return str(self.tokens["account"]["id"])


@dataclass
class Desk:
    app: FastAPI
    client: httpx.AsyncClient
    keys: Keys
    clock: LateClock
    database_url: str
    exported: dict[str, Any] = field(default_factory=dict)

    async def register(self, email: str = ADA["email"], **changes: str) -> Person:
        body = ADA | {"email": email} | changes
        answer = await self.client.post("/register", json=body)
        assert answer.status_code == 201, answer.text
        return Person(email, body["password"], answer.json())

    async def login(self, email: str, password: str, **options: Any) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self.client.post("/login", json=body, **options)

    async def sign_in(self, person: Person) -> Person:
        answer = await self.login(person.email, person.password)
        assert answer.status_code == 200, answer.text
        return Person(person.email, person.password, answer.json())

    async def staff(self, email: str, *roles: str) -> Person:
        """An account made by the operator, signed in."""
        body = ADA | {"email": email, "roles": list(roles)}
        headers = self.keys.service(OPERATOR, "auth")
        made = await self.client.put("/internal/accounts", json=body, headers=headers)
        assert made.status_code == 200, made.text
        return await self.sign_in(Person(email, ADA["password"], {}))

    async def me(self, person: Person) -> int:
        return (await self.client.get("/me", headers=person.headers)).status_code

    async def mailed_token(self, email: str, page: str, count: int = 1) -> str:
        """Token of the link to ``page`` in the latest of ``count`` mails."""
        found: list[str] = []
        for _ in range(40):
            await self.app.state.send_reset_mails()
            found = re.findall(rf"/account/{page}\?token=(\S+)", "\n".join(self.mails(email)))
            if len(found) >= count:
                return found[-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{len(found)} mails, not {count}")

    def mails(self, email: str) -> list[str]:
        """Subjects and texts, oldest first."""
        rows = self.rows(
            "SELECT subject, text FROM mails WHERE recipient = %s ORDER BY id", [email]
        )
        return [f"{subject}\n{text}" for subject, text in rows]

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._address) as connection:
            return connection.execute(query, values).fetchall()

    @property
    def _address(self) -> str:
        return sync_url(self.database_url).replace("+psycopg", "")
