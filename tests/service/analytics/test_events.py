"""Visitors' events: taken, refused, and stored once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from redis import Redis

from deployments.analytics.api import create_api
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.local.ports import free_port
from deployments.shared.events import BEHAVIOUR, Event, stream_name
from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR, PlatformSettings
from tests.service.analytics.support import (
    MUG,
    eventually,
    import_events,
    rows,
    search,
    view,
)
from tests.support import Keys, running


def stored(database_url: str) -> int:
    return int(rows(database_url, "SELECT count(*) FROM events")[0][0])


async def test_one_event_and_a_batch_are_taken_and_stored(
    analytics: httpx.AsyncClient, analytics_database: str
) -> None:
    one = await analytics.post("/events", json=view())
    assert (one.status_code, one.json()) == (202, {"accepted": 1})
    batch = await analytics.post("/events", json={"events": [view(), search("  Hot   COFFEE ")]})
    assert (batch.status_code, batch.json()) == (202, {"accepted": 2})
    await eventually(lambda: stored(analytics_database) == 3)
    kept = rows(
        analytics_database,
        "SELECT type, product_id, query, source, payload FROM events ORDER BY type, event_id",
    )
    assert kept[0][:4] == ("product_search", None, "hot coffee", "store")
    assert kept[0][4] == {"query": "Hot   COFFEE", "result_count": 3}
    assert kept[1][:4] == ("product_view", MUG, None, "store")


async def test_an_event_sent_many_times_counts_once(
    analytics: httpx.AsyncClient, analytics_database: str
) -> None:
    event = view()
    await asyncio.gather(*[analytics.post("/events", json=event) for _ in range(20)])
    last = view()
    await analytics.post("/events", json=last)
    await eventually(
        lambda: bool(
            rows(analytics_database, "SELECT 1 FROM events WHERE event_id = %s", last["event_id"])
        )
    )
    assert stored(analytics_database) == 2


async def test_an_event_delivered_20_times_counts_once(
    analytics: httpx.AsyncClient, analytics_database: str, redis_url: str
) -> None:
    payload = view()
    event = Event(BEHAVIOUR, payload["type"], payload)
    with Redis.from_url(redis_url) as redis:
        for _ in range(20):
            redis.xadd(stream_name(BEHAVIOUR), dict(event.to_fields()))
        await eventually(lambda: stored(analytics_database) == 1)

        # Redis 6.2 counts no lag; what is neither pending nor left to read is handled.
        def all_read() -> bool:
            group: Any = redis.xinfo_groups(stream_name(BEHAVIOUR))
            last: Any = redis.xinfo_stream(stream_name(BEHAVIOUR))["last-generated-id"]
            return bool(group[0]["pending"] == 0 and group[0]["last-delivered-id"] == last)

        await eventually(all_read)
    assert stored(analytics_database) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"type": "unknown"},
        {"product_id": "no id"},
        {"quantity": 1},
        {"session_id": None},
        {"title": "x" * 301},
        {"title": "nul \x00"},
        {"occurred_at": "2024-05-01T10:00:00"},
    ],
)
async def test_one_bad_event_refuses_its_batch_and_nothing_is_stored(
    analytics: httpx.AsyncClient, redis_url: str, change: dict[str, Any]
) -> None:
    answer = await analytics.post("/events", json={"events": [view(), view() | change]})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    with Redis.from_url(redis_url) as redis:
        assert redis.xlen(stream_name(BEHAVIOUR)) == 0


@pytest.mark.parametrize("age", [timedelta(hours=25), timedelta(minutes=-10), timedelta(days=-400)])
async def test_events_of_other_times_are_refused(
    analytics: httpx.AsyncClient, redis_url: str, age: timedelta
) -> None:
    answer = await analytics.post(
        "/events", json={"events": [view(), view(at=datetime.now(UTC) - age)]}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "event_time_refused"
    with Redis.from_url(redis_url) as redis:
        assert redis.xlen(stream_name(BEHAVIOUR)) == 0


async def test_empty_and_oversized_batches_are_refused(analytics: httpx.AsyncClient) -> None:
    assert (await analytics.post("/events", json={"events": []})).status_code == 422
    many = [view() for _ in range(501)]
    assert (await analytics.post("/events", json={"events": many})).status_code == 422
    assert (await analytics.post("/events", content=b"no json")).status_code == 422


async def test_events_are_refused_while_redis_is_down(
    platform: PlatformSettings, analytics_settings: AnalyticsSettings, keys: Keys
) -> None:
    down = platform.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    app = create_api(down, analytics_settings, verifier=keys.verifier("analytics"))
    async with running(app) as client:
        answer = await client.post("/events", json=view())
        assert answer.status_code == 503
        assert answer.json()["code"] == "events_unavailable"
        assert "Retry-After" in answer.headers
        # Figures need no Redis.
        assert (await client.get("/products/popular")).json() == []


async def test_history_is_taken_once_from_the_operator_only(
    analytics: httpx.AsyncClient, analytics_database: str, keys: Keys
) -> None:
    operator = keys.service(OPERATOR, "analytics")
    events = [view(at=datetime(2023, month, 5, 10, tzinfo=UTC)) for month in (3, 4, 12)]
    body = {"source": "demo", "events": events}
    for headers in (keys.user("admin"), keys.service("cart", "analytics")):
        refused = await analytics.put("/internal/events", json=body, headers=headers)
        assert refused.status_code == 403
    assert (await analytics.put("/internal/events", json=body)).status_code == 401
    assert await import_events(analytics, operator, *events) == 3
    assert await import_events(analytics, operator, *events, view(at=datetime.now(UTC))) == 1
    assert stored(analytics_database) == 4


async def test_history_without_time_or_from_the_future_is_refused(
    analytics: httpx.AsyncClient, analytics_database: str, keys: Keys
) -> None:
    operator = keys.service(OPERATOR, "analytics")
    good = view(at=datetime(2023, 3, 5, tzinfo=UTC))
    for bad in (
        view(),
        view(at=datetime(1999, 1, 1, tzinfo=UTC)),
        view(at=datetime(2199, 1, 1, tzinfo=UTC)),
    ):
        body = {"source": "demo", "events": [good, bad]}
        answer = await analytics.put("/internal/events", json=body, headers=operator)
        assert answer.status_code == 422
        assert answer.json()["code"] == "event_time_refused"
    assert stored(analytics_database) == 0


async def test_each_month_has_its_partition(
    analytics: httpx.AsyncClient, analytics_database: str, keys: Keys
) -> None:
    operator = keys.service(OPERATOR, "analytics")
    moments = [
        datetime(2021, 1, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2021, 2, 1, tzinfo=UTC),
        datetime(2021, 12, 31, 12, tzinfo=UTC),
    ]
    answers = await asyncio.gather(
        *[import_events(analytics, operator, view(at=moment)) for moment in moments * 3]
    )
    assert sum(answers) == 9
    assert rows(
        analytics_database,
        "SELECT tableoid::regclass::text, count(*) FROM events GROUP BY 1 ORDER BY 1",
    ) == [
        ("partitions.events_2021_01", 3),
        ("partitions.events_2021_02", 3),
        ("partitions.events_2021_12", 3),
    ]


async def test_a_late_partition_takes_over_what_waited_in_the_default_one(
    analytics: httpx.AsyncClient, analytics_database: str, keys: Keys
) -> None:
    address = analytics_database.replace("+asyncpg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO events (event_id, occurred_at, type, source, payload) "
            "VALUES (%s, '2020-06-15 10:00+00', 'product_view', 'demo', '{}')",
            (new_id(),),
        )
    moment = datetime(2020, 6, 20, tzinfo=UTC)
    assert await import_events(analytics, keys.service(OPERATOR, "analytics"), view(at=moment)) == 1
    assert rows(analytics_database, "SELECT count(*) FROM partitions.events_2020_06") == [(2,)]
    assert rows(analytics_database, "SELECT count(*) FROM partitions.events_other") == [(0,)]
