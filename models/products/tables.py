"""Tables of the products service: catalogue, stock, reservations, reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.shared.base import cursor_table, inbox_table, new_metadata, outbox_table

metadata = new_metadata()
outbox = outbox_table(metadata)
outbox_cursors = cursor_table(metadata)
inbox = inbox_table(metadata)

_PUBLISHED = text("status = 'published'")
_PUBLISHED_REVIEW = text("state = 'published'")


class Base(DeclarativeBase):
    metadata = metadata


class CategoryRow(Base):
    """``path`` is the slugs from the root joined by '/'; a subtree is a prefix of paths."""

    __tablename__ = "categories"
    __table_args__ = (
        Index("ix_categories_path_prefix", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"), index=True)
    slug: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(Text, unique=True)
    position: Mapped[int] = mapped_column(Integer)


class ProductRow(Base):
    """``sort_title`` and the price columns repeat what variants and title say, so that a list
    sorts and filters by index; they are written with the product. ``rating_*`` repeat the
    published reviews and are written with those."""

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("source", "source_handle"),
        CheckConstraint("status IN ('draft', 'published', 'archived')", name="known_status"),
        CheckConstraint("(source IS NULL) = (source_handle IS NULL)", name="source_complete"),
        Index("ix_products_newest", "created_at", "id", postgresql_where=_PUBLISHED),
        Index("ix_products_price", "price_from", "id", postgresql_where=_PUBLISHED),
        Index("ix_products_rating", "rating_rank", "id", postgresql_where=_PUBLISHED),
        Index("ix_products_title", "sort_title", "id", postgresql_where=_PUBLISHED),
        Index(
            "ix_products_category_price",
            "category_id",
            "price_from",
            "id",
            postgresql_where=_PUBLISHED,
        ),
        Index(
            "ix_products_attributes",
            "attributes",
            postgresql_using="gin",
            postgresql_ops={"attributes": "jsonb_path_ops"},
        ),
        CheckConstraint(
            "rating_sum BETWEEN rating_count AND 5 * rating_count", name="rating_possible"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(160), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    sort_title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(String(120), index=True)
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"))
    attributes: Mapped[dict[str, str]] = mapped_column(JSONB)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    price_from: Mapped[int] = mapped_column(BigInteger)
    price_to: Mapped[int] = mapped_column(BigInteger)
    compare_at_amount: Mapped[int | None] = mapped_column(BigInteger)
    variant_count: Mapped[int] = mapped_column(Integer)
    rating_sum: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    rating_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    # As if each product had five more reviews of 3.5 stars: one review of 5 is no bestseller.
    rating_rank: Mapped[int] = mapped_column(
        BigInteger, Computed("(rating_sum * 100 + 1750) / (rating_count + 5)", persisted=True)
    )
    version: Mapped[int] = mapped_column(Integer)
    source: Mapped[str | None] = mapped_column(String(60))
    source_handle: Mapped[str | None] = mapped_column(String(160))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SlugRow(Base):
    """A slug that a product had before; links to it lead to the product's slug of today."""

    __tablename__ = "old_slugs"

    slug: Mapped[str] = mapped_column(String(160), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class VariantRow(Base):
    """What a shopper buys. One that was ever reserved is made inactive, never deleted."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("price_amount >= 0", name="price_not_negative"),
        CheckConstraint("compare_at_amount > price_amount", name="compare_at_above_price"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), index=True)
    sku: Mapped[str] = mapped_column(String(64), unique=True)
    barcode: Mapped[str | None] = mapped_column(String(14), index=True)
    # Not JSONB: that would lose the order in which the merchant names the options.
    options: Mapped[dict[str, str]] = mapped_column(JSON)
    price_amount: Mapped[int] = mapped_column(BigInteger)
    compare_at_amount: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean)


class StockRow(Base):
    """What is left to sell is ``on_hand - reserved``. ``low_stock_at`` is when to order more;
    without it the shop's own threshold holds."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("0 <= reserved AND reserved <= on_hand", name="reserved_within_on_hand"),
        CheckConstraint("low_stock_at >= 0", name="low_stock_at_not_negative"),
    )

    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variants.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(Integer)
    reserved: Mapped[int] = mapped_column(Integer)
    low_stock_at: Mapped[int | None] = mapped_column(Integer)


class ReservationOrderRow(Base):
    """One per order, so that a repeat is noticed and a release outlives a delayed reserve."""

    __tablename__ = "reservation_orders"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'committed', 'released')", name="known_state"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ReservationRow(Base):
    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("state IN ('held', 'committed', 'released')", name="known_state"),
    )

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("reservation_orders.order_id"), primary_key=True
    )
    variant_id: Mapped[UUID] = mapped_column(
        ForeignKey("variants.id"), primary_key=True, index=True
    )
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))


class StockMovementRow(Base):
    """Every change of ``on_hand``: their sum is what is on hand. Outlives its variant, so that
    the record stays whole; hence no foreign key."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        Index("ix_stock_movements_variant_id_id", "variant_id", "id"),
        CheckConstraint("delta <> 0", name="delta_not_zero"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    variant_id: Mapped[UUID] = mapped_column()
    delta: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    order_id: Mapped[UUID | None] = mapped_column()
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class RestockRow(Base):
    """What a refund put back, so that asking again changes nothing.

    ``lines`` is [{"variant_id", "quantity"}] by variant.
    """

    __tablename__ = "restocks"

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(index=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class StockRequestRow(Base):
    """An adjustment someone may send again: its key, what it asked for and what came of it."""

    __tablename__ = "stock_requests"

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    on_hand: Mapped[int] = mapped_column(Integer)
    reserved: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )


class ReviewRow(Base):
    """What a buyer says of a product. Without ``user_id`` its author's account was erased."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("product_id", "user_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_one_to_five"),
        CheckConstraint("state IN ('pending', 'published', 'rejected')", name="known_state"),
        CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", name="rejected_with_reason"),
        Index(
            "ix_reviews_product_newest",
            "product_id",
            "created_at",
            "id",
            postgresql_where=_PUBLISHED_REVIEW,
        ),
        Index(
            "ix_reviews_product_stars",
            "product_id",
            "stars",
            "id",
            postgresql_where=_PUBLISHED_REVIEW,
        ),
        Index("ix_reviews_state_updated_at_id", "state", "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    author: Mapped[str] = mapped_column(String(60))
    stars: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(300))
    decided_by: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ImageRow(Base):
    """A picture of a product: ours, by the keys of its sizes, or one kept elsewhere, by its URL.

    ``digest`` names the content, so that the same picture uploaded again is the same row.
    ``sizes`` is [{"key", "width", "height"}], largest first.
    """

    __tablename__ = "images"
    __table_args__ = (
        UniqueConstraint("product_id", "digest", "variant_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(external_url IS NULL) = (sizes <> '[]'::jsonb)", name="one_place"),
        Index("ix_images_product_id_position_id", "product_id", "position", "id"),
        Index("ix_images_digest", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    variant_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("variants.id", ondelete="SET NULL"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    sizes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    external_url: Mapped[str | None] = mapped_column(Text)
    alt: Mapped[str] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class UnusedPictureRow(Base):
    """Stored renderings that no image may need: just stored, or of an image just removed.
    After a while they are deleted, unless an image has that digest by then."""

    __tablename__ = "unused_pictures"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
