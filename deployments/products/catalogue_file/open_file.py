"""One door: a file and what is known about it, to products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deployments.products.catalogue_file.mapped import parse_mapped
from deployments.products.catalogue_file.mapping import (
    ColumnMapping,
    as_options,
    guess_structured,
    parse_mapping,
)
from deployments.products.catalogue_file.problems import (
    ParsedProduct,
    RefusedProduct,
    RowProblem,
    UnreadableFileError,
)
from deployments.products.catalogue_file.shopify import is_shopify, parse_shopify, require_columns
from deployments.products.catalogue_file.tables import Table, open_table

Layout = Literal["auto", "shopify", "mapped"]
_SAMPLES = 200


@dataclass(frozen=True)
class ProductFile:
    """A file that can be imported. ``mapping`` is None for Shopify's format."""

    table: Table
    mapping: ColumnMapping | None
    currency: str
    minor_prices: bool

    @property
    def layout(self) -> str:
        return "shopify" if self.mapping is None else "mapped"

    @property
    def without_stock(self) -> bool:
        if self.mapping is None:
            return "Variant Inventory Qty" not in self.table.columns
        return self.mapping.column("stock") is None

    @property
    def mapping_options(self) -> list[str]:
        return as_options(self.mapping) if self.mapping else []

    def products(self) -> Iterator[ParsedProduct | RefusedProduct]:
        """Raises ``UnreadableFileError`` when the file is damaged further down."""
        if self.mapping is None:
            return parse_shopify(self.table, self.currency)
        return parse_mapped(self.table, self.mapping, self.currency, minor_prices=self.minor_prices)


def open_product_file(
    path: Path,
    *,
    layout: Layout = "auto",
    map_options: Sequence[str] = (),
    currency: str = "EUR",
    minor_prices: bool = False,
) -> ProductFile:
    """
    Args:
        map_options: ``field=column``; the rest is suggested by the columns' names and values.
        minor_prices: prices count minor units (cents) instead of the currency's unit.

    Raises:
        UnreadableFileError: not a table, wrong encoding, or columns that are needed are missing.
    """
    table = open_table(path)
    if layout == "auto":
        layout = "shopify" if is_shopify(table.columns) and not map_options else "mapped"
    if layout == "shopify":
        if map_options:
            raise UnreadableFileError("--map goes with --format mapped only")
        require_columns(table.columns)
        return ProductFile(table, None, currency, minor_prices=False)
    mapping = parse_mapping(map_options, table.columns)
    if not (mapping.pairs or mapping.flags or mapping.attributes):
        first = itertools.islice(table.rows(), _SAMPLES)
        samples = [row for _, row in first if not isinstance(row, RowProblem)]
        pairs, flags = guess_structured(table.columns, samples, mapping.columns.values())
        mapping = replace(mapping, pairs=pairs, flags=flags)
    return ProductFile(table, mapping, currency, minor_prices)
