"""Figures over HTTP: live at once, and equal after the pipeline has run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from redis import Redis

from deployments.shared.events import ORDERS, Event, stream_name
from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR
from pipelines.ray_session import ray_session
from pipelines.sales_analytics import job, lake
from pipelines.sales_analytics.figures_repository import AlreadyRunningError, only_run
from pipelines.sales_analytics.settings import SalesAnalyticsSettings
from tests.service.analytics.support import (
    FLASK,
    LAMP,
    MUG,
    cart,
    dashboard,
    eventually,
    import_events,
    import_sales,
    rows,
    sale,
    search,
    view,
)
from tests.support import Keys

TODAY = datetime.now(UTC).date()


def moment(days_ago: int, hour: int = 0) -> datetime:
    """A time on that day (UTC); today's lies in the past whatever the hour is now."""
    return datetime.combine(TODAY - timedelta(days=days_ago), time(hour), UTC)


@pytest.fixture
def operator(keys: Keys) -> dict[str, str]:
    return keys.service(OPERATOR, "analytics")


@pytest.fixture
def analyst(keys: Keys) -> dict[str, str]:
    return keys.user("analyst")


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with ray_session():
        yield


@pytest.fixture
def pipeline(cluster: None, analytics_database: str, tmp_path: Path) -> SalesAnalyticsSettings:
    return SalesAnalyticsSettings(database_url=analytics_database, lake_folder=tmp_path / "lake")


async def _fill(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """Two weeks of a small shop, in two currencies and three sources."""
    events, sales = [], []
    for days_ago in (0, 1, 3, 8, 9, 40):
        for visit in range(4):
            session = new_id()
            events.append(
                search("flask" if visit % 2 else "Flask ", session=session, at=moment(days_ago))
            )
            if visit >= 1:
                events.append(view(FLASK, session=session, at=moment(days_ago)))
            if visit >= 2:
                events.append(cart(FLASK, session=session, at=moment(days_ago)))
            if visit == 3:
                events.append(
                    {
                        "type": "checkout_started",
                        "event_id": str(new_id()),
                        "session_id": str(session),
                        "occurred_at": moment(days_ago).isoformat(),
                        "item_count": 1,
                    }
                )
                events.append(search("unicorn", 0, session=session, at=moment(days_ago)))
                sales.append(
                    sale(
                        (FLASK, 1, 2490),
                        (MUG, 2, 950),
                        at=moment(days_ago),
                        source="demo",
                        shipping=490,
                        session_id=str(session),
                    )
                )
        sales.append(sale((MUG, 1, 950), (FLASK, 3, 2000), at=moment(days_ago)))
        sales.append(sale((LAMP, 1, 7900), at=moment(days_ago), kind="refund", source="demo"))
        sales.append(
            sale((None, 5, 100), at=moment(days_ago), source="online_retail", currency="GBP")
        )
    await import_events(client, operator, *events)
    await import_sales(client, operator, *sales)


async def test_a_purchase_shows_at_once_before_and_after_the_pipeline_ran(
    analytics: httpx.AsyncClient,
    analyst: dict[str, str],
    redis_url: str,
    pipeline: SalesAnalyticsSettings,
) -> None:
    async def buy(expected: int) -> None:
        event = Event(ORDERS, "order.paid", sale((MUG, 2, 950), shipping=490))
        with Redis.from_url(redis_url) as redis:
            redis.xadd(stream_name(ORDERS), dict(event.to_fields()))
        await eventually(
            lambda: rows(pipeline.database_url, "SELECT count(*) FROM purchases") == [(expected,)]
        )

    await buy(1)
    figures = await dashboard(analytics, analyst)
    assert figures["kpis"]["orders"] == 1
    assert figures["kpis"]["revenue"] == {"amount": 2390, "currency": "EUR"}
    job.run(pipeline)
    assert (await dashboard(analytics, analyst))["kpis"] == figures["kpis"]
    await buy(2)
    figures = await dashboard(analytics, analyst)
    assert figures["kpis"]["orders"] == 2
    assert figures["kpis"]["average_order"]["amount"] == 2390
    assert figures["top_products"][0]["units"] == 4
    assert figures["freshness"]["aggregated_until"] < figures["freshness"]["last_event_at"]


async def test_live_and_aggregated_figures_are_equal(
    analytics: httpx.AsyncClient,
    operator: dict[str, str],
    analyst: dict[str, str],
    pipeline: SalesAnalyticsSettings,
) -> None:
    await _fill(analytics, operator)
    ranges: list[dict[str, Any]] = [
        {"start": TODAY - timedelta(days=6)},
        {"start": TODAY - timedelta(days=60)},
        {"start": TODAY - timedelta(days=60), "source": "demo"},
        {"start": TODAY - timedelta(days=60), "source": "online_retail"},
        {"start": TODAY - timedelta(days=9), "end": TODAY - timedelta(days=8)},
    ]

    async def all_figures() -> list[Any]:
        figures: list[Any] = [await dashboard(analytics, analyst, **span) for span in ranges]
        for answer in figures:
            answer["freshness"].pop("aggregated_until")
        for path in (
            "/products/popular",
            "/search/trending",
            f"/products/{MUG}/bought-together",
            f"/search/zero-results?start={TODAY - timedelta(days=60)}&end={TODAY}",
        ):
            answer = await analytics.get(path, headers=analyst)
            assert answer.status_code == 200
            assert answer.json(), path
            figures.append(answer.json())
        return figures

    live = await all_figures()
    report = job.run(pipeline)
    assert rows(pipeline.database_url, "SELECT count(*) FROM stale_days") == [(0,)]
    aggregated = await all_figures()
    assert _rounded(aggregated) == _rounded(live)
    assert report.rows_in == {"events": 66, "purchases": 24, "lines": 36}

    # Everything again gives equal figures; so does a run with nothing to do.
    before = _tables(pipeline.database_url)
    assert job.run(pipeline, full=True).rows_in == report.rows_in
    assert job.run(pipeline).rows_in == {}
    assert _tables(pipeline.database_url) == before
    assert _rounded(await all_figures()) == _rounded(live)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def _tables(database_url: str) -> list[list[tuple[Any, ...]]]:
    return [
        rows(database_url, "SELECT * FROM daily_sales ORDER BY 1, 2, 3"),
        rows(database_url, "SELECT * FROM daily_visits ORDER BY 1, 2"),
        rows(database_url, "SELECT * FROM product_daily ORDER BY 1, 2, 3, 4"),
        rows(database_url, "SELECT * FROM product_monthly ORDER BY 1, 2, 3, 4"),
        rows(database_url, "SELECT * FROM search_daily ORDER BY 1, 2, 3"),
        rows(database_url, "SELECT * FROM product_popularity ORDER BY 1"),
        rows(database_url, "SELECT * FROM trending_searches ORDER BY 1"),
        rows(database_url, "SELECT * FROM bought_together ORDER BY 1, 2"),
    ]


async def test_figures_of_a_small_shop_by_hand(
    analytics: httpx.AsyncClient, operator: dict[str, str], analyst: dict[str, str]
) -> None:
    await _fill(analytics, operator)
    figures = await dashboard(analytics, analyst, TODAY - timedelta(days=6))
    # Three days (0, 1, 3 days ago), each: 4,880 (demo) + 6,950 (store) - 7,900 (refund).
    assert figures["currency"] == "EUR"
    assert figures["kpis"] == {
        "revenue": {"amount": 3 * (4880 + 6950 - 7900), "currency": "EUR"},
        "orders": 6,
        "average_order": {"amount": (4880 + 6950) // 2, "currency": "EUR"},
        "visits": 12,
        "conversion": 0.5,
    }
    # 8 and 9 days ago.
    assert figures["previous"]["orders"] == 4
    assert [day["orders"] for day in figures["daily"]] == [0, 0, 0, 2, 0, 2, 2]
    assert [day["visits"] for day in figures["daily"]] == [0, 0, 0, 4, 0, 4, 4]
    assert figures["funnel"] == [
        {"step": "visit", "visits": 12},
        {"step": "product_view", "visits": 9},
        {"step": "add_to_cart", "visits": 6},
        {"step": "checkout_started", "visits": 3},
        {"step": "purchase", "visits": 6},
    ]
    top = [(row["title"], row["units"], row["revenue"]) for row in figures["top_products"]]
    assert top == [
        ("Flask", 12, 3 * (2490 + 6000)),
        ("Mug", 9, 3 * 3 * 950),
        ("Lamp", -3, -3 * 7900),
    ]
    assert figures["trending_searches"][0]["query"] == "flask"
    assert figures["trending_searches"][0]["searches"] == 12
    assert figures["freshness"]["includes_demo_data"] is True

    pounds = await dashboard(analytics, analyst, TODAY, source="online_retail")
    assert pounds["currency"] == "GBP"
    assert pounds["kpis"]["revenue"]["amount"] == 500
    assert pounds["kpis"]["visits"] == 0
    assert pounds["kpis"]["conversion"] == 0
    assert pounds["top_products"][0]["sku"] == "SKU-X"
    assert pounds["freshness"]["includes_demo_data"] is False
    assert (await dashboard(analytics, analyst, currency="GBP"))["kpis"] == pounds["kpis"]


async def test_facts_that_arrive_late_or_change_are_aggregated_by_the_next_run(
    analytics: httpx.AsyncClient,
    operator: dict[str, str],
    analyst: dict[str, str],
    pipeline: SalesAnalyticsSettings,
) -> None:
    day = date(2023, 5, 10)
    first = sale((MUG, 1, 1000), at=datetime(2023, 5, 10, 12, tzinfo=UTC))
    await import_sales(analytics, operator, first)
    job.run(pipeline)
    moved = first | {"paid_at": "2023-06-02T00:00:00Z", "total": 1100}
    late = sale((MUG, 1, 500), at=datetime(2023, 5, 10, 23, 59, tzinfo=UTC))
    await import_sales(analytics, operator, moved, late)
    live = await dashboard(analytics, analyst, day, date(2023, 6, 2))
    assert live["kpis"]["revenue"]["amount"] == 1600
    assert (live["daily"][0]["revenue"], live["daily"][-1]["revenue"]) == (500, 1100)
    report = job.run(pipeline)
    assert report.months == ["2023-05", "2023-06"]
    assert rows(pipeline.database_url, "SELECT count(*) FROM stale_days") == [(0,)]
    assert (await dashboard(analytics, analyst, day, date(2023, 6, 2)))["daily"] == live["daily"]


async def test_products_of_whole_months_count_once_whichever_days_changed(
    analytics: httpx.AsyncClient,
    operator: dict[str, str],
    analyst: dict[str, str],
    pipeline: SalesAnalyticsSettings,
) -> None:
    def at(month: int, day: int) -> datetime:
        return datetime(2023, month, day, 12, tzinfo=UTC)

    async def units() -> int:
        figures = await dashboard(analytics, analyst, date(2023, 1, 10), date(2023, 4, 20))
        return int(figures["top_products"][0]["units"])

    days = [(1, 9), (1, 10), (1, 31), (2, 1), (2, 28), (3, 15), (4, 1), (4, 20), (4, 21)]
    await import_sales(analytics, operator, *[sale((MUG, 1, 100), at=at(*day)) for day in days])
    assert await units() == 7
    job.run(pipeline)
    assert await units() == 7
    # The edge, a whole month (a day with figures and one without), the other edge.
    for number, day in enumerate([(1, 31), (2, 1), (2, 14), (3, 15), (4, 1)], start=1):
        await import_sales(analytics, operator, sale((MUG, 1, 100), at=at(*day)))
        assert await units() == 7 + number
    job.run(pipeline)
    assert await units() == 12


async def test_a_lost_parquet_file_is_made_again(
    analytics: httpx.AsyncClient, operator: dict[str, str], pipeline: SalesAnalyticsSettings
) -> None:
    await import_sales(
        analytics,
        operator,
        *[sale((MUG, 1, 1), at=datetime(2023, month, 1, tzinfo=UTC)) for month in (1, 2, 3)],
    )
    job.run(pipeline)
    kept = lake.months(pipeline.lake_folder, "lines")
    assert [str(month) for month in sorted(kept)] == ["2023-01", "2023-02", "2023-03"]
    next(pipeline.lake_folder.glob("lines/month=2023-02/*.parquet")).unlink()
    assert job.run(pipeline).months == ["2023-02"]
    assert lake.months(pipeline.lake_folder, "lines") == kept


async def test_a_day_that_changes_while_the_pipeline_runs_stays_stale(
    analytics: httpx.AsyncClient,
    operator: dict[str, str],
    analyst: dict[str, str],
    pipeline: SalesAnalyticsSettings,
) -> None:
    await import_sales(analytics, operator, sale((MUG, 1, 1000)))

    def interfere(what: str, done: int, _all: int | None) -> None:
        if (what, done) == ("tables", 0):
            with psycopg.connect(pipeline.database_url.replace("+asyncpg", "")) as connection:
                connection.execute(
                    "INSERT INTO purchases (source, order_id, order_number, kind, currency, "
                    "shipping, tax, discount, total, paid_at, fingerprint) "
                    "VALUES ('store', %s, 'M-2', 'purchase', 'EUR', 0, 0, 0, 50, now(), '')",
                    (new_id(),),
                )
                connection.execute("UPDATE stale_days SET version = DEFAULT")

    job.run(pipeline, progress=interfere)
    assert rows(pipeline.database_url, "SELECT count(*) FROM stale_days") == [(1,)]
    assert (await dashboard(analytics, analyst))["kpis"]["revenue"]["amount"] == 1050


def test_a_second_run_at_once_is_refused(pipeline: SalesAnalyticsSettings) -> None:
    address = pipeline.database_url.replace("+asyncpg", "")
    with only_run(address), pytest.raises(AlreadyRunningError):
        job.run(pipeline)
    job.run(pipeline)


async def test_who_may_see_figures(analytics: httpx.AsyncClient, keys: Keys) -> None:
    span = {"start": str(TODAY), "end": str(TODAY)}
    for path in ("/dashboard", "/search/zero-results"):
        assert (await analytics.get(path, params=span)).status_code == 401
        shopper = await analytics.get(path, params=span, headers=keys.user("shopper"))
        assert shopper.status_code == 403
        for role in ("analyst", "merchant", "admin"):
            answer = await analytics.get(path, params=span, headers=keys.user(role))
            assert answer.status_code == 200
    for path in ("/products/popular", "/search/trending", f"/products/{MUG}/bought-together"):
        answer = await analytics.get(path)
        assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"start": "2024-02-02", "end": "2024-02-01"}, "invalid_period"),
        ({"start": "2010-01-01", "end": "2024-02-01"}, "invalid_period"),
        ({"start": "0001-01-01", "end": "0001-01-02"}, "invalid_period"),
        ({"start": "9999-12-30", "end": "9999-12-31"}, "invalid_period"),
        ({"start": "2024-02-30", "end": "2024-03-01"}, "invalid_request"),
        ({"start": "2024-02-01"}, "invalid_request"),
        ({"start": "2024-02-01", "end": "2024-02-02", "currency": "euro"}, "invalid_request"),
    ],
)
async def test_bad_periods_are_refused(
    analytics: httpx.AsyncClient, analyst: dict[str, str], params: dict[str, str], code: str
) -> None:
    answer = await analytics.get("/dashboard", params=params, headers=analyst)
    assert answer.status_code == 422
    assert answer.json()["code"] == code


async def test_an_unknown_source_has_no_figures(
    analytics: httpx.AsyncClient, operator: dict[str, str], analyst: dict[str, str]
) -> None:
    await import_sales(analytics, operator, sale((MUG, 1, 1000)))
    figures = await dashboard(analytics, analyst, source="elsewhere")
    assert figures["kpis"]["orders"] == 0
    assert figures["currency"] == "EUR"


async def test_a_search_of_one_visit_is_not_shown_to_everyone(
    analytics: httpx.AsyncClient, operator: dict[str, str], analyst: dict[str, str]
) -> None:
    alone = new_id()
    await import_events(
        analytics,
        operator,
        *[search("my secret", session=alone, at=moment(0)) for _ in range(9)],
        *[search("ada@example.com", at=moment(0)) for _ in range(9)],
        *[search("mug", at=moment(0)) for _ in range(2)],
    )
    public = (await analytics.get("/search/trending")).json()
    assert [row["query"] for row in public] == ["mug"]
    inside = (await dashboard(analytics, analyst))["trending_searches"]
    assert len(inside) == 3
