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
    UniqueConstraint,
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
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
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


class DeclineRow(Base):
    """Failed attempts to pay; ``ref`` tells one from the next."""

    __tablename__ = "declines"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(200), primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    message: Mapped[str] = mapped_column(Text)
    declined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RefundRow(Base):
    """Money given back, one row for each id the order service names; written before Stripe is
    called. ``next_attempt_at``: when to ask Stripe again while it is pending."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive_amount"),
        CheckConstraint("status IN ('pending','succeeded','failed')", name="known_status"),
        CheckConstraint(
            "status <> 'succeeded' OR stripe_refund_id IS NOT NULL", name="succeeded_at_stripe"
        ),
        Index(
            "ix_refunds_pending",
            "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
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
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class DisputeRow(Base):
    """A bank's claim against a payment, as Stripe shows it."""

    __tablename__ = "disputes"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(40))
    respond_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class AlarmRow(Base):
    """What a person should look at; ``subject`` keeps the same from being told twice."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index("ix_alarms_open", "id", postgresql_where=text("resolved_at IS NULL")),
        UniqueConstraint("kind", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(300))
    message: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    order_id: Mapped[UUID | None]
    stripe_event_id: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StripeEventRow(Base):
    """Inbox of Stripe's events: the id is the guard against handling one twice. ``failures``
    counts errors of the event's own, ``dead_at`` says that it was given up."""

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
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    processed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dead_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    alarm: Mapped[str | None] = mapped_column(Text)


class StripeCursorRow(Base):
    """How far Stripe's events list has been read, and by whom until when it is being read."""

    __tablename__ = "stripe_cursors"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    read_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    leased_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
