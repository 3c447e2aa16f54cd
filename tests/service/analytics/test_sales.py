"""Paid orders and imported sales: stored once, replaced when imported again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from redis import Redis

from deployments.shared.events import ORDERS, Event, stream_name
from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR
from tests.service.analytics.support import (
    FLASK,
    MUG,
    eventually,
    execute,
    import_sales,
    rows,
    sale,
)
from tests.support import Keys


def publish(redis_url: str, *events: Event) -> None:
    with Redis.from_url(redis_url) as redis:
        for event in events:
            redis.xadd(stream_name(event.topic), dict(event.to_fields()))


@pytest.fixture
def operator(keys: Keys) -> dict[str, str]:
    return keys.service(OPERATOR, "analytics")


def counts(database_url: str) -> tuple[Any, ...]:
    return rows(
        database_url,
        "SELECT (SELECT count(*) FROM purchases), (SELECT count(*) FROM purchase_lines), "
        "(SELECT count(*) FROM events WHERE type = 'purchase')",
    )[0]


async def test_a_paid_order_delivered_20_times_is_one_purchase(
    analytics: httpx.AsyncClient, analytics_database: str, redis_url: str
) -> None:
    session = new_id()
    paid = sale((MUG, 2, 950), (FLASK, 1, 2490), shipping=490, session_id=str(session))
    event = Event(ORDERS, "order.paid", paid)
    publish(redis_url, *[event] * 20)
    other = sale((MUG, 1, 950))
    publish(
        redis_url,
        Event(ORDERS, "order.cancelled", {"order_id": "whatever"}),
        Event(ORDERS, "order.paid", other),
    )
    await eventually(lambda: counts(analytics_database)[0] == 2)
    assert counts(analytics_database) == (2, 3, 2)
    stored = rows(
        analytics_database,
        "SELECT event_id, session_id, payload FROM events WHERE event_id = %s",
        event.event_id,
    )
    assert stored == [
        (
            event.event_id,
            session,
            {
                "order_id": paid["order_id"],
                "order_number": "M-1",
                "total": 4880,
                "currency": "EUR",
            },
        )
    ]


async def test_an_order_published_under_two_event_ids_is_one_purchase(
    analytics: httpx.AsyncClient, analytics_database: str, redis_url: str
) -> None:
    paid = sale((MUG, 2, 950))
    publish(redis_url, Event(ORDERS, "order.paid", paid), Event(ORDERS, "order.paid", paid))
    await eventually(lambda: counts(analytics_database)[2] == 2)
    assert counts(analytics_database)[:2] == (1, 1)


async def test_a_malformed_order_does_not_hold_up_the_others(
    analytics: httpx.AsyncClient, analytics_database: str, redis_url: str
) -> None:
    good, bad = sale((MUG, 1, 950)), sale((MUG, 1, 950), total="much")
    publish(redis_url, Event(ORDERS, "order.paid", bad), Event(ORDERS, "order.paid", good))
    await eventually(lambda: counts(analytics_database)[0] == 1)


async def test_importing_a_sale_again_replaces_it(
    analytics: httpx.AsyncClient, analytics_database: str, operator: dict[str, str]
) -> None:
    first = sale((MUG, 2, 950), (FLASK, 1, 2490), at=datetime(2023, 5, 1, 9, tzinfo=UTC))
    assert await import_sales(analytics, operator, first) == 1
    assert await import_sales(analytics, operator, first) == 0
    execute(analytics_database, "DELETE FROM stale_days")
    changed = first | {
        "lines": first["lines"][:1],
        "total": 1900,
        "paid_at": datetime(2023, 5, 2, 9, tzinfo=UTC).isoformat(),
    }
    assert await import_sales(analytics, operator, changed) == 1
    assert counts(analytics_database) == (1, 1, 0)
    # The day it left is as stale as the day it came to.
    stale = rows(analytics_database, "SELECT facts, source, day::text FROM stale_days ORDER BY 3")
    assert stale == [("sales", "store", "2023-05-01"), ("sales", "store", "2023-05-02")]


async def test_equal_imports_at_once_store_each_sale_once(
    analytics: httpx.AsyncClient, analytics_database: str, operator: dict[str, str]
) -> None:
    sales = [sale((MUG, 1, 950), (FLASK, 1, 2490)) for _ in range(20)]
    answers = await asyncio.gather(
        *[import_sales(analytics, operator, *order) for order in (sales, sales[::-1], sales)]
    )
    assert sum(answers) == 20
    assert counts(analytics_database) == (20, 40, 0)


async def test_of_one_sale_given_twice_the_last_counts(
    analytics: httpx.AsyncClient, analytics_database: str, operator: dict[str, str]
) -> None:
    one = sale((MUG, 1, 950))
    assert await import_sales(analytics, operator, one, one | {"total": 1000}) == 1
    assert rows(analytics_database, "SELECT total FROM purchases") == [(1000,)]


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "euro"},
        {"kind": "gift"},
        {"lines": []},
        {"total": -1},
        {"total": 10**13},
        {"paid_at": "yesterday"},
        {"paid_at": "2150-01-01T00:00:00Z"},
        {"source": "My Shop"},
        {"unknown": 1},
        {"lines": [{"sku": "a", "title": "a", "quantity": 0, "unit_price": 1}]},
        {"lines": [{"sku": "a\x00", "title": "a", "quantity": 1, "unit_price": 1}]},
    ],
)
async def test_one_bad_sale_refuses_its_batch_and_nothing_is_stored(
    analytics: httpx.AsyncClient,
    analytics_database: str,
    operator: dict[str, str],
    change: dict[str, Any],
) -> None:
    body = {"sales": [sale((MUG, 1, 950)), sale((MUG, 1, 950)) | change]}
    answer = await analytics.put("/internal/sales", json=body, headers=operator)
    assert answer.status_code == 422
    assert counts(analytics_database) == (0, 0, 0)


async def test_only_the_operator_imports_sales(analytics: httpx.AsyncClient, keys: Keys) -> None:
    body = {"sales": [sale((MUG, 1, 950))]}
    assert (await analytics.put("/internal/sales", json=body)).status_code == 401
    for headers in (keys.user("admin", "merchant"), keys.service("cart", "analytics")):
        answer = await analytics.put("/internal/sales", json=body, headers=headers)
        assert answer.status_code == 403
