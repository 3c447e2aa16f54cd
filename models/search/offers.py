"""Tables of the price comparison, written by the price pipeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.search.tables import Base


class OfferRow(Base):
    """A merchant's offer that is, or may be, for one of our products.

    Amounts are minor units of ``currency``, the store's; ``listed_price`` is what the merchant
    asks in ``listed_currency``. ``last_seen_at`` is the last run that found it; an offer that a
    complete run of its merchant did not find is not ``active``.
    """

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("status IN ('matched', 'review')", name="known_status"),
        CheckConstraint("price > 0 AND (shipping IS NULL OR shipping >= 0)", name="amounts"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index("ix_offers_product_id", "product_id", postgresql_where=text("active")),
        Index("uq_offers_merchant_url", "merchant", "url", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    merchant: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(1000))
    title: Mapped[str] = mapped_column(String(300))
    brand: Mapped[str | None] = mapped_column(String(120))
    gtin: Mapped[str | None] = mapped_column(String(14))
    mpn: Mapped[str | None] = mapped_column(String(120))
    pack_size: Mapped[int] = mapped_column(Integer)
    listed_price: Mapped[int] = mapped_column(BigInteger)
    listed_currency: Mapped[str] = mapped_column(String(3))
    price: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    in_stock: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(String(20))
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID | None]
    matched_by: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float] = mapped_column(Float)
    active: Mapped[bool] = mapped_column(Boolean)
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OfferHistoryRow(Base):
    """What an offer asked from ``day`` on, until its next row: one row per day of a change."""

    __tablename__ = "offer_history"

    offer_id: Mapped[UUID] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    price: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    in_stock: Mapped[bool] = mapped_column(Boolean)


class PriceReviewRow(Base):
    """A match too unsure to use: a person accepts or refuses it, and later runs obey."""

    __tablename__ = "price_review_queue"
    __table_args__ = (
        CheckConstraint("decision IN ('accepted', 'refused')", name="known_decision"),
        Index(
            "ix_price_review_queue_open",
            "confidence",
            postgresql_where=text("decision IS NULL"),
        ),
    )

    offer_id: Mapped[UUID] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    confidence: Mapped[float] = mapped_column(Float)
    note: Mapped[str] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PricePositionRow(Base):
    """Where a product stands, as of the last run: ours against each merchant's best offer.

    Totals include shipping. ``position`` 1 means that nobody who has it in stock is cheaper.
    """

    __tablename__ = "price_positions"
    __table_args__ = (CheckConstraint("position >= 1 AND offer_count >= 1", name="counts"),)

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(300))
    category_path: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))
    our_price: Mapped[int] = mapped_column(BigInteger)
    our_total: Mapped[int] = mapped_column(BigInteger)
    best_total: Mapped[int] = mapped_column(BigInteger)
    best_merchant: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(Integer)
    offer_count: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PriceRunRow(Base):
    """A run of the pipeline and what each source gave."""

    __tablename__ = "price_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
