"""The sales analytics as a Ray job: facts → Parquet → figures → analytics database.

Each stale month is one task; killing a worker repeats its task, killing the job leaves the days
stale, so that the next run does them. Figures of a run that is repeated come out equal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import ray

from deployments.analytics.domain.popularity import TOGETHER_WINDOW_DAYS, WINDOW_DAYS
from deployments.analytics.domain.searches import DAYS_BEFORE, TREND_DAYS
from pipelines.ray_session import ray_session
from pipelines.sales_analytics import daily, interest, lake
from pipelines.sales_analytics.facts_repository import (
    TABLES_OF,
    Marks,
    read_marks,
    read_month,
    snapshot,
)
from pipelines.sales_analytics.figures_repository import (
    RunRecord,
    analyse,
    finish,
    only_run,
    replace_all,
    replace_months,
)
from pipelines.sales_analytics.lake import Month
from pipelines.sales_analytics.settings import SalesAnalyticsSettings

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Report:
    """``rows_in``: facts read by table; ``rows_out``: figures written by table."""

    months: list[str]
    aggregated_until: datetime
    seconds: float
    rows_in: dict[str, int] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    facts: str
    month: Month
    rows_in: dict[str, int]
    figures: dict[str, pl.DataFrame]


def aggregate_month(address: str, folder: Path, facts: str, month: Month) -> MonthFigures:
    """Extract one month's facts to the lake and compute its daily figures."""
    with snapshot(address) as connection:
        frames = {table: read_month(connection, table, month) for table in TABLES_OF[facts]}
    for table, frame in frames.items():
        lake.write_month(folder, table, month, frame)
    if facts == "events":
        events = frames["events"].lazy()
        figures = {
            "daily_visits": daily.daily_visits(events),
            "search_daily": daily.search_daily(events),
        }
    else:
        figures = {
            "daily_sales": daily.daily_sales(frames["purchases"].lazy()),
            "product_daily": daily.product_daily(frames["lines"].lazy()),
            "product_monthly": daily.product_monthly(frames["lines"].lazy()),
        }
    return MonthFigures(
        facts,
        month,
        {table: frame.height for table, frame in frames.items()},
        {table: frame.collect() for table, frame in figures.items()},
    )


def current_figures(
    table: str, folder: Path, as_of: date, known: dict[str, set[Month]]
) -> pl.DataFrame:
    """One of the tables that describe the shop as of a day, from the lake."""

    def facts(name: str, of: str, days: int) -> pl.LazyFrame:
        first = Month.of(as_of - timedelta(days=days))
        return lake.scan(folder, name, [month for month in known[of] if month >= first])

    if table == "product_popularity":
        events = facts("events", "events", WINDOW_DAYS)
        return interest.popularity(events, facts("lines", "sales", WINDOW_DAYS), as_of).collect()
    if table == "trending_searches":
        events = facts("events", "events", TREND_DAYS + DAYS_BEFORE)
        return interest.trending(events, as_of).collect()
    return interest.bought_together(facts("lines", "sales", TOGETHER_WINDOW_DAYS), as_of).collect()


def _months_to_do(marks: Marks, folder: Path, full: bool) -> list[tuple[str, Month]]:
    """Stale months, and months with figures whose Parquet file is missing."""
    result = []
    for facts, tables in TABLES_OF.items():
        aggregated = marks.aggregated[facts]
        kept = set.intersection(*[lake.months(folder, table) for table in tables])
        missing = aggregated if full else aggregated - kept
        result += [(facts, month) for month in sorted(marks.months(facts) | missing)]
    return result


def _in_order_of_completion(tasks: list[Any]) -> Iterator[Any]:
    while tasks:
        done, tasks = ray.wait(tasks)
        yield ray.get(done[0])


def run(
    settings: SalesAnalyticsSettings,
    progress: Progress = lambda _what, _done, _all: None,
    *,
    as_of: date | None = None,
    full: bool = False,
) -> Report:
    """Aggregate what changed since the last run; everything with ``full``.

    Raises:
        AlreadyRunningError: another run is in progress.
    """
    started_at, clock = datetime.now(UTC), time.monotonic()
    as_of = as_of or started_at.date()
    address = settings.database_url.replace("+asyncpg", "", 1)
    folder = settings.lake_folder.resolve()
    with ray_session(), only_run(address):
        with snapshot(address) as connection:
            marks = read_marks(connection)
        to_do = _months_to_do(marks, folder, full)
        rows_in: dict[str, int] = {}
        figures: dict[str, list[tuple[Month, pl.DataFrame]]] = {}
        month_task = ray.remote(aggregate_month)
        tasks = [month_task.remote(address, folder, facts, month) for facts, month in to_do]
        progress("months", 0, len(tasks))
        for count, done in enumerate(_in_order_of_completion(tasks), start=1):
            for table, rows in done.rows_in.items():
                rows_in[table] = rows_in.get(table, 0) + rows
            for table, frame in done.figures.items():
                figures.setdefault(table, []).append((done.month, frame))
            progress("months", count, len(to_do))

        known = {facts: marks.aggregated[facts] | marks.months(facts) for facts in TABLES_OF}
        names = ["product_popularity", "trending_searches", "bought_together"]
        current_task = ray.remote(current_figures)
        current = ray.get([current_task.remote(name, folder, as_of, known) for name in names])

        rows_out: dict[str, int] = {}
        tables = len(figures) + len(names) + 1
        with psycopg.connect(address, autocommit=True) as connection:
            for table, months in figures.items():
                progress("tables", len(rows_out), tables)
                rows_out[table] = replace_months(connection, table, months)
            for table, frame in zip(names, current, strict=True):
                progress("tables", len(rows_out), tables)
                rows_out[table] = replace_all(connection, table, frame)
            if figures:
                analyse(connection)
            record = RunRecord(
                started_at,
                marks.seen_at,
                len(to_do),
                sum(rows_in.values()),
                sum(rows_out.values()),
            )
            finish(connection, marks.days, record)
            progress("tables", tables, tables)
    return Report(
        months=sorted({str(month) for _, month in to_do}),
        aggregated_until=marks.seen_at,
        seconds=time.monotonic() - clock,
        rows_in=rows_in,
        rows_out=rows_out,
    )
