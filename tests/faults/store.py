"""A running stack as the harness sees it: its API, its databases, the sandbox's own records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import dict_row
from redis import Redis

from deployments.local.layout import StackLayout, read_json
from deployments.local.postgres import PostgresAddress
from deployments.local.ray_cluster import RayCluster
from deployments.local.secrets_store import StackSecrets, load_or_create
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import (
    ServiceTokens,
    encode_public_key,
    issue_access_token,
    private_key,
)

PREFIXES = {
    "auth": "/auth",
    "products": "/products",
    "cart": "/cart",
    "payments": "/payments",
    "analytics": "/analytics",
    "search": "/ai",
}
_TOKEN_SECONDS = 6 * 3600
Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A signed-in person."""

    id: UUID
    email: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Article:
    """A variant that shoppers of the harness buy."""

    product_id: UUID
    variant_id: UUID


class Store:
    def __init__(self, layout: StackLayout) -> None:
        self.layout = layout
        self._secrets: StackSecrets = load_or_create(layout.data)
        self._tokens = ServiceTokens(OPERATOR, private_key(self._secrets.service_keys[OPERATOR]))
        password = (layout.data / "postgres.password").read_text()
        self._postgres = PostgresAddress(layout.ports.postgres, password)
        self.cluster = RayCluster(layout, self._secrets.ray_token)

    def api(self, path: str) -> str:
        return self.layout.api(path)

    def pids(self) -> dict[str, int]:
        """Part → process id, the supervisor's own as ``supervisor``."""
        state = read_json(self.layout.state_file)
        children = {name: child["pid"] for name, child in state["children"].items()}
        return children | {"supervisor": state["pid"]}

    def redis(self) -> Redis:
        return Redis.from_url(
            f"redis://127.0.0.1:{self.layout.ports.redis}/0",
            decode_responses=True,
            socket_timeout=5,
        )

    def rows(self, service: str, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows of a service's database, read as its server's superuser."""
        url = self._postgres.admin_url(f"mercato_{service}")
        with psycopg.connect(url, row_factory=dict_row, connect_timeout=5) as connection:
            connection.read_only = True
            return connection.execute(query, parameters).fetchall()

    def sandbox_objects(self, kind: str) -> list[Row]:
        """What the sandbox itself remembers, as Stripe's objects."""
        return [
            json.loads(row[0])
            for row in self._sandbox("SELECT body FROM objects WHERE kind = ?", kind)
        ]

    def sandbox_waiting(self) -> int:
        """Webhooks the sandbox still has to deliver."""
        rows = self._sandbox("SELECT count(*) FROM deliveries WHERE state = ?", "waiting")
        return int(rows[0][0])

    def _sandbox(self, query: str, *parameters: str) -> list[Any]:
        path = self.layout.data / "sandbox" / "sandbox.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            return database.execute(query, parameters).fetchall()

    def as_operator(self, service: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens.for_audience(service)}"}

    def account(self, name: str, *roles: str) -> Account:
        """Make an account; its token is signed here, so that no limit of sign-ins counts."""
        email = f"{name}@example.com"
        body = {
            "email": email,
            "password": "a long walk in the hills",
            "name": name,
            "roles": list(roles),
        }
        made = httpx.put(
            self.api("/auth/internal/accounts"),
            json=body,
            headers=self.as_operator("auth"),
            timeout=30,
        )
        identity = UUID(made.raise_for_status().json()["id"])
        return Account(identity, email, {"Authorization": f"Bearer {self._token(identity, roles)}"})

    def _token(self, user_id: UUID, roles: Sequence[str]) -> str:
        key = private_key(self._secrets.signing_key)
        public = encode_public_key(key.public_key())
        published = httpx.get(self.api("/auth/.well-known/jwks.json"), timeout=30).json()["keys"]
        key_id = next(entry["kid"] for entry in published if entry["x"] == public)
        # Newer than any version the account may get.
        return issue_access_token(
            key, key_id, user_id, list(roles), version=10**6, seconds=_TOKEN_SECONDS
        )

    def put_on_sale(self, run: str, count: int, on_hand: int) -> list[Article]:
        """Articles of this run alone, so that the demo shop keeps its stock; cheap, so that they
        do not fill the dashboards."""
        products = [
            {
                "handle": f"{run}-{number}",
                "title": f"Harness part {run} {number}",
                "variants": [{"sku": f"{run}-{number}", "price": 11 + number, "on_hand": on_hand}],
            }
            for number in range(count)
        ]
        headers = self.as_operator("products")
        imported = httpx.post(
            self.api("/products/import"),
            json={"source": "harness", "products": products},
            headers=headers,
            timeout=30,
        )
        articles = []
        for outcome in imported.raise_for_status().json()["outcomes"]:
            identity = outcome["product_id"]
            detail = httpx.get(self.api(f"/products/{identity}"), headers=headers, timeout=30)
            variant = detail.raise_for_status().json()["variants"][0]["id"]
            articles.append(Article(UUID(identity), UUID(variant)))
        return articles

    def take_off_sale(self, articles: Sequence[Article], merchant: Account) -> None:
        for article in articles:
            httpx.delete(
                self.api(f"/products/{article.product_id}"), headers=merchant.headers, timeout=30
            ).raise_for_status()
