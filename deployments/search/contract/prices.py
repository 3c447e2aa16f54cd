"""What other shops ask."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from deployments.shared.schemas import MoneySchema, Schema


class Offer(Schema):
    merchant: str
    title: str
    url: str
    price: MoneySchema
    shipping: MoneySchema | None = None
    total: MoneySchema
    in_stock: bool
    matched_by: str = Field(examples=["gtin"])
    confidence: float
    fetched_at: datetime


class PriceComparison(Schema):
    """``position`` is our rank among all offers by total price, 1 = cheapest; null without.

    ``our_price`` is that of the variant most merchants sell, ``our_total`` with our shipping.
    ``offers`` holds each merchant's best, those in stock first, cheapest first.
    """

    product_id: UUID
    our_price: MoneySchema
    our_total: MoneySchema | None = None
    offers: list[Offer]
    best: Offer | None = None
    position: int | None = None
    updated_at: datetime | None = None


class PricePosition(Schema):
    """``our_total`` and ``best_price`` include shipping; ``gap`` is (ours - best) / best."""

    product_id: UUID
    slug: str
    title: str
    category_path: str | None = None
    our_price: MoneySchema
    our_total: MoneySchema | None = None
    best_price: MoneySchema
    best_merchant: str
    position: int
    offer_count: int
    gap: float = 0.0


class SourceStatus(Schema):
    """What the last run read from a merchant; ``error`` says why it gave nothing."""

    merchant: str
    offers: int
    matched: int
    review: int
    error: str | None = None


class PricePoint(Schema):
    """A merchant's lowest total from ``day`` on, until its next point."""

    merchant: str
    day: date
    total: int = Field(description="minor units")
    in_stock: bool


class PriceHistory(Schema):
    product_id: UUID
    currency: str
    points: list[PricePoint]


class PriceOverview(Schema):
    """Where we stand against the merchants, for analysts: counts of all compared products, and
    of ``products`` the dearest first. A product is ``within_5_percent`` when it is not the
    cheapest but at most 5 % above the best."""

    compared_products: int
    cheapest: int
    within_5_percent: int
    dearer: int
    review_queue: int
    updated_at: datetime | None = None
    sources: list[SourceStatus] = Field(default_factory=list)
    products: list[PricePosition]
