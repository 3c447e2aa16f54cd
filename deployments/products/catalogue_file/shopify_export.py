"""Products as rows of Shopify's product CSV, a row a variant; ``shopify`` reads them back.

More than Shopify's own files have: options 4 and 5, and all attributes in one cell as JSON.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.products.catalogue_file.safe_cells import safe
from deployments.shared.money import exponent

OPTIONS = range(1, 6)
ATTRIBUTES = "Attributes"
_PRODUCT = ("Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Tags", "Status")
_VARIANT = (
    "Variant SKU",
    "Variant Barcode",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Inventory Qty",
)
_OPTION_COLUMNS = tuple(f"Option{n} {part}" for n in OPTIONS for part in ("Name", "Value"))
COLUMNS = (*_PRODUCT, ATTRIBUTES, *_OPTION_COLUMNS, *_VARIANT, "Image Src", "Image Alt Text")
_STATUS = {"published": "active", "draft": "draft", "archived": "archived"}


@dataclass(frozen=True, slots=True)
class ExportedVariant:
    """Prices in minor units of the product's currency."""

    sku: str
    barcode: str | None
    options: Mapping[str, str]
    price: int
    compare_at: int | None
    on_hand: int


@dataclass(frozen=True, slots=True)
class ExportedProduct:
    """``category``: names from the root; ``pictures``: (address, alt)."""

    handle: str
    title: str
    description: str
    brand: str | None
    category: tuple[str, ...]
    tags: tuple[str, ...]
    status: str
    currency: str
    attributes: Mapping[str, str]
    variants: tuple[ExportedVariant, ...]
    pictures: tuple[tuple[str, str], ...] = field(default=())


def header() -> bytes:
    # The mark tells spreadsheets that the file is UTF-8.
    return b"\xef\xbb\xbf" + lines([dict(zip(COLUMNS, COLUMNS, strict=True))])


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    for row in rows:
        writer.writerow({name: safe(str(value)) for name, value in row.items()})
    return text.getvalue().encode()


def rows_of(product: ExportedProduct) -> Iterator[dict[str, Any]]:
    """A row for each variant, and one for each picture that has none left to stand beside."""
    count = max(len(product.variants), len(product.pictures))
    for n in range(count):
        row: dict[str, Any] = {"Handle": product.handle}
        if n == 0:
            row |= _of_product(product)
        if n < len(product.variants):
            row |= _of_variant(product.variants[n], product.currency, names=n == 0)
        if n < len(product.pictures):
            row["Image Src"], row["Image Alt Text"] = product.pictures[n]
        yield row


def _of_product(product: ExportedProduct) -> dict[str, Any]:
    return {
        "Title": product.title,
        "Body (HTML)": product.description,
        "Vendor": product.brand or "",
        "Product Category": " > ".join(product.category),
        "Tags": ", ".join(product.tags),
        "Status": _STATUS[product.status],
        ATTRIBUTES: json.dumps(dict(product.attributes), ensure_ascii=False)
        if product.attributes
        else "",
    }


def _of_variant(variant: ExportedVariant, currency: str, *, names: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "Variant SKU": variant.sku,
        "Variant Barcode": variant.barcode or "",
        "Variant Price": _major(variant.price, currency),
        "Variant Compare At Price": _major(variant.compare_at, currency),
        "Variant Inventory Qty": variant.on_hand,
    }
    for n, (name, value) in zip(OPTIONS, variant.options.items(), strict=False):
        row[f"Option{n} Value"] = value
        if names:
            row[f"Option{n} Name"] = name
    if not variant.options:
        row["Option1 Value"] = "Default Title"
        if names:
            row["Option1 Name"] = "Title"
    return row


def _major(amount: int | None, currency: str) -> str:
    if amount is None:
        return ""
    digits = exponent(currency)
    whole, rest = divmod(amount, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)
