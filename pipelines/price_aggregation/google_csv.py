"""Offers of a CSV or TSV file in the layout of Google Merchant Center."""

from __future__ import annotations

import csv
import io
from urllib.parse import urljoin

from pipelines.price_aggregation.offers import RawOffer, Rejected

_ATTRIBUTES = ("color", "size", "material", "pattern", "multipack", "unit_pricing_measure")


def _shipping(text: str) -> str | None:
    """``"GB:::4.95 GBP,IE:::9.95 GBP"`` → ``"4.95 GBP"``: country, region, service, price."""
    first = text.split(",", maxsplit=1)[0] if ":" in text else text
    return first.rsplit(":", 1)[-1].strip() or None


def _attributes(row: dict[str, str]) -> dict[str, str]:
    found = {name: row[name] for name in _ATTRIBUTES if row.get(name)}
    if found.get("multipack", "").isdigit():
        found["multipack"] = f"pack of {found['multipack']}"
    return found


def _offer(row: dict[str, str], base_url: str) -> RawOffer | Rejected:
    if not row.get("link"):
        return Rejected("", "no link")
    address = urljoin(base_url, row["link"])
    price = row.get("sale_price") or row.get("price")
    if not row.get("title") or not price:
        return Rejected(address, "no title" if not row.get("title") else "no price")
    return RawOffer(
        url=address,
        title=row["title"],
        price=price,
        shipping=_shipping(row.get("shipping", "")),
        availability=row.get("availability"),
        brand=row.get("brand") or None,
        gtin=row.get("gtin") or None,
        mpn=row.get("mpn") or None,
        attributes=_attributes(row),
    )


def parse_google_csv(body: bytes, base_url: str) -> list[RawOffer | Rejected]:
    """Offers of ``body``; delimiter (comma, tab, semicolon) and byte order mark are noticed.

    Raises:
        ValueError: without the columns title, link and price.
    """
    text = body.decode("utf-8-sig", "replace")
    header = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="")
    names = [
        (name or "").strip().lower().removeprefix("g:").replace(" ", "_")
        for name in reader.fieldnames or []
    ]
    if missing := {"title", "link", "price"} - set(names):
        raise ValueError(f"the file has no column {', '.join(sorted(missing))}")
    reader.fieldnames = names
    # DictReader puts surplus cells under None; they mean a broken row.
    return [
        Rejected("", "more cells than columns")
        if None in row
        else _offer({name: (cell or "").strip() for name, cell in row.items()}, base_url)
        for row in reader
    ]
