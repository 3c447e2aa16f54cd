"""Cells to values: prices, counts, barcodes, lists, texts that must not be longer."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from deployments.products.catalogue_file.problems import CellError
from deployments.shared.money import exponent

MAX_SKU = 64
_LONGEST_NUMBER = 40
_MAX_PRICE = 1_000_000_00
_PLAIN_NUMBER = re.compile(r"^[0-9]+(?:[.,][0-9]+)?$")
_GTIN = re.compile(r"^[0-9]{8,14}$")
_YES = {"true", "yes", "1", "y"}
_NO = {"false", "no", "0", "n"}


def price(text: str, column: str, currency: str, *, minor: bool = False) -> int:
    """Minor units, exactly: a fraction of a cent is an error, never rounded.

    ``12.50`` and ``12,50`` are the same; a thousands separator is refused, since ``1.299`` could
    be one euro thirty or thirteen hundred. ``minor``: the number counts minor units already.
    """
    cleaned = text.strip()
    if len(cleaned) > _LONGEST_NUMBER or not _PLAIN_NUMBER.match(cleaned):
        raise CellError(column, f"{_shown(text)} is not a price, write it like 12.50")
    try:
        amount = Decimal(cleaned.replace(",", ".")) * (1 if minor else 10 ** exponent(currency))
    except InvalidOperation:
        raise CellError(column, f"{_shown(text)} is not a price") from None
    if amount != amount.to_integral_value():
        unit = "minor unit" if minor else f"smallest coin of {currency}"
        raise CellError(column, f"{_shown(text)} is not a whole number of the {unit}")
    if amount > _MAX_PRICE:
        raise CellError(column, f"{_shown(text)} is more than a price may be")
    return int(amount)


def count(text: str, column: str) -> int:
    """Pieces in stock; sold beyond stock (a negative count) is none."""
    if len(text) > _LONGEST_NUMBER:
        raise CellError(column, f"{_shown(text)} is not a number of pieces")
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise CellError(column, f"{_shown(text)} is not a number of pieces") from None
    if not number.is_finite() or number != number.to_integral_value():
        raise CellError(column, f"{_shown(text)} is not a whole number of pieces")
    if number > 1_000_000:
        raise CellError(column, f"{_shown(text)} is more than a stock may be")
    return max(int(number), 0)


def barcode(text: str) -> str | None:
    """A GTIN (spaces, dashes and a spreadsheet's apostrophe taken out), or None."""
    cleaned = re.sub(r"[\s'-]", "", text)
    return cleaned if _GTIN.match(cleaned) else None


def yes_or_no(text: str, column: str) -> bool:
    lowered = text.strip().lower()
    if lowered in _YES:
        return True
    if lowered in _NO:
        return False
    raise CellError(column, f"{_shown(text)} is neither true nor false")


def listed(text: str, separator: str = ",") -> list[str]:
    """Parts without blanks, each once."""
    parts = (part.strip() for part in text.split(separator))
    return list(dict.fromkeys(part for part in parts if part))


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def made_sku(*parts: str) -> str:
    """A SKU for a row without one: the same parts give the same SKU, in every import."""
    raw = "-".join(parts)
    readable = "-".join(filter(None, map(slug, parts)))
    # What is cut off or can't be spelt must still tell two SKUs apart.
    if len(readable) <= MAX_SKU and readable == raw.lower().replace(" ", "-"):
        return readable
    digest = hashlib.sha256(raw.encode()).hexdigest()[:8]
    return f"{readable[: MAX_SKU - 9].rstrip('-')}-{digest}".strip("-")


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _shown(text: str) -> str:
    return repr(shortened(text.strip(), 40))
