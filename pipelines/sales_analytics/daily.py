"""Figures of each day. Pure functions: facts in (``schemas``), figures out.

``deployments/analytics/infrastructure`` computes the same in SQL for days not yet aggregated.
"""

from __future__ import annotations

import polars as pl

_PURCHASE = pl.col("kind") == "purchase"
_STEPS = {"product_view": 1, "add_to_cart": 2, "checkout_started": 3}


def daily_sales(purchases: pl.LazyFrame) -> pl.LazyFrame:
    """source, currency, day: gross and refunded (minor units), orders, buying_visits.

    A purchase without a session counts as a visit of its own that bought.
    """
    sessions = pl.col("session_id").filter(_PURCHASE)
    return purchases.group_by("source", "currency", "day").agg(
        gross=pl.col("total").filter(_PURCHASE).sum(),
        refunded=pl.col("total").filter(~_PURCHASE).sum(),
        orders=_PURCHASE.sum().cast(pl.Int64),
        buying_visits=(sessions.drop_nulls().n_unique() + sessions.null_count()).cast(pl.Int64),
    )


def daily_visits(events: pl.LazyFrame) -> pl.LazyFrame:
    """source, day: visits, and how many came at least to each step.

    A visit is a session on a day; its step is the furthest of its events.
    """
    reached = pl.col("type").replace_strict(_STEPS, default=0, return_dtype=pl.Int8)
    return (
        events.filter(pl.col("type") != "purchase", pl.col("session_id").is_not_null())
        .group_by("source", "day", "session_id")
        .agg(reached=reached.max())
        .group_by("source", "day")
        .agg(
            visits=pl.len().cast(pl.Int64),
            product_view=(pl.col("reached") >= 1).sum().cast(pl.Int64),
            add_to_cart=(pl.col("reached") >= 2).sum().cast(pl.Int64),
            checkout_started=(pl.col("reached") >= 3).sum().cast(pl.Int64),
        )
    )


def product_daily(lines: pl.LazyFrame) -> pl.LazyFrame:
    """source, currency, day, product_key: units and revenue, refunds taken off.

    The key is the product's id, or the SKU of what the catalogue does not know.
    """
    return _products(lines, "day")


def product_monthly(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The same for each month (its first day)."""
    return _products(lines.with_columns(month=pl.col("day").dt.month_start()), "month")


def _products(lines: pl.LazyFrame, period: str) -> pl.LazyFrame:
    sign = pl.when(_PURCHASE).then(1).otherwise(-1)
    return (
        lines.with_columns(
            product_key=pl.coalesce("product_id", "sku"),
            units=sign * pl.col("quantity"),
            revenue=sign * pl.col("quantity") * pl.col("unit_price"),
        )
        .group_by("source", "currency", period, "product_key")
        .agg(
            product_id=pl.col("product_id").max(),
            title=pl.col("title").max(),
            units=pl.col("units").sum(),
            revenue=pl.col("revenue").sum(),
        )
    )


def search_daily(events: pl.LazyFrame) -> pl.LazyFrame:
    """source, day, query: searches, those without results, visits that made them."""
    return (
        events.filter(pl.col("type") == "product_search", pl.col("query") != "")
        .group_by("source", "day", "query")
        .agg(
            searches=pl.len().cast(pl.Int64),
            zero_results=(pl.col("result_count") == 0).sum().cast(pl.Int64),
            visits=pl.col("session_id").drop_nulls().n_unique().cast(pl.Int64),
        )
    )
