"""A raw offer becomes comparable: store currency, shipping, availability, pack, GTIN."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from deployments.shared.money import Money, exponent
from pipelines.price_aggregation.attributes import pack_size
from pipelines.price_aggregation.gtin import normalise_gtin
from pipelines.price_aggregation.money_text import parse_money
from pipelines.price_aggregation.offers import Offer, RawOffer, Rejected

_IN_STOCK = {
    "instock", "limitedavailability", "onlineonly", "available", "yes", "true", "instoreonly",
}  # fmt: skip
_MAX_TITLE, _MAX_URL, _MAX_FIELD = 300, 1000, 120


@dataclass(frozen=True)
class Exchange:
    """``rates``: units of ``currency`` for one unit of each other currency."""

    currency: str
    rates: Mapping[str, float]

    def convert(self, money: Money) -> int | None:
        """Minor units of the store's currency, rounded half up; None without a rate."""
        if money.currency == self.currency:
            return money.amount
        rate = self.rates.get(money.currency)
        if rate is None or rate <= 0:
            return None
        scale = Decimal(10) ** (exponent(self.currency) - exponent(money.currency))
        converted = Decimal(money.amount) * Decimal(str(rate)) * scale
        return int(converted.quantize(Decimal(1), ROUND_HALF_UP))


def clean(text: str | None, limit: int) -> str | None:
    """Plain text on one line, at most ``limit`` characters."""
    if text is None:
        return None
    # Control characters would end up in the database and on pages.
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", re.sub(r"<[^>]+>", " ", html.unescape(text)))
    return " ".join(plain.split())[:limit].strip() or None


def _available(text: str | None) -> bool:
    """What is not said to be out of stock counts as in stock."""
    if not text:
        return True
    word = re.sub(r"[^a-z0-9]", "", text.rsplit("/", 1)[-1].lower())
    return int(word) > 0 if word.isdigit() else word in _IN_STOCK


def normalise(
    raw: RawOffer, merchant: str, exchange: Exchange, fetched_at: datetime
) -> Offer | Rejected:
    """``raw`` in the store's currency, or why it cannot be compared."""
    title = clean(raw.title, _MAX_TITLE)
    listed = parse_money(raw.price, raw.currency)
    if not title or not raw.url.startswith(("http://", "https://")) or len(raw.url) > _MAX_URL:
        return Rejected(raw.url[:_MAX_URL], "no usable title or address")
    if listed is None or listed.amount == 0:
        return Rejected(raw.url, f"unreadable price {raw.price[:40]!r}")
    price = exchange.convert(listed)
    if price is None:
        return Rejected(raw.url, f"no exchange rate for {listed.currency}")
    delivery = parse_money(raw.shipping, listed.currency)
    attributes = {
        key: value
        for name, text in raw.attributes.items()
        if (key := clean(name, 40)) and (value := clean(text, _MAX_FIELD))
    }
    return Offer(
        merchant=merchant,
        url=raw.url,
        title=title,
        brand=clean(raw.brand, _MAX_FIELD),
        gtin=normalise_gtin(raw.gtin),
        mpn=clean(raw.mpn, _MAX_FIELD),
        attributes=attributes,
        pack_size=pack_size(" ".join([title, *attributes.values()])),
        listed_price=listed.amount,
        listed_currency=listed.currency,
        price=price,
        shipping=exchange.convert(delivery) if delivery else None,
        in_stock=_available(raw.availability),
        fetched_at=fetched_at,
    )
