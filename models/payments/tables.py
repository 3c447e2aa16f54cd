"""Tables of the payments service."""

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
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.shared.base import new_metadata, outbox_table

metadata = new_metadata()

outbox = outbox_table(metadata)

PAYMENT_STATUSES = (
    "'requires_payment_method','requires_action','processing','succeeded','cancelled'"
)


class Base(DeclarativeBase):
    metadata = metadata


class PaymentRow(Base):
    """The one payment of an order; written before Stripe is called."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive_amount"),
        CheckConstraint(f"status IN ({PAYMENT_STATUSES})", name="known_status"),
        CheckConstraint(
            "status <> 'succeeded' OR stripe_intent_id IS NOT NULL", name="succeeded_has_intent"
        ),
        Index(
            "ix_payments_unfinished",
            "checked_at",
            postgresql_where=text("status NOT IN ('succeeded','cancelled')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    order_number: Mapped[str] = mapped_column(String(40))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(30))
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    stripe_intent_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    attempt: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    failure_ref: Mapped[str | None] = mapped_column(String(200))
    failure_code: Mapped[str | None] = mapped_column(String(80))
    failure_message: Mapped[str | None] = mapped_column(Text)
    next_action_url: Mapped[str | None] = mapped_column(Text)
    alarm: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CancelledOrderRow(Base):
    """Orders cancelled before they had a payment: a delayed create-intent finds the tombstone."""

    __tablename__ = "cancelled_orders"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    cancelled_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


class RefundRow(Base):
    """Money given back; ``idempotency_key`` makes a repeated request the same refund."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive_amount"),
        CheckConstraint("status IN ('pending','succeeded','failed')", name="known_status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    stripe_refund_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    failure_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class StripeEventRow(Base):
    """Inbox of Stripe's events: the id is the guard against handling one twice."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        Index(
            "ix_stripe_events_waiting",
            "next_attempt_at",
            postgresql_where=text("processed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    type: Mapped[str] = mapped_column(String(100))
    livemode: Mapped[bool] = mapped_column(Boolean)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    next_attempt_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    processed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    alarm: Mapped[str | None] = mapped_column(Text)


class StripeCursorRow(Base):
    """How far Stripe's events list has been read, and by whom until when it is being read."""

    __tablename__ = "stripe_cursors"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    read_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    leased_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
