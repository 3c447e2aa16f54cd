"""Tables of the analytics service: raw facts, the figures of the pipeline, what is stale.

Days are UTC days. Amounts are minor units of the row's currency. ``source`` says where a fact
comes from: ``store``, ``demo``, or the name of an import.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from models.shared.base import cursor_table, new_metadata

metadata = new_metadata()
outbox_cursors = cursor_table(metadata)

# Monthly partitions live in a schema of their own, so that the public one lists tables only.
PARTITION_SCHEMA = "partitions"

events = Table(
    "events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("occurred_at", DateTime(timezone=True), primary_key=True),
    Column("type", String(40), nullable=False),
    Column("source", String(60), nullable=False),
    Column("session_id", Uuid),
    Column("product_id", Uuid),
    Column("query", String(300)),
    Column("payload", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_events_source_occurred_at", "source", "occurred_at"),
    postgresql_partition_by="RANGE (occurred_at)",
)

# A unique key over all partitions would have to contain the time; this one does not.
event_keys = Table("event_keys", metadata, Column("event_id", Uuid, primary_key=True))

purchases = Table(
    "purchases",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("source", String(60), primary_key=True),
    Column("order_number", String(60), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("session_id", Uuid),
    Column("customer_key", String(100)),
    Column("country", String(80)),
    Column("currency", String(3), nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("paid_at", DateTime(timezone=True), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('purchase', 'refund')", name="known_kind"),
    Index("ix_purchases_source_paid_at", "source", "paid_at"),
)

# Always written with their purchase, in one transaction. No foreign key: checking it for each of
# half a million imported lines took longer than writing them.
purchase_lines = Table(
    "purchase_lines",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("source", String(60), primary_key=True),
    Column("line", SmallInteger, primary_key=True, autoincrement=False),
    Column("product_id", Uuid),
    Column("variant_id", Uuid),
    Column("sku", String(300), nullable=False),
    Column("title", String(300), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    CheckConstraint("quantity > 0", name="positive_quantity"),
)

# Which currencies a source sells in; '' stands for a source that sends visits.
sources = Table(
    "sources",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("currency", String(3), primary_key=True),
)

# Days whose facts changed after their figures were computed. Readers compute these from the
# facts; the pipeline takes a mark away only if its version is still the one it saw.
stale_days = Table(
    "stale_days",
    metadata,
    Column("facts", String(10), primary_key=True),
    Column("source", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("version", BigInteger, Identity(always=True), nullable=False),
    CheckConstraint("facts IN ('events', 'sales')", name="known_facts"),
)

daily_sales = Table(
    "daily_sales",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("gross", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("buying_visits", Integer, nullable=False),
)

daily_visits = Table(
    "daily_visits",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("visits", Integer, nullable=False),
    Column("product_view", Integer, nullable=False),
    Column("add_to_cart", Integer, nullable=False),
    Column("checkout_started", Integer, nullable=False),
)

product_daily = Table(
    "product_daily",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("product_key", String(300), primary_key=True),
    Column("product_id", Uuid),
    Column("title", String(300), nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("revenue", BigInteger, nullable=False),
)

# The same by month: a year of days has too many rows to add up while someone waits.
product_monthly = Table(
    "product_monthly",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("product_key", String(300), primary_key=True),
    Column("product_id", Uuid),
    Column("title", String(300), nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("revenue", BigInteger, nullable=False),
)

search_daily = Table(
    "search_daily",
    metadata,
    Column("source", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("query", String(300), primary_key=True),
    Column("searches", Integer, nullable=False),
    Column("zero_results", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
)

product_popularity = Table(
    "product_popularity",
    metadata,
    Column("product_id", Uuid, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("score", Float, nullable=False, index=True),
    Column("views", Integer, nullable=False),
    Column("carts", Integer, nullable=False),
    Column("purchases", Integer, nullable=False),
)

trending_searches = Table(
    "trending_searches",
    metadata,
    Column("query", String(300), primary_key=True),
    Column("searches", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("growth", Float, nullable=False),
    Column("zero_results", Integer, nullable=False),
)

bought_together = Table(
    "bought_together",
    metadata,
    Column("product_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
    Column("other_title", String(300), nullable=False),
    Column("orders", Integer, nullable=False),
    Column("score", Float, nullable=False),
)

aggregation_runs = Table(
    "aggregation_runs",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("aggregated_until", DateTime(timezone=True), nullable=False, index=True),
    Column("months", Integer, nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_out", BigInteger, nullable=False),
)
