"""Popularity, trends and companions on tiny frames, results worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import sqrt

import pytest

from pipelines.sales_analytics.interest import bought_together, popularity, trending
from tests.unit.pipelines.frames import events, lines

TODAY = date(2024, 5, 31)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_popularity_adds_weights_and_halves_them_every_week() -> None:
    seen = events(
        {"product_id": "new", "title": "New", "day": TODAY},
        {"product_id": "old", "title": "Old", "day": ago(7)},
        {"product_id": "old", "title": "Old", "day": ago(14), "type": "add_to_cart"},
        {"product_id": "gone", "title": "Gone", "day": ago(90)},
        {"product_id": None, "day": TODAY, "type": "product_search"},
    )
    sold = lines(
        {"product_id": "old", "order_id": "1", "day": ago(7), "quantity": 50},
        {"product_id": "old", "order_id": "1", "day": ago(7), "quantity": 1},
        {"product_id": "old", "order_id": "2", "day": ago(7), "kind": "refund"},
    )
    rows = popularity(seen, sold, TODAY).collect().to_dicts()
    assert rows == [
        {
            "product_id": "old",
            "title": "Old",
            # A view and a purchase a week ago, a cart two weeks ago.
            "score": pytest.approx((1 + 10) / 2 + 3 / 4),
            "views": 1,
            "carts": 1,
            "purchases": 1,
        },
        {
            "product_id": "new",
            "title": "New",
            "score": 1.0,
            "views": 1,
            "carts": 0,
            "purchases": 0,
        },
    ]


def test_the_latest_title_that_is_not_empty_names_a_product() -> None:
    def at(hour: int) -> datetime:
        return datetime(2024, 5, 30, hour, tzinfo=UTC)

    seen = events(
        {"product_id": "p", "title": "Second name", "day": ago(1), "occurred_at": at(9)},
        {"product_id": "p", "title": "First name", "day": ago(1), "occurred_at": at(8)},
        {"product_id": "p", "title": "", "day": ago(1), "occurred_at": at(10)},
        {"product_id": "q", "title": "", "day": ago(1)},
    )
    titles = popularity(seen, lines(), TODAY).collect()
    assert dict(titles.select("product_id", "title").iter_rows()) == {"p": "Second name", "q": ""}


def test_trends_compare_a_week_with_the_four_before() -> None:
    searches = events(
        *[
            {"type": "product_search", "query": "mug", "day": ago(n), "session_id": f"m{n}"}
            for n in range(35)
        ],
        *[
            {"type": "product_search", "query": "fan", "day": ago(n), "session_id": "f"}
            for n in range(7)
        ],
        {"type": "product_search", "query": "old", "day": ago(7)},
        {"type": "product_search", "query": "older", "day": ago(35)},
        {"type": "product_search", "query": "none", "day": ago(6), "result_count": 0},
    )
    rows = trending(searches, TODAY).collect().to_dicts()
    # Weights: 7·log2(1 + 32), 7·log2(1 + 1.1034), 1·log2(1 + 8).
    assert [(row["query"], row["searches"], row["growth"]) for row in rows] == [
        ("fan", 7, 32.0),
        ("mug", 7, pytest.approx((8 / 7) / (29 / 28), abs=1e-4)),
        ("none", 1, 8.0),
    ]
    by_query = {row["query"]: row for row in rows}
    assert by_query["mug"]["visits"] == 7
    assert by_query["fan"]["visits"] == 7  # a visit is a session on a day
    assert by_query["none"]["zero_results"] == 1


def test_companions_share_orders_and_score_by_cosine() -> None:
    baskets = {"1": "ab", "2": "ab", "3": "abc", "4": "c", "5": "ac", "6": "bd"}
    sold = lines(
        *[
            {"order_id": order, "product_id": product, "title": product.upper()}
            for order, products in baskets.items()
            for product in products
        ],
        # The same product on two lines is in the order once.
        {"order_id": "1", "product_id": "a", "title": "A"},
        {"order_id": "7", "product_id": "a", "kind": "refund"},
        {"order_id": "8", "product_id": None, "sku": "x"},
    )
    rows = bought_together(sold, date(2024, 5, 7)).collect().to_dicts()
    a_b = pytest.approx(3 / sqrt(4 * 4))
    a_c = pytest.approx(2 / sqrt(4 * 3))
    assert [
        (r["product_id"], r["other_id"], r["other_title"], r["orders"], r["score"]) for r in rows
    ] == [
        ("a", "b", "B", 3, a_b),
        ("a", "c", "C", 2, a_c),
        ("b", "a", "A", 3, a_b),
        ("c", "a", "A", 2, a_c),
    ]


def test_very_large_orders_say_nothing_about_companions() -> None:
    sold = lines(
        *[
            {"order_id": str(order), "product_id": f"p{number}"}
            for order in range(2)
            for number in range(51)
        ]
    )
    assert bought_together(sold, date(2024, 5, 7)).collect().is_empty()


def test_equal_order_ids_of_two_sources_are_two_orders() -> None:
    sold = lines(
        *[
            {"order_id": "1", "product_id": product, "source": source}
            for source, products in (("store", "ab"), ("demo", "ab"))
            for product in products
        ]
    )
    rows = bought_together(sold, date(2024, 5, 7)).collect()
    assert rows["orders"].to_list() == [2, 2]
