"""Offers of a JSON feed: a list of products, or an object that holds one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from pipelines.price_aggregation.offers import RawOffer, Rejected

# Feeds agree on the meaning of their fields, not on the names.
_NAMES = {
    "url": ("url", "link", "product_url"),
    "title": ("title", "name"),
    "price": ("price", "sale_price", "current_price"),
    "currency": ("currency", "price_currency"),
    "shipping": ("shipping", "shipping_cost", "delivery_cost"),
    "availability": ("availability", "in_stock", "stock"),
    "brand": ("brand", "manufacturer", "vendor"),
    "gtin": ("gtin", "ean", "upc", "barcode", "gtin13"),
    "mpn": ("mpn", "model", "sku", "manufacturer_part_number"),
}
_LISTS = ("products", "items", "offers", "data")


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "")), None)


def _text(value: Any) -> str | None:
    """Scalars as text; ``{"amount": 12.5, "currency": "EUR"}`` as ``"12.5 EUR"``."""
    if isinstance(value, Mapping):
        amount = _first(value, ("amount", "value", "price"))
        parts = [amount, _first(value, ("currency", "code"))]
        return " ".join(str(part) for part in parts if part is not None) or None
    if isinstance(value, bool):
        return "in stock" if value else "out of stock"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None


def _offer(record: Mapping[str, Any], base_url: str, currency: str | None) -> RawOffer | Rejected:
    texts = {name: _text(_first(record, names)) for name, names in _NAMES.items()}
    url, title, price = texts.pop("url"), texts.pop("title"), texts.pop("price")
    if not url:
        return Rejected("", "no address")
    address = urljoin(base_url, url)
    if not title or not price:
        return Rejected(address, "no title" if not title else "no price")
    given = record.get("attributes") or record.get("options") or {}
    attributes = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    texts["currency"] = texts["currency"] or currency
    return RawOffer(url=address, title=title, price=price, attributes=attributes, **texts)


def parse_json_feed(body: bytes, base_url: str) -> list[RawOffer | Rejected]:
    """Offers of ``body``; a record that cannot be used is ``Rejected``, the others stay.

    Raises:
        ValueError: the body is no JSON or holds no list of products.
    """
    document = json.loads(body)
    currency = document.get("currency") if isinstance(document, dict) else None
    records = _first(document, _LISTS) if isinstance(document, dict) else document
    if not isinstance(records, list):
        raise ValueError("the feed holds no list of products")
    return [
        _offer(record, base_url, currency)
        if isinstance(record, Mapping)
        else Rejected("", "not an object")
        for record in records
    ]
