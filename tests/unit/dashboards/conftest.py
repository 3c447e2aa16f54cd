"""Services that answer from memory, behind the dashboards' own client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

import httpx
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboards.api
from dashboards.api import Api
from deployments.shared.settings import PlatformSettings
from tests.exported_products import _NAMESPACE

APP = Path(__file__).parents[3] / "dashboards" / "streamlit_app.py"
PASSWORD = "long enough"
NOW = datetime.now(UTC)


def euros(amount: int, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def problem(status: int, code: str, detail: str = "no") -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": detail, "status": status})


class Services:
    """``roles`` by e-mail; ``down`` and ``refuse`` change what a service answers."""

    def __init__(self) -> None:
        self.roles = {
            "analyst@mercato.example": ["analyst", "shopper"],
            "shopper@mercato.example": ["shopper"],
        }
        self.down: set[str] = set()
        self.refuse: dict[str, httpx.Response] = {}
        self.requests: list[httpx.Request] = []
        self.dashboard: dict[str, Any] = {}
        self.prices: dict[str, Any] = {}
        self.live: dict[str, Any] = {}
        self.expires_in = 900
        self.refresh_tokens: dict[str, str] = {}

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        service, _, path = request.url.path.strip("/").partition("/")
        if service in self.down:
            raise httpx.ConnectError("refused")
        if service in self.refuse:
            return self.refuse[service]
        if service == "auth":
            return self._auth(path, json.loads(request.content))
        if not request.headers.get("authorization", "").startswith("Bearer access-"):
            return problem(401, "invalid_token")
        return httpx.Response(200, json=self._figures(service, path, request.url.params))

    def _auth(self, path: str, body: dict[str, Any]) -> httpx.Response:
        if path == "login":
            if body["email"] not in self.roles or body["password"] != PASSWORD:
                return problem(401, "wrong_credentials")
            return self._tokens(body["email"])
        email = self.refresh_tokens.pop(body["refresh_token"], None)
        if path == "logout":
            return httpx.Response(204)
        return self._tokens(email) if email else problem(401, "invalid_refresh_token")

    def _tokens(self, email: str) -> httpx.Response:
        token = f"refresh-token-number-{len(self.requests)}"
        self.refresh_tokens[token] = email
        account = {
            "id": str(uuid5(_NAMESPACE, email)),
            "email": email,
            "name": "Ana *Star* Analyst",
            "roles": self.roles[email],
            "created_at": NOW.isoformat(),
        }
        return httpx.Response(
            200,
            json={
                "access_token": f"access-{len(self.requests)}",
                "expires_in": self.expires_in,
                "refresh_token": token,
                "account": account,
            },
        )

    def _figures(self, service: str, path: str, params: httpx.QueryParams) -> Any:
        if service == "analytics":
            if path == "search/zero-results":
                return [{"query": "rain jacket", "searches": 9, "zero_results": 9}]
            start, end = (date.fromisoformat(params[name]) for name in ("start", "end"))
            return figures(start, end, params["currency"]) | self.dashboard
        answers = {
            "prices": overview() | self.prices,
            f"prices/{PRODUCT}/history": {"product_id": PRODUCT, "currency": "EUR", "points": []},
            "live": search_live() | self.live,
            "index/status": index_status(),
        }
        return answers.get(path, comparison())


def figures(start: date, end: date, currency: str) -> dict[str, Any]:
    days = (end - start).days + 1
    daily = [
        {"day": str(start + timedelta(n)), "revenue": 10_000, "orders": 2, "visits": 40}
        for n in range(days)
    ]

    def kpis(orders: int) -> dict[str, Any]:
        return {
            "revenue": euros(5_000 * orders, currency),
            "orders": orders,
            "average_order": euros(5_000, currency),
            "visits": 40 * days,
            "conversion": orders / (40 * days),
        }

    return {
        "start": str(start),
        "end": str(end),
        "currency": currency,
        "kpis": kpis(2 * days),
        "previous": kpis(days),
        "daily": daily,
        "top_products": [
            {"product_id": None, "sku": "A", "title": "Travel $Mug$", "units": 3, "revenue": 9_000}
        ],
        "funnel": [
            {"step": step, "visits": 40 // n}
            for n, step in enumerate(
                ("visit", "product_view", "add_to_cart", "checkout_started", "purchase"), start=1
            )
        ],
        "trending_searches": [
            {"query": "kettle", "searches": 12, "growth": 2.0, "zero_results": False}
        ],
        "freshness": {
            "last_event_at": NOW.isoformat(),
            "aggregated_until": NOW.isoformat(),
            "includes_demo_data": True,
        },
    }


PRODUCT = str(uuid5(_NAMESPACE, "kettle"))


def position(title: str, ours: int, best: int, category: str) -> dict[str, Any]:
    return {
        "product_id": str(uuid5(_NAMESPACE, title)),
        "slug": title,
        "title": title,
        "category_path": category,
        "our_price": euros(ours),
        "our_total": euros(ours),
        "best_price": euros(best),
        "best_merchant": "Alpha",
        "position": 1 if ours <= best else 2,
        "offer_count": 2,
        "gap": round((ours - best) / best, 4),
    }


def overview() -> dict[str, Any]:
    return {
        "compared_products": 3,
        "cheapest": 1,
        "within_5_percent": 1,
        "dearer": 1,
        "review_queue": 4,
        "updated_at": NOW.isoformat(),
        "sources": [
            {"merchant": "Alpha", "offers": 10, "matched": 8, "review": 1},
            {"merchant": "Beta", "offers": 0, "matched": 0, "review": 0, "error": "answered 500"},
        ],
        "products": [
            position("Kettle", 2000, 1000, "kitchen/tea"),
            position("Tent", 1030, 1000, "outdoor"),
            position("Lamp", 900, 1000, "home/lighting"),
        ],
    }


def comparison() -> dict[str, Any]:
    offer = {
        "merchant": "Alpha",
        "title": "Kettle",
        "url": "https://alpha.example/kettle",
        "price": euros(1000),
        "shipping": None,
        "total": euros(1000),
        "in_stock": True,
        "matched_by": "gtin",
        "confidence": 0.99,
        "fetched_at": NOW.isoformat(),
    }
    return {
        "product_id": PRODUCT,
        "our_price": euros(1510),
        "our_total": euros(2000),
        "offers": [offer],
        "best": offer,
        "position": 2,
        "updated_at": NOW.isoformat(),
    }


def spread(p50: float, p95: float, p99: float) -> dict[str, Any]:
    return {"p50": p50, "p95": p95, "p99": p99, "count": 600}


def search_live() -> dict[str, Any]:
    return {
        "at": NOW.isoformat(),
        "routes": [
            {
                "route": "search",
                "per_second": 12.34,
                "failed": 0,
                "milliseconds": spread(8.2, 31, 38),
            }
        ],
        "without_meaning": 0.0,
        "cache_hits": 0.75,
        "encoding": {
            "queries_per_second": 3.1,
            "documents_per_second": 0,
            "batches": 180,
            "sizes": [{"queries": 1, "batches": 170}, {"queries": 2, "batches": 10}],
            "milliseconds": spread(1.1, 2.0, 3.0),
        },
        "lag_ms": spread(300, 900, 1500),
        "deployments": [
            {
                "name": name,
                "status": "HEALTHY",
                "running": 1,
                "starting": 0,
                "target": 1,
                "ongoing": 2,
                "waiting": waiting,
                "min_replicas": 1,
                "max_replicas": 4,
                "target_ongoing": 16,
                "max_ongoing": 64,
                "engines": engines,
                "settings": settings,
            }
            for name, waiting, engines, settings in (
                ("search", None, [], {}),
                ("embedder", 0, ["onnx-int8"], {"max_batch_size": 8}),
            )
        ],
        "points": [
            {
                "start": (NOW - timedelta(seconds=10 * n)).isoformat(),
                "per_second": 12.0,
                "milliseconds": spread(8, 31, 38) if n < 50 else None,
            }
            for n in range(90, 0, -1)
        ],
    }


def index_status() -> dict[str, Any]:
    version = {"model": "all-minilm", "vectors": 19_000, "created_at": NOW.isoformat()}
    return {
        "documents": 20_000,
        "pending": 0,
        "versions": [
            version | {"name": "v1", "status": "retired", "coverage": 0.95},
            version
            | {
                "name": "v2",
                "status": "active",
                "coverage": 1.0,
                "activated_at": NOW.isoformat(),
            },
        ],
    }


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services = Services()
    settings = PlatformSettings(
        auth_url="http://api/auth", analytics_url="http://api/analytics", search_url="http://api/ai"
    )
    client = Api(settings, httpx.MockTransport(services))
    monkeypatch.setattr(dashboards.api, "_api", client)
    yield services
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(services: Services) -> AppTest:
    """The dashboards, not signed in."""
    return AppTest.from_file(str(APP), default_timeout=60).run()


@pytest.fixture
def sign_in() -> Callable[[AppTest, str], AppTest]:
    def through_form(app: AppTest, email: str, password: str = PASSWORD) -> AppTest:
        app.text_input[0].set_value(email)
        app.text_input[1].set_value(password)
        app.button[0].click()
        return app.run()

    return through_form


@pytest.fixture
def signed_in(app: AppTest, sign_in: Callable[[AppTest, str], AppTest]) -> AppTest:
    return sign_in(app, "analyst@mercato.example")
