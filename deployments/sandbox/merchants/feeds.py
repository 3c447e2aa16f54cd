"""A shop's offers as a JSON feed and as a CSV file in Google Merchant Center's layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from deployments.sandbox.merchants.assortment import Article
from deployments.sandbox.merchants.shops import Shop

Address = Callable[[Article], str]

_CSV_COLUMNS = (
    "id", "title", "description", "link", "availability", "price", "brand", "gtin", "mpn",
    "condition", "shipping", "color", "size", "multipack", "product_type",
)  # fmt: skip


def _amount(minor: int) -> str:
    return f"{minor / 100:.2f}"


def json_feed(
    shop: Shop, articles: Iterable[Article], address: Address, day: date
) -> dict[str, Any]:
    """A document ``{shop, currency, updated, products: [...]}``."""
    return {
        "shop": shop.name,
        "currency": shop.currency,
        "updated": day.isoformat(),
        "products": [
            {
                "id": article.key,
                "name": article.title,
                "url": address(article),
                "price": float(_amount(article.price)),
                "shipping": {"amount": float(_amount(article.shipping)), "currency": shop.currency},
                "in_stock": article.in_stock,
                "brand": article.brand,
                "ean": article.gtin,
                "mpn": article.mpn,
                "category": article.category,
                "attributes": article.options,
            }
            for article in articles
        ],
    }


def _spreadsheet_gtin(gtin: str | None) -> str:
    # One in a few has gone through a spreadsheet.
    if gtin is None:
        return ""
    return f"{int(gtin)}.0" if gtin.endswith("3") else gtin


def google_csv(shop: Shop, articles: Iterable[Article], address: Address) -> str:
    """The file's text, with the header line."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_CSV_COLUMNS)
    for article in articles:
        size = next((v for name, v in article.options.items() if name != "Colour"), "")
        writer.writerow(
            [
                article.key,
                article.title,
                article.description,
                address(article),
                "in_stock" if article.in_stock else "out_of_stock",
                f"{_amount(article.price)} {shop.currency}",
                article.brand or "",
                _spreadsheet_gtin(article.gtin),
                article.mpn or "",
                "new",
                f"GB:::{_amount(article.shipping)} {shop.currency}",
                article.options.get("Colour", ""),
                size,
                article.pack if article.pack > 1 else "",
                article.category,
            ]
        )
    return out.getvalue()
