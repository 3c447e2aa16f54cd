"""Tables of the cart service: carts, coupons, orders with lines, timeline and refunds, events."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from models.shared.base import (
    cursor_table,
    inbox_table,
    mail_table,
    new_metadata,
    outbox_table,
)

metadata = new_metadata()
outbox = outbox_table(metadata)
outbox_cursors = cursor_table(metadata)
inbox = inbox_table(metadata)
mails = mail_table(metadata)
order_numbers = Sequence("order_numbers", start=100_001, metadata=metadata)

ORDER_STATES = (
    "created",
    "reserved",
    "payment_pending",
    "paid",
    "stock_committed",
    "fulfilled",
    "completed",
    "rejected",
    "cancelling",
    "cancelled",
    "refunding",
    "refunded",
)
_NOT_VOID = "status NOT IN ('rejected', 'cancelled')"


class Base(DeclarativeBase):
    metadata = metadata


class CartRow(Base):
    """A user's one cart, or a guest's named by a token."""

    __tablename__ = "carts"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, token_hash) = 1", name="one_owner"),
        Index(
            "ix_carts_idle_guests", "updated_at", postgresql_where=text("token_hash IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(unique=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(Integer)
    coupon_code: Mapped[str | None] = mapped_column(String(60))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    items: Mapped[list[CartItemRow]] = relationship(lazy="raise", order_by="CartItemRow.id")


class CartItemRow(Base):
    """Price in minor units as it was when the shopper chose the item."""

    __tablename__ = "cart_items"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    sku: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, str]] = mapped_column(JSONB)
    image_url: Mapped[str | None] = mapped_column(String)
    unit_price: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[int] = mapped_column(Integer)


class CouponRow(Base):
    """``value``: per cent, minor units, or 0 for free shipping. ``code`` in capitals."""

    __tablename__ = "coupons"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(
            "(kind = 'percentage' AND value BETWEEN 1 AND 100) OR (kind = 'amount' AND value > 0) "
            "OR (kind = 'free_shipping' AND value = 0)",
            name="value",
        ),
        CheckConstraint("starts_at < ends_at", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[int] = mapped_column(Integer)
    description: Mapped[str] = mapped_column(String(200))
    min_subtotal: Mapped[int] = mapped_column(BigInteger)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    active: Mapped[bool] = mapped_column(Boolean)
    max_uses: Mapped[int | None] = mapped_column(Integer)
    max_uses_per_customer: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CouponRedemptionRow(Base):
    """A use of a coupon; deleted when its order is rejected or cancelled. Who used it is said by
    the order only."""

    __tablename__ = "coupon_redemptions"
    __table_args__ = (Index("ix_coupon_redemptions_coupon_id", "coupon_id"),)

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupons.id"))
    redeemed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OrderRow(Base):
    """Amounts in minor units. ``leased_until``: nobody else works on the order before that.

    ``refund_total``: refunds that are on their way or done; never more than was captured.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        CheckConstraint(f"status IN {ORDER_STATES}", name="known_status"),
        CheckConstraint("total = subtotal + shipping + tax - discount", name="total_adds_up"),
        CheckConstraint("captured IN (0, total)", name="captured"),
        CheckConstraint(
            "refund_total >= 0 AND refund_total <= captured", name="refunds_within_capture"
        ),
        # A void order frees its cart version: the shopper may order the same cart again.
        Index(
            "uq_orders_cart_version",
            "cart_id",
            "cart_version",
            unique=True,
            postgresql_where=text(_NOT_VOID),
        ),
        Index("ix_orders_user_id_id", "user_id", "id"),
        Index("ix_orders_status_id", "status", "id"),
        Index("ix_orders_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_orders_created_at", "created_at"),
        Index("ix_orders_alarmed", "id", postgresql_where=text("alarms <> '[]'::jsonb")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    user_id: Mapped[UUID]
    email: Mapped[str] = mapped_column(String(320))
    cart_id: Mapped[UUID]
    cart_version: Mapped[int] = mapped_column(Integer)
    idempotency_key: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    shipping_method: Mapped[str] = mapped_column(String(40))
    shipping_address: Mapped[dict[str, str]] = mapped_column(JSONB)
    currency: Mapped[str] = mapped_column(String(3))
    subtotal: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    included_tax: Mapped[int] = mapped_column(BigInteger)
    coupon: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    session_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    rejection: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    captured: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refund_total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    shipment: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    completes_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    alarms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    leased_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lines: Mapped[list[OrderLineRow]] = relationship(lazy="raise", order_by="OrderLineRow.position")
    timeline: Mapped[list[OrderEventRow]] = relationship(
        lazy="raise", order_by="OrderEventRow.position"
    )
    refunds: Mapped[list[OrderRefundRow]] = relationship(lazy="raise", order_by="OrderRefundRow.id")


class OrderLineRow(Base):
    """``discount``: the line's part of the order's, which the parts add up to exactly."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount BETWEEN 0 AND quantity * unit_price", name="discount"),
    )

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    slug: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    sku: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, str]] = mapped_column(JSONB)
    image_url: Mapped[str | None] = mapped_column(String)
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger, server_default="0")


class OrderEventRow(Base):
    """The timeline: one row per state an order has been in."""

    __tablename__ = "order_events"

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OrderRefundRow(Base):
    """Money given back. ``lines`` and ``shipping`` say what for; ``due_at``: the next step."""

    __tablename__ = "order_refunds"
    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("state IN ('pending', 'succeeded', 'failed')", name="known_state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(BigInteger)
    shipping: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    full: Mapped[bool] = mapped_column(Boolean)
    restock: Mapped[bool] = mapped_column(Boolean)
    restocked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(String(200))
    requested_by: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    failure: Mapped[str | None] = mapped_column(String(500))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ErasedCustomerRow(Base):
    """A customer whose account is gone: orders still under way are made anonymous at their end."""

    __tablename__ = "erased_customers"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
