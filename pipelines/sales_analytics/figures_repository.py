"""Writes figures; each table in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import polars as pl
import psycopg
from psycopg import sql

from deployments.shared.ids import new_id
from pipelines.sales_analytics.facts_repository import StaleDay
from pipelines.sales_analytics.lake import Month

_LOCK: LiteralString = "SELECT pg_try_advisory_lock(hashtext('mercato.sales_analytics'))"


class AlreadyRunningError(Exception):
    """Another run of the pipeline holds the database's lock."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    started_at: datetime
    aggregated_until: datetime
    months: int
    rows_in: int
    rows_out: int


@contextmanager
def only_run(address: str) -> Iterator[None]:
    """Hold the lock of the pipeline; it ends with the connection, even of a killed run."""
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            raise AlreadyRunningError("another run of the sales analytics is in progress")
        yield


def _copy(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), columns
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # Text is quoted, so that an empty one is not taken for NULL.
        copy.write(frame.write_csv(include_header=False, quote_style="non_numeric", null_value=""))


def replace_months(
    connection: psycopg.Connection, table: str, figures: Iterable[tuple[Month, pl.DataFrame]]
) -> int:
    """Put the figures of whole months in the place of what the table has of them."""
    period = sql.Identifier("month" if table == "product_monthly" else "day")
    written = 0
    with connection.transaction():
        for month, frame in figures:
            connection.execute(
                sql.SQL("DELETE FROM {table} WHERE {period} >= %s AND {period} < %s").format(
                    table=sql.Identifier(table), period=period
                ),
                (month.first, month.next.first),
            )
            _copy(connection, table, frame)
            written += frame.height
    return written


def replace_all(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> int:
    with connection.transaction():
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        _copy(connection, table, frame)
    return frame.height


def finish(connection: psycopg.Connection, done: Iterable[StaleDay], run: RunRecord) -> None:
    """Settle the days that were aggregated, unless they changed since, and record the run."""
    marks = sorted((mark.facts, mark.source, mark.day, mark.version) for mark in done)
    with connection.transaction():
        with connection.cursor() as cursor:
            cursor.executemany(
                "DELETE FROM stale_days "
                "WHERE facts = %s AND source = %s AND day = %s AND version = %s",
                marks,
            )
        connection.execute(
            "INSERT INTO aggregation_runs (run_id, started_at, finished_at, aggregated_until, "
            "months, rows_in, rows_out) VALUES (%s, %s, clock_timestamp(), %s, %s, %s, %s)",
            (
                new_id(),
                run.started_at,
                run.aggregated_until,
                run.months,
                run.rows_in,
                run.rows_out,
            ),
        )


def analyse(connection: psycopg.Connection) -> None:
    """Give the planner the sizes of tables that may just have been filled."""
    connection.execute(
        "ANALYZE purchases, purchase_lines, daily_sales, product_daily, product_monthly"
    )
