"""Turns cleaned sales into what analytics takes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid5

import polars as pl

from deployments.analytics.contract import SalesImport
from pipelines.sales_import.countries import country_code

MAX_SALES: Final = 500
# So that a batch stays well below the largest request analytics takes.
MAX_LINES: Final = 6_000
_NAMESPACE = UUID("5f0c1b1e-62c5-5d6a-9a51-6f1d4a0f7c11")


def order_id(source: str, invoice: str, kind: str) -> UUID:
    """The same in every import, so that a second one finds what the first stored."""
    return uuid5(_NAMESPACE, f"{source}/{kind}/{invoice}")


def customer_key(secret: bytes, source: str, customer: str | None) -> str | None:
    """A pseudonym: the same customer has the same one, and nobody without ``secret`` can tell
    which number it stands for (there are few numbers, a plain hash would be guessed)."""
    if customer is None:
        return None
    return hmac.digest(secret, f"{source}/{customer}".encode(), hashlib.sha256).hex()[:32]


def batches(
    sales: pl.DataFrame, *, source: str, currency: str, secret: bytes
) -> Iterator[SalesImport]:
    """``sales`` (see ``clean.group_sales``) in requests of a size analytics takes.

    Raises:
        pydantic.ValidationError: ``source`` or ``currency`` is malformed.
    """
    batch: list[dict[str, Any]] = []
    lines = 0
    for row in sales.iter_rows(named=True):
        if batch and (len(batch) == MAX_SALES or lines + len(row["lines"]) > MAX_LINES):
            yield SalesImport.model_validate({"sales": batch})
            batch, lines = [], 0
        batch.append(_sale(row, source, currency, secret))
        lines += len(row["lines"])
    if batch:
        yield SalesImport.model_validate({"sales": batch})


def _sale(row: dict[str, Any], source: str, currency: str, secret: bytes) -> dict[str, Any]:
    return {
        "order_id": order_id(source, row["invoice"], row["kind"]),
        "order_number": row["invoice"],
        "kind": row["kind"],
        "source": source,
        "customer_key": customer_key(secret, source, row["customer"]),
        "country": country_code(row["country"]),
        "currency": currency,
        "shipping": row["shipping"],
        "total": row["total"],
        "paid_at": row["paid_at"],
        "lines": row["lines"],
    }
