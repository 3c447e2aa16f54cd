"""Reads facts of a month from the analytics database, as one moment saw them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString

import polars as pl
import psycopg

from pipelines.sales_analytics.lake import Month
from pipelines.sales_analytics.schemas import SCHEMAS

# Facts that are marked, extracted and aggregated together, and their tables in the lake.
TABLES_OF: Final = {"events": ("events",), "sales": ("purchases", "lines")}

_SELECT: Final[dict[str, LiteralString]] = {
    "events": """
SELECT event_id, (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at,
  (occurred_at AT TIME ZONE 'UTC')::date AS day, type, source, session_id, product_id,
  payload ->> 'title' AS title, query, payload ->> 'result_count' AS result_count
FROM events WHERE occurred_at >= {first} AND occurred_at < {after}
ORDER BY occurred_at, event_id""",
    "purchases": """
SELECT source, order_id, kind, session_id, customer_key, country, currency, total,
  (extract(epoch FROM paid_at) * 1000000)::bigint AS paid_at,
  (paid_at AT TIME ZONE 'UTC')::date AS day
FROM purchases WHERE paid_at >= {first} AND paid_at < {after}
ORDER BY paid_at, source, order_id""",
    "lines": """
SELECT l.source, l.order_id, p.kind, p.currency,
  (extract(epoch FROM p.paid_at) * 1000000)::bigint AS paid_at,
  (p.paid_at AT TIME ZONE 'UTC')::date AS day, l.product_id, l.sku, l.title, l.quantity,
  l.unit_price
FROM purchases p JOIN purchase_lines l USING (source, order_id)
WHERE p.paid_at >= {first} AND p.paid_at < {after}
ORDER BY p.paid_at, l.source, l.order_id, l.line""",
}
_KNOWN_DAYS: Final[dict[str, LiteralString]] = {
    "events": "SELECT DISTINCT date_trunc('month', day)::date FROM daily_visits",
    "sales": "SELECT DISTINCT date_trunc('month', day)::date FROM daily_sales",
}


@dataclass(frozen=True, slots=True)
class StaleDay:
    facts: str
    source: str
    day: date
    version: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What is to be done: stale days as of ``seen_at``, and months that have figures."""

    seen_at: datetime
    days: list[StaleDay]
    aggregated: dict[str, set[Month]]

    def months(self, facts: str) -> set[Month]:
        return {Month.of(mark.day) for mark in self.days if mark.facts == facts}


@contextmanager
def snapshot(address: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def read_marks(connection: psycopg.Connection) -> Marks:
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    days = connection.execute("SELECT facts, source, day, version FROM stale_days").fetchall()
    aggregated = {
        facts: {Month.of(first) for (first,) in connection.execute(query).fetchall()}
        for facts, query in _KNOWN_DAYS.items()
    }
    return Marks(row[0], [StaleDay(*mark) for mark in days], aggregated)


def read_month(connection: psycopg.Connection, table: str, month: Month) -> pl.DataFrame:
    """All facts of ``table`` in ``month``, with the columns of its schema."""
    bounds = {
        "first": psycopg.sql.Literal(f"{month.first} 00:00:00+00"),
        "after": psycopg.sql.Literal(f"{month.next.first} 00:00:00+00"),
    }
    query = psycopg.sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(
        psycopg.sql.SQL(_SELECT[table]).format(**bounds)
    )
    data = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            data.write(block)
    data.seek(0)
    schema = SCHEMAS[table]
    times = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime)]
    read_as = {**schema, **{name: pl.Int64() for name in times}}
    frame = pl.read_csv(data, schema=read_as)
    return frame.with_columns([pl.col(name).cast(schema[name]) for name in times])
