"""An offer on its way from a merchant's feed or page to the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RawOffer:
    """What a source says, as text: nothing converted, nothing trusted.

    ``price`` and ``shipping`` may carry a currency (``"12.90 GBP"``); ``currency`` is the one
    the source names beside them.
    """

    url: str
    title: str
    price: str
    currency: str | None = None
    shipping: str | None = None
    availability: str | None = None
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """A usable offer. Amounts are minor units of the store's currency; ``listed_*`` is what the
    merchant asks, in minor units of ``listed_currency``. ``gtin`` has 14 digits."""

    merchant: str
    url: str
    title: str
    brand: str | None
    gtin: str | None
    mpn: str | None
    attributes: dict[str, str]
    pack_size: int
    listed_price: int
    listed_currency: str
    price: int
    shipping: int | None
    in_stock: bool
    fetched_at: datetime

    @property
    def total(self) -> int:
        return self.price + (self.shipping or 0)


@dataclass(frozen=True, slots=True)
class Match:
    """The product an offer is for. ``variant_id`` is None when any variant may be meant;
    ``note`` says what a person should look at."""

    product_id: UUID
    variant_id: UUID | None
    matched_by: str
    confidence: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class MatchedOffer:
    offer: Offer
    match: Match
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """An offer that could not be used, and why."""

    url: str
    reason: str
