"""Events in monthly partitions, purchases, and the figures computed from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _facts() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("product_id", sa.Uuid()),
        sa.Column("query", sa.String(300)),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "occurred_at", name="pk_events"),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    op.create_index("ix_events_source_occurred_at", "events", ["source", "occurred_at"])
    op.execute("CREATE SCHEMA partitions")
    # Takes what no month's partition takes; the months are made when first needed.
    op.execute("CREATE TABLE partitions.events_other PARTITION OF events DEFAULT")
    op.create_table(
        "event_keys",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_keys"),
    )
    op.create_table(
        "purchases",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("order_number", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("customer_key", sa.String(100)),
        sa.Column("country", sa.String(80)),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", _TIME, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("recorded_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("kind IN ('purchase', 'refund')", name="ck_purchases_known_kind"),
        sa.PrimaryKeyConstraint("order_id", "source", name="pk_purchases"),
    )
    op.create_index("ix_purchases_source_paid_at", "purchases", ["source", "paid_at"])
    op.create_table(
        "purchase_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.Uuid()),
        sa.Column("variant_id", sa.Uuid()),
        sa.Column("sku", sa.String(300), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_purchase_lines_positive_quantity"),
        sa.PrimaryKeyConstraint("order_id", "source", "line", name="pk_purchase_lines"),
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.PrimaryKeyConstraint("source", "currency", name="pk_sources"),
    )
    op.create_table(
        "stale_days",
        sa.Column("facts", sa.String(10), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("facts IN ('events', 'sales')", name="ck_stale_days_known_facts"),
        sa.PrimaryKeyConstraint("facts", "source", "day", name="pk_stale_days"),
    )


def _daily_figures() -> None:
    op.create_table(
        "daily_sales",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("buying_visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "currency", "day", name="pk_daily_sales"),
    )
    op.create_table(
        "daily_visits",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("product_view", sa.Integer(), nullable=False),
        sa.Column("add_to_cart", sa.Integer(), nullable=False),
        sa.Column("checkout_started", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", name="pk_daily_visits"),
    )
    for table, period in (("product_daily", "day"), ("product_monthly", "month")):
        op.create_table(
            table,
            sa.Column("source", sa.String(60), nullable=False),
            sa.Column("currency", sa.String(3), nullable=False),
            sa.Column(period, sa.Date(), nullable=False),
            sa.Column("product_key", sa.String(300), nullable=False),
            sa.Column("product_id", sa.Uuid()),
            sa.Column("title", sa.String(300), nullable=False),
            sa.Column("units", sa.BigInteger(), nullable=False),
            sa.Column("revenue", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint(
                "source", "currency", period, "product_key", name=f"pk_{table}"
            ),
        )
    op.create_table(
        "search_daily",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("query", sa.String(300), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("zero_results", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "query", name="pk_search_daily"),
    )


def _current_figures() -> None:
    op.create_table(
        "product_popularity",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("carts", sa.Integer(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name="pk_product_popularity"),
    )
    op.create_index("ix_product_popularity_score", "product_popularity", ["score"])
    op.create_table(
        "trending_searches",
        sa.Column("query", sa.String(300), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("growth", sa.Float(), nullable=False),
        sa.Column("zero_results", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("query", name="pk_trending_searches"),
    )
    op.create_table(
        "bought_together",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_title", sa.String(300), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "other_id", name="pk_bought_together"),
    )
    op.create_table(
        "aggregation_runs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=False),
        sa.Column("aggregated_until", _TIME, nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("rows_out", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_aggregation_runs"),
    )
    op.create_index(
        "ix_aggregation_runs_aggregated_until", "aggregation_runs", ["aggregated_until"]
    )


def upgrade() -> None:
    _facts()
    _daily_figures()
    _current_figures()


def downgrade() -> None:
    for table in (
        "aggregation_runs",
        "bought_together",
        "trending_searches",
        "product_popularity",
        "search_daily",
        "product_monthly",
        "product_daily",
        "daily_visits",
        "daily_sales",
        "stale_days",
        "sources",
        "purchase_lines",
        "purchases",
        "event_keys",
        "events",
    ):
        op.drop_table(table)
    op.execute("DROP SCHEMA partitions")
