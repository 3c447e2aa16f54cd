"""Daily figures on tiny frames, results worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from pipelines.sales_analytics.daily import (
    daily_sales,
    daily_visits,
    product_daily,
    product_monthly,
    search_daily,
)
from tests.unit.pipelines.frames import events, lines, purchases

MONDAY, TUESDAY = date(2024, 5, 6), date(2024, 5, 7)


def result(frame: pl.LazyFrame, *order: str) -> list[dict[str, Any]]:
    return frame.sort(*order).collect().to_dicts()


def test_sales_of_a_day_add_up_and_refunds_are_kept_apart() -> None:
    facts = purchases(
        {"day": MONDAY, "total": 1000, "session_id": "a"},
        {"day": MONDAY, "total": 500, "session_id": "a"},
        {"day": MONDAY, "total": 250, "session_id": None},
        {"day": MONDAY, "total": 250, "session_id": None},
        {"day": MONDAY, "total": 300, "kind": "refund", "session_id": "b"},
        {"day": TUESDAY, "total": 40, "kind": "refund"},
        {"day": MONDAY, "total": 7, "currency": "GBP"},
    )
    assert result(daily_sales(facts), "currency", "day") == [
        {
            "source": "store",
            "currency": "EUR",
            "day": MONDAY,
            "gross": 2000,
            "refunded": 300,
            "orders": 4,
            # Session a once, and two purchases without a session.
            "buying_visits": 3,
        },
        {
            "source": "store",
            "currency": "EUR",
            "day": TUESDAY,
            "gross": 0,
            "refunded": 40,
            "orders": 0,
            "buying_visits": 0,
        },
        {
            "source": "store",
            "currency": "GBP",
            "day": MONDAY,
            "gross": 7,
            "refunded": 0,
            "orders": 1,
            "buying_visits": 1,
        },
    ]


def test_a_visit_counts_for_every_step_up_to_its_furthest() -> None:
    facts = events(
        {"day": MONDAY, "session_id": "looks", "type": "product_search"},
        {"day": MONDAY, "session_id": "views", "type": "product_view"},
        {"day": MONDAY, "session_id": "views", "type": "product_view"},
        # Straight into the cart from the listing.
        {"day": MONDAY, "session_id": "carts", "type": "add_to_cart"},
        {"day": MONDAY, "session_id": "pays", "type": "product_view"},
        {"day": MONDAY, "session_id": "pays", "type": "checkout_started"},
        # No visit: the purchase is recorded when its payment arrives.
        {"day": MONDAY, "session_id": "gone", "type": "purchase"},
        {"day": MONDAY, "session_id": None, "type": "purchase"},
        # After midnight it is another visit.
        {"day": TUESDAY, "session_id": "pays", "type": "product_search"},
    )
    assert result(daily_visits(facts), "day") == [
        {
            "source": "store",
            "day": MONDAY,
            "visits": 4,
            "product_view": 3,
            "add_to_cart": 2,
            "checkout_started": 1,
        },
        {
            "source": "store",
            "day": TUESDAY,
            "visits": 1,
            "product_view": 0,
            "add_to_cart": 0,
            "checkout_started": 0,
        },
    ]


def test_products_are_keyed_by_id_and_foreign_ones_by_sku() -> None:
    facts = lines(
        {"product_id": "p1", "sku": "A-red", "title": "Shirt", "quantity": 2, "unit_price": 100},
        {"product_id": "p1", "sku": "A-blue", "title": "Shirt", "quantity": 1, "unit_price": 120},
        {
            "product_id": "p1",
            "sku": "A-red",
            "title": "Shirt",
            "quantity": 1,
            "unit_price": 100,
            "kind": "refund",
        },
        {"product_id": None, "sku": "X", "title": "Box", "quantity": 3, "unit_price": 5},
    )
    rows = result(product_daily(facts), "product_key")
    assert [(r["product_key"], r["product_id"], r["units"], r["revenue"]) for r in rows] == [
        ("X", None, 3, 15),
        ("p1", "p1", 2, 220),
    ]


def test_products_of_a_month_are_its_days_together() -> None:
    facts = lines(
        {"product_id": "p1", "day": MONDAY, "quantity": 2, "title": "Shirt"},
        {"product_id": "p1", "day": TUESDAY, "quantity": 1, "title": "Shirt, new"},
        {"product_id": "p1", "day": date(2024, 6, 1), "quantity": 1},
    )
    rows = result(product_monthly(facts), "month")
    assert [(r["month"], r["title"], r["units"], r["revenue"]) for r in rows] == [
        (date(2024, 5, 1), "Shirt, new", 3, 300),
        (date(2024, 6, 1), "", 1, 100),
    ]


def test_searches_count_visits_once_and_leave_empty_queries_out() -> None:
    facts = events(
        {"type": "product_search", "query": "mug", "result_count": 3, "session_id": "a"},
        {"type": "product_search", "query": "mug", "result_count": 0, "session_id": "a"},
        {"type": "product_search", "query": "mug", "result_count": 0, "session_id": "b"},
        {"type": "product_search", "query": "", "result_count": 0, "session_id": "b"},
        {"type": "product_view", "query": None, "session_id": "b"},
    )
    rows = result(search_daily(facts), "query")
    assert [(r["query"], r["searches"], r["zero_results"], r["visits"]) for r in rows] == [
        ("mug", 3, 2, 2)
    ]


def test_no_facts_give_no_figures() -> None:
    assert daily_sales(purchases()).collect().is_empty()
    assert daily_visits(events()).collect().is_empty()
    assert product_daily(lines()).collect().is_empty()
    assert search_daily(events()).collect().is_empty()


def test_frames_keep_whole_numbers() -> None:
    frame = daily_sales(purchases({"total": 2**40})).collect()
    assert frame.schema["gross"] == pl.Int64()
    assert frame["gross"][0] == 2**40
