"""A real shop's year, against a computation that shares nothing with the import."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from pipelines.sales_import.clean import classify, group_sales, monthly_totals, skipped
from pipelines.sales_import.read_file import read_lines

_NO_GOODS = ("M", "S", "B", "CRUK", "AMAZONFEE", "BANK CHARGES")


def _pence(price: float) -> Decimal:
    return Decimal(repr(price)) * 100


def _verdict(row: dict[str, Any]) -> str | None:
    """The documented rules, told row by row."""
    if row["InvoiceNo"][0] == "A":
        return "accounting_invoice"
    if row["StockCode"].upper() in _NO_GOODS:
        return "not_a_product"
    if not (row["Description"] or "").strip():
        return "missing_description"
    if row["UnitPrice"] <= 0:
        return "no_price"
    if _pence(row["UnitPrice"]) % 1:
        return "part_of_a_penny"
    return None


@pytest.mark.data
def test_net_revenue_by_month_equals_an_independent_computation(test_data: Path) -> None:
    path = test_data / "online_retail" / "online_retail.parquet"
    seen: set[tuple[Any, ...]] = set()
    reasons: dict[str, int] = defaultdict(int)
    started: dict[tuple[str, bool], Any] = {}
    value: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for row in pq.read_table(path).to_pylist():
        reason = _verdict(row)
        if reason is None:
            description = row["Description"].strip()
            same = (*(row[name] for name in row if name != "Description"), description)
            if same in seen:
                reason = "exact_duplicate"
            seen.add(same)
        if reason is not None:
            reasons[reason] += 1
            continue
        # A cancellation's quantities are negative, and so is what it adds to the month.
        sale = (row["InvoiceNo"], row["Quantity"] < 0)
        started[sale] = min(started.get(sale, row["InvoiceDate"]), row["InvoiceDate"])
        value[sale] += row["Quantity"] * _pence(row["UnitPrice"])
    net: dict[str, Decimal] = defaultdict(Decimal)
    given_back: dict[str, Decimal] = defaultdict(Decimal)
    for (invoice, refund), amount in value.items():
        local = started[(invoice, refund)].replace(tzinfo=ZoneInfo("Europe/London"))
        month = local.astimezone(ZoneInfo("UTC")).strftime("%Y-%m")
        net[month] += amount
        given_back[month] -= amount if refund else 0

    classified = classify(read_lines(path))
    sales = group_sales(classified, "Europe/London")
    months = monthly_totals(sales)
    assert skipped(classified) == dict(reasons)
    assert sales.height == len(value)
    assert dict(months.select("month", "net").iter_rows()) == net
    assert dict(months.select("month", "refunded").iter_rows()) == given_back
    assert len(net) == 13
