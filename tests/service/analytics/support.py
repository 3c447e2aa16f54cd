"""Facts to send and a look at what is stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import UUID

import httpx
import psycopg

from deployments.shared.ids import new_id

MUG = UUID("00000000-0000-4000-8000-000000000001")
FLASK = UUID("00000000-0000-4000-8000-000000000002")
LAMP = UUID("00000000-0000-4000-8000-000000000003")
TITLES = {MUG: "Mug", FLASK: "Flask", LAMP: "Lamp"}


def rows(database_url: str, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
    address = database_url.replace("postgresql+asyncpg://", "postgresql://")
    with psycopg.connect(address) as connection:
        return connection.execute(query, values).fetchall()


def execute(database_url: str, statement: LiteralString) -> None:
    address = database_url.replace("postgresql+asyncpg://", "postgresql://")
    with psycopg.connect(address) as connection:
        connection.execute(statement)


async def eventually(check: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until ``check`` holds; the consumers work in the background.

    It runs in a thread: waiting here for a lock that a consumer's transaction holds would keep
    that transaction from going on.
    """
    until = time.monotonic() + seconds
    while not await asyncio.to_thread(check):
        assert time.monotonic() < until, "did not happen in time"
        await asyncio.sleep(0.05)


def view(
    product_id: UUID = MUG, *, session: UUID | None = None, at: datetime | None = None
) -> dict[str, Any]:
    return {
        "type": "product_view",
        "event_id": str(new_id()),
        "session_id": str(session or new_id()),
        "occurred_at": at.isoformat() if at else None,
        "product_id": str(product_id),
        "title": TITLES[product_id],
    }


def search(
    query: str, results: int = 3, *, session: UUID | None = None, at: datetime | None = None
) -> dict[str, Any]:
    return {
        "type": "product_search",
        "event_id": str(new_id()),
        "session_id": str(session or new_id()),
        "occurred_at": at.isoformat() if at else None,
        "query": query,
        "result_count": results,
    }


def cart(product_id: UUID = MUG, *, session: UUID, at: datetime | None = None) -> dict[str, Any]:
    return {
        "type": "add_to_cart",
        "event_id": str(new_id()),
        "session_id": str(session),
        "occurred_at": at.isoformat() if at else None,
        "product_id": str(product_id),
        "variant_id": str(new_id()),
        "quantity": 1,
    }


def sale(
    *lines: tuple[UUID | None, int, int],
    at: datetime | None = None,
    shipping: int = 0,
    **changes: Any,
) -> dict[str, Any]:
    """``lines`` are (product, quantity, unit price in cents)."""
    total = sum(quantity * price for _, quantity, price in lines) + shipping
    return {
        "order_id": str(new_id()),
        "order_number": "M-1",
        "source": "store",
        "currency": "EUR",
        "shipping": shipping,
        "total": total,
        "paid_at": (at or datetime.now(UTC)).isoformat(),
        "lines": [
            {
                "product_id": str(product) if product else None,
                "sku": f"SKU-{TITLES[product] if product else 'X'}",
                "title": TITLES[product] if product else "Old thing",
                "quantity": quantity,
                "unit_price": price,
            }
            for product, quantity, price in lines
        ],
        **changes,
    }


async def import_sales(
    client: httpx.AsyncClient, headers: dict[str, str], *sales: dict[str, Any]
) -> int:
    answer = await client.put("/internal/sales", json={"sales": list(sales)}, headers=headers)
    assert answer.status_code == 200, answer.text
    accepted: int = answer.json()["accepted"]
    return accepted


async def import_events(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    *events: dict[str, Any],
    source: str = "demo",
) -> int:
    body = {"source": source, "events": list(events)}
    answer = await client.put("/internal/events", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    accepted: int = answer.json()["accepted"]
    return accepted


async def dashboard(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    start: date | None = None,
    end: date | None = None,
    **params: str,
) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    query = {"start": str(start or today), "end": str(end or today), **params}
    answer = await client.get("/dashboard", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
