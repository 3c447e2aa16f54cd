"""Tiny frames of facts; what a row leaves out has a usual value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl

from pipelines.sales_analytics.schemas import EVENTS, LINES, PURCHASES

_DAY = date(2024, 5, 6)


def _frame(
    schema: dict[str, pl.DataType], usual: dict[str, Any], rows: tuple[dict[str, Any], ...]
) -> pl.LazyFrame:
    complete = []
    for number, row in enumerate(rows):
        filled = {"order_id": f"o{number}", "event_id": f"e{number}", **usual, **row}
        noon = datetime.combine(filled["day"], time(12), UTC)
        filled = {"occurred_at": noon, "paid_at": noon, **filled}
        complete.append({name: filled.get(name) for name in schema})
    return pl.LazyFrame(complete, schema=schema)


def events(*rows: dict[str, Any]) -> pl.LazyFrame:
    usual = {"day": _DAY, "source": "store", "type": "product_view", "session_id": "s"}
    return _frame(EVENTS, usual, rows)


def purchases(*rows: dict[str, Any]) -> pl.LazyFrame:
    usual = {"day": _DAY, "source": "store", "kind": "purchase", "currency": "EUR"}
    return _frame(PURCHASES, usual, rows)


def lines(*rows: dict[str, Any]) -> pl.LazyFrame:
    usual = {
        "day": _DAY,
        "source": "store",
        "kind": "purchase",
        "currency": "EUR",
        "sku": "sku",
        "title": "",
        "quantity": 1,
        "unit_price": 100,
    }
    return _frame(LINES, usual, rows)
