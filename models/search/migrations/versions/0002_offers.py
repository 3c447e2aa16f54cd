"""Offers of merchants, their history, the review queue and our price position."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant", sa.String(80), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("brand", sa.String(120)),
        sa.Column("gtin", sa.String(14)),
        sa.Column("mpn", sa.String(120)),
        sa.Column("pack_size", sa.Integer(), nullable=False),
        sa.Column("listed_price", sa.BigInteger(), nullable=False),
        sa.Column("listed_currency", sa.String(3), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("shipping", sa.BigInteger()),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("variant_id", sa.Uuid()),
        sa.Column("matched_by", sa.String(20), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('matched', 'review')", name="ck_offers_known_status"),
        sa.CheckConstraint(
            "price > 0 AND (shipping IS NULL OR shipping >= 0)", name="ck_offers_amounts"
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_offers_confidence"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index("uq_offers_merchant_url", "offers", ["merchant", "url"], unique=True)
    op.create_index(
        "ix_offers_product_id", "offers", ["product_id"], postgresql_where=sa.text("active")
    )
    op.create_table(
        "offer_history",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name="fk_offer_history_offer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "day", name="pk_offer_history"),
    )
    op.create_table(
        "price_review_queue",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(20)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "decision IN ('accepted', 'refused')", name="ck_price_review_queue_known_decision"
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name="fk_price_review_queue_offer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "product_id", name="pk_price_review_queue"),
    )
    op.create_index(
        "ix_price_review_queue_open",
        "price_review_queue",
        ["confidence"],
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "price_positions",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(160), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("category_path", sa.Text()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("our_price", sa.BigInteger(), nullable=False),
        sa.Column("our_total", sa.BigInteger(), nullable=False),
        sa.Column("best_total", sa.BigInteger(), nullable=False),
        sa.Column("best_merchant", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("offer_count", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position >= 1 AND offer_count >= 1", name="ck_price_positions_counts"),
        sa.PrimaryKeyConstraint("product_id", name="pk_price_positions"),
    )
    op.create_table(
        "price_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_runs"),
    )
    op.create_index("ix_price_runs_finished_at", "price_runs", ["finished_at"])


def downgrade() -> None:
    for table in (
        "price_runs", "price_positions", "price_review_queue", "offer_history", "offers",
    ):  # fmt: skip
        op.drop_table(table)
