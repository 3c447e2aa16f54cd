"""What becomes of each kind of line, and the sales made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pipelines.sales_import.clean import (
    REASONS,
    classify,
    group_sales,
    monthly_totals,
    skipped,
)
from pipelines.sales_import.countries import country_code
from pipelines.sales_import.to_contract import (
    MAX_LINES,
    MAX_SALES,
    batches,
    customer_key,
    order_id,
)

_SCHEMA = {
    "invoice": pl.String(),
    "sku": pl.String(),
    "description": pl.String(),
    "customer": pl.String(),
    "country": pl.String(),
    "quantity": pl.Int64(),
    "price": pl.Float64(),
    "time": pl.Datetime("us"),
}
_USUAL = {
    "invoice": "536365",
    "sku": "22086",
    "description": "PAPER CHAIN KIT",
    "customer": "17850",
    "country": "United Kingdom",
    "quantity": 6,
    "price": 2.55,
    "time": datetime(2010, 12, 1, 8, 26),
}


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**_USUAL, **row} for row in rows], schema=_SCHEMA)


def sales(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return group_sales(classify(lines(*rows)), "Europe/London").to_dicts()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"customer": None, "country": None}, None),
        ({"quantity": -1}, None),
        ({"invoice": "C536379", "quantity": -1}, None),
        ({"sku": "POST"}, None),
        ({"sku": "D", "invoice": "C1", "quantity": -1}, None),
        ({"sku": "gift_0001_20"}, None),
        ({"price": 1.15}, None),
        ({"price": 0.29}, None),
        ({"invoice": None}, "unreadable"),
        ({"sku": None}, "unreadable"),
        ({"quantity": None}, "unreadable"),
        ({"price": None}, "unreadable"),
        ({"time": None}, "unreadable"),
        ({"quantity": 10**7}, "unreadable"),
        ({"invoice": "A563185", "sku": "B"}, "accounting_invoice"),
        ({"sku": "AMAZONFEE"}, "not_a_product"),
        ({"sku": "m"}, "not_a_product"),
        ({"sku": "BANK CHARGES"}, "not_a_product"),
        ({"description": None}, "missing_description"),
        ({"price": 0.0}, "no_price"),
        ({"price": -11062.06}, "no_price"),
        ({"price": 0.001}, "part_of_a_penny"),
        ({"price": 2.555}, "part_of_a_penny"),
        ({"quantity": 0}, "kind_unclear"),
        ({"invoice": "C536379", "quantity": 1}, "kind_unclear"),
    ],
)
def test_each_line_is_kept_or_skipped_by_name(change: dict[str, Any], reason: str | None) -> None:
    assert classify(lines(change))["reason"].to_list() == [reason]
    assert reason is None or reason in REASONS


def test_the_first_of_equal_lines_is_kept() -> None:
    classified = classify(lines({}, {}, {"quantity": 5}, {}))
    kept = [reason is None for reason in classified["reason"]]
    assert kept == [True, False, True, False]
    assert skipped(classified) == {"exact_duplicate": 2}


def test_an_invoice_becomes_one_sale_with_exact_pence() -> None:
    (sale,) = sales(
        {"price": 2.55, "quantity": 6},
        {"price": 1.15, "quantity": 100, "sku": "B2"},
        {"price": 18.0, "quantity": 3, "sku": "POST", "description": "POSTAGE"},
    )
    assert sale["kind"] == "purchase"
    assert (sale["shipping"], sale["total"]) == (5400, 1530 + 11500 + 5400)
    assert sale["lines"] == [
        {"sku": "22086", "title": "PAPER CHAIN KIT", "quantity": 6, "unit_price": 255},
        {"sku": "B2", "title": "PAPER CHAIN KIT", "quantity": 100, "unit_price": 115},
    ]


def test_cancellations_and_negative_quantities_become_refunds() -> None:
    found = sales(
        {"invoice": "C1", "quantity": -2},
        {"invoice": "2", "quantity": -1},
        {"invoice": "2", "quantity": 4},
    )
    assert [(sale["invoice"], sale["kind"], sale["total"]) for sale in found] == [
        ("2", "purchase", 4 * 255),
        ("2", "refund", 255),
        ("C1", "refund", 2 * 255),
    ]
    assert found[1]["lines"][0]["quantity"] == 1


def test_postage_alone_is_what_was_sold() -> None:
    (sale,) = sales({"invoice": "C1", "sku": "POST", "quantity": -1, "price": 40.0})
    assert (sale["shipping"], sale["total"]) == (0, 4000)
    assert sale["lines"][0]["sku"] == "POST"


def test_times_are_local_and_become_utc() -> None:
    found = sales(
        {"invoice": "winter", "time": datetime(2011, 1, 5, 9, 0)},
        {"invoice": "summer", "time": datetime(2011, 7, 5, 9, 0)},
        {"invoice": "gap", "time": datetime(2011, 3, 27, 1, 30)},
        {"invoice": "twice", "time": datetime(2011, 10, 30, 1, 30)},
    )
    times = {sale["invoice"]: sale["paid_at"] for sale in found}
    assert times == {
        "winter": datetime(2011, 1, 5, 9, tzinfo=UTC),
        "summer": datetime(2011, 7, 5, 8, tzinfo=UTC),
        "gap": datetime(2011, 3, 27, 1, 30, tzinfo=UTC),
        "twice": datetime(2011, 10, 30, 0, 30, tzinfo=UTC),
    }


def test_an_invoice_is_paid_at_its_first_line() -> None:
    (sale,) = sales(
        {"time": datetime(2011, 1, 5, 9, 1), "sku": "x"}, {"time": datetime(2011, 1, 5, 9, 0)}
    )
    assert sale["paid_at"] == datetime(2011, 1, 5, 9, tzinfo=UTC)


def test_months_add_up() -> None:
    frame = group_sales(
        classify(
            lines(
                {"invoice": "1", "price": 10.0, "quantity": 1},
                {"invoice": "C2", "price": 4.0, "quantity": -1},
                {"invoice": "3", "price": 1.0, "quantity": 1, "time": datetime(2011, 1, 1)},
            )
        ),
        "UTC",
    )
    assert monthly_totals(frame).rows() == [
        ("2010-12", 1, 1, 1000, 400, 600),
        ("2011-01", 1, 0, 100, 0, 100),
    ]


def test_nothing_left_is_no_sale() -> None:
    assert sales({"price": 0.0}) == []


def test_ids_are_stable_and_apart() -> None:
    same = order_id("online_retail", "536365", "purchase")
    assert same == order_id("online_retail", "536365", "purchase")
    others = {
        order_id("other", "536365", "purchase"),
        order_id("online_retail", "536365", "refund"),
        order_id("online_retail", "536366", "purchase"),
    }
    assert len(others | {same}) == 4


def test_customers_are_pseudonymous() -> None:
    key = customer_key(b"secret", "shop", "17850")
    assert key == customer_key(b"secret", "shop", "17850")
    assert key != customer_key(b"other", "shop", "17850")
    assert key is not None
    assert "17850" not in key
    assert customer_key(b"secret", "shop", None) is None


def test_batches_stay_within_what_analytics_takes() -> None:
    many = [{"invoice": str(number), "sku": "A"} for number in range(MAX_SALES + 1)]
    large = [
        {"invoice": f"L{invoice}".replace("L", "9"), "sku": f"S{line}"}
        for invoice in range(3)
        for line in range(MAX_LINES // 2)
    ]
    for rows, sizes in ((many, [MAX_SALES, 1]), (large, [2, 1])):
        frame = group_sales(classify(lines(*rows)), "UTC")
        found = list(batches(frame, source="shop", currency="GBP", secret=b"k"))
        assert [len(batch.sales) for batch in found] == sizes
    sale = found[0].sales[0]
    assert (sale.currency, sale.source, sale.country) == ("GBP", "shop", "GB")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("Channel Islands", "Channel Islands"),
        ("Unspecified", None),
        (None, None),
    ],
)
def test_countries_get_their_codes(name: str | None, code: str | None) -> None:
    assert country_code(name) == code


def test_currencies_have_their_own_minor_units() -> None:
    yen = classify(lines({"price": 250.0}, {"price": 2.5}), digits=0)
    assert yen["minor"][0] == 250
    assert yen["reason"].to_list() == [None, "part_of_a_penny"]
