"""Tells sales from the rest of an export's lines. Pure functions on Polars frames.

What becomes of a line, the first rule that fits:

=====================  =====================================================================
unreadable             invoice, code, quantity, price or time is missing or no such value
accounting_invoice     its number is an A and digits: adjusted bad debt
not_a_product          code of fees, commissions, samples and manual corrections
missing_description    stock corrections without a name
no_price               price of zero or less: gifts, write-offs, stock corrections
part_of_a_penny        the price is no whole number of minor units
kind_unclear           a cancellation that takes nothing back (C invoice, quantity above zero),
                       or a quantity of zero
exact_duplicate        equal in every column to a line before it
=====================  =====================================================================

All else is kept: lines of invoices named C and digits and lines with a negative quantity are
refunds, the others purchases. Codes of postage and carriage are shipping. A discount (code D)
stays a line of its refund, because that money was given back.
"""

from __future__ import annotations

from typing import Final

import polars as pl

REASONS: Final = {
    "unreadable": "invoice, code, quantity, price or time missing or unreadable",
    "accounting_invoice": "accounting entry, not a sale (adjusted bad debt)",
    "not_a_product": "fee, commission, sample or manual correction",
    "missing_description": "no description (stock correction)",
    "no_price": "price is zero or negative (gift, write-off, stock correction)",
    "part_of_a_penny": "price is not a whole number of pence (minor units)",
    "kind_unclear": "quantity is zero, or positive in a cancellation",
    "exact_duplicate": "equal to an earlier line in every column",
}
NOT_PRODUCTS: Final = (
    "ADJUST",
    "ADJUST2",
    "AMAZONFEE",
    "B",
    "BANK CHARGES",
    "CRUK",
    "M",
    "S",
    "TEST001",
    "TEST002",
)
SHIPPING: Final = ("C2", "DOT", "POST")
_LONGEST = 300
_LARGEST = 10**6


def classify(lines: pl.DataFrame, digits: int = 2) -> pl.DataFrame:
    """``lines`` (see ``read_file``) with the columns ``reason`` (null: kept), ``kind``,
    ``minor`` (unit price in minor units, 10^-``digits`` of the currency) and ``is_shipping``."""
    code = pl.col("sku").str.to_uppercase()
    cancelled = pl.col("invoice").str.contains(r"^[Cc]\d")
    # 2.55 * 100 is 254.99999999999997: a price is exact when it is this near to a whole number.
    minor = pl.col("price") * 10**digits
    inexact = (minor - minor.round(0)).abs() > 1e-6
    readable = pl.all_horizontal(
        pl.col("invoice", "sku", "quantity", "price", "time").is_not_null(),
        pl.col("invoice").str.len_chars() <= 60,
        pl.col("sku").str.len_chars() <= _LONGEST,
        pl.col("quantity").abs() <= _LARGEST,
        pl.col("price").abs() <= 10**10,
    )
    duplicate = ~pl.struct(pl.col(lines.columns)).is_first_distinct()
    rules = {
        "unreadable": ~readable,
        "accounting_invoice": pl.col("invoice").str.contains(r"^[Aa]\d"),
        "not_a_product": code.is_in(NOT_PRODUCTS),
        "missing_description": pl.col("description").is_null(),
        "no_price": pl.col("price") <= 0,
        "part_of_a_penny": inexact,
        "kind_unclear": (pl.col("quantity") == 0) | (cancelled & (pl.col("quantity") > 0)),
        "exact_duplicate": duplicate,
    }
    reason = pl.coalesce(
        pl.when(fits.fill_null(value=False)).then(pl.lit(name)) for name, fits in rules.items()
    )
    refund = cancelled | (pl.col("quantity") < 0)
    return lines.with_columns(
        reason=reason,
        kind=pl.when(refund).then(pl.lit("refund")).otherwise(pl.lit("purchase")),
        minor=minor.round(0).cast(pl.Int64, strict=False),
        is_shipping=code.is_in(SHIPPING),
    )


def skipped(classified: pl.DataFrame) -> dict[str, int]:
    """Lines skipped by reason, in the order of the rules."""
    counts = dict(
        classified.filter(pl.col("reason").is_not_null())
        .group_by("reason")
        .agg(pl.len())
        .iter_rows()
    )
    return {reason: counts[reason] for reason in REASONS if reason in counts}


def group_sales(classified: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """One row a sale: invoice, kind, paid_at (UTC), customer, country, shipping, total, lines.

    An invoice with purchases and refunds becomes one of each. ``lines`` is a list of structs
    (sku, title, quantity above zero, unit_price). Postage is ``shipping``, unless there is nothing
    else: then it is the lines. ``total`` = Σ lines + shipping, in minor units.
    """
    key = ["invoice", "kind"]
    quantity = pl.col("quantity").abs()
    amount = quantity * pl.col("minor")
    local = pl.col("time").dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    # A time that the clocks skipped is taken as one hour later.
    skipped_hour = (pl.col("time") + pl.duration(hours=1)).dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    )
    as_line = ~pl.col("is_shipping") | pl.col("is_shipping").all().over(key)
    line = pl.struct(
        "sku",
        title=pl.col("description").str.slice(0, _LONGEST),
        quantity=quantity,
        unit_price=pl.col("minor"),
    )
    return (
        classified.filter(pl.col("reason").is_null())
        .with_columns(
            paid_at=local.fill_null(skipped_hour).dt.convert_time_zone("UTC"),
            amount=amount,
            as_line=as_line,
            line=line,
        )
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("paid_at").min(),
            pl.col("customer").drop_nulls().first(),
            pl.col("country").drop_nulls().first(),
            shipping=pl.col("amount").filter(~pl.col("as_line")).sum(),
            total=pl.col("amount").sum(),
            lines=pl.col("line").filter(pl.col("as_line")),
        )
        .sort("paid_at", "invoice", "kind")
    )


def monthly_totals(sales: pl.DataFrame) -> pl.DataFrame:
    """month (text), purchases, refunds (counts), gross, refunded, net (minor units)."""
    purchase = pl.col("kind") == "purchase"
    return (
        sales.group_by(month=pl.col("paid_at").dt.strftime("%Y-%m"))
        .agg(
            purchases=purchase.sum().cast(pl.Int64),
            refunds=(~purchase).sum().cast(pl.Int64),
            gross=pl.col("total").filter(purchase).sum(),
            refunded=pl.col("total").filter(~purchase).sum(),
        )
        .with_columns(net=pl.col("gross") - pl.col("refunded"))
        .sort("month")
    )
