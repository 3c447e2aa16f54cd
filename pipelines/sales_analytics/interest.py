"""What is popular, sought and bought together, as of one day. Pure functions on facts."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from deployments.analytics.domain.popularity import (
    CART_WEIGHT,
    COMPANIONS_KEPT,
    HALF_LIFE_DAYS,
    MAX_PRODUCTS_PER_ORDER,
    MIN_ORDERS_TOGETHER,
    PURCHASE_WEIGHT,
    TOGETHER_WINDOW_DAYS,
    VIEW_WEIGHT,
    WINDOW_DAYS,
)
from deployments.analytics.domain.searches import DAYS_BEFORE, TREND_DAYS
from pipelines.sales_analytics.daily import search_daily

_KEPT_TRENDS = 500


def _within(days: int, as_of: date) -> pl.Expr:
    return pl.col("day").is_between(as_of - timedelta(days=days - 1), as_of)


def _sold(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row for each product of each purchase."""
    return (
        lines.filter(pl.col("kind") == "purchase", pl.col("product_id").is_not_null())
        .group_by("source", "order_id", "product_id")
        .agg(pl.col("title").max(), pl.col("paid_at").first(), pl.col("day").first())
    )


def popularity(events: pl.LazyFrame, lines: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """product_id: title (the latest), score, views, carts, purchases of the window.

    The score adds up weights of views, carts and purchases, halved for every half-life of age.
    """
    shown = events.filter(
        _within(WINDOW_DAYS, as_of),
        pl.col("type").is_in(["product_view", "add_to_cart"]),
        pl.col("product_id").is_not_null(),
    ).select(
        "product_id",
        "title",
        "day",
        moment="occurred_at",
        view=(pl.col("type") == "product_view").cast(pl.Int64),
        cart=(pl.col("type") == "add_to_cart").cast(pl.Int64),
        bought=pl.lit(0, pl.Int64),
    )
    sold = _sold(lines.filter(_within(WINDOW_DAYS, as_of))).select(
        "product_id",
        "title",
        "day",
        moment="paid_at",
        view=pl.lit(0, pl.Int64),
        cart=pl.lit(0, pl.Int64),
        bought=pl.lit(1, pl.Int64),
    )
    age = (pl.lit(as_of) - pl.col("day")).dt.total_days()
    weight = (
        VIEW_WEIGHT * pl.col("view")
        + CART_WEIGHT * pl.col("cart")
        + PURCHASE_WEIGHT * pl.col("bought")
    )
    titled = pl.col("title").filter(pl.col("title") != "")
    moments = pl.col("moment").filter(pl.col("title") != "")
    return (
        pl.concat([shown, sold])
        .with_columns(score=(0.5 ** (age / HALF_LIFE_DAYS)) * weight)
        # In one order, so that sums of floats come out equal in every run.
        .sort("product_id", "day", "moment", "title")
        .group_by("product_id", maintain_order=True)
        .agg(
            title=titled.sort_by(moments).last().fill_null(""),
            score=pl.col("score").sum(),
            views=pl.col("view").sum(),
            carts=pl.col("cart").sum(),
            purchases=pl.col("bought").sum(),
        )
        .sort(["score", "product_id"], descending=[True, False])
    )


def trending(events: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """query: searches and visits of the last week, growth against the four weeks before."""
    week = pl.col("day") > as_of - timedelta(days=TREND_DAYS)
    counts = (
        search_daily(events.filter(_within(TREND_DAYS + DAYS_BEFORE, as_of)))
        .group_by("query")
        .agg(
            searches=pl.col("searches").filter(week).sum(),
            before=pl.col("searches").filter(~week).sum(),
            visits=pl.col("visits").filter(week).sum(),
            zero_results=pl.col("zero_results").filter(week).sum(),
        )
        .filter(pl.col("searches") > 0)
    )
    now = (pl.col("searches") + 1) / TREND_DAYS
    then = (pl.col("before") + 1) / DAYS_BEFORE
    return (
        counts.with_columns(growth=(now / then).round(4))
        .with_columns(weight=pl.col("searches") * (1 + pl.col("growth")).log(2))
        .sort(["weight", "query"], descending=[True, False])
        .head(_KEPT_TRENDS)
        .select("query", "searches", "visits", "growth", "zero_results")
    )


def bought_together(lines: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """product_id, other_id: orders with both, score (cosine), title of the other.

    Both directions of a pair; at most ``COMPANIONS_KEPT`` a product. Very large orders are left
    out.
    """
    baskets = (
        _sold(lines.filter(_within(TOGETHER_WINDOW_DAYS, as_of)))
        .with_columns(products=pl.len().over("source", "order_id"))
        .filter(pl.col("products") <= MAX_PRODUCTS_PER_ORDER)
    )
    counts = baskets.group_by("product_id").agg(
        total=pl.len().cast(pl.Int64), title=pl.col("title").max()
    )
    several = baskets.filter(pl.col("products") > 1).select("source", "order_id", "product_id")
    pairs = (
        several.join(several, on=["source", "order_id"], suffix="_other")
        .filter(pl.col("product_id") != pl.col("product_id_other"))
        .group_by("product_id", other_id="product_id_other")
        .agg(orders=pl.len().cast(pl.Int64))
        .filter(pl.col("orders") >= MIN_ORDERS_TOGETHER)
    )
    other = counts.select(other_id="product_id", other_total="total", other_title="title")
    return (
        pairs.join(counts.select("product_id", "total"), on="product_id")
        .join(other, on="other_id")
        .with_columns(score=pl.col("orders") / (pl.col("total") * pl.col("other_total")).sqrt())
        .sort(["product_id", "score", "other_id"], descending=[False, True, False])
        .group_by("product_id", maintain_order=True)
        .head(COMPANIONS_KEPT)
        .select("product_id", "other_id", "other_title", "orders", "score")
    )
