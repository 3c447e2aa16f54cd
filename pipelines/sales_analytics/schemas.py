"""Columns of the facts as the lake keeps them. Identifiers are text; ``day`` is the UTC day."""

from __future__ import annotations

from typing import Final

import polars as pl

_TIME = pl.Datetime("us", "UTC")

EVENTS: Final[dict[str, pl.DataType]] = {
    "event_id": pl.String(),
    "occurred_at": _TIME,
    "day": pl.Date(),
    "type": pl.String(),
    "source": pl.String(),
    "session_id": pl.String(),
    "product_id": pl.String(),
    "title": pl.String(),
    "query": pl.String(),
    "result_count": pl.Int64(),
}
PURCHASES: Final[dict[str, pl.DataType]] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "kind": pl.String(),
    "session_id": pl.String(),
    "customer_key": pl.String(),
    "country": pl.String(),
    "currency": pl.String(),
    "total": pl.Int64(),
    "paid_at": _TIME,
    "day": pl.Date(),
}
LINES: Final[dict[str, pl.DataType]] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "kind": pl.String(),
    "currency": pl.String(),
    "paid_at": _TIME,
    "day": pl.Date(),
    "product_id": pl.String(),
    "sku": pl.String(),
    "title": pl.String(),
    "quantity": pl.Int64(),
    "unit_price": pl.Int64(),
}
SCHEMAS: Final = {"events": EVENTS, "purchases": PURCHASES, "lines": LINES}
