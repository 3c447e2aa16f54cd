"""Reviews and ratings, restocks, old slugs, low stock, repeatable adjustments, clean-up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    _products()
    _stock()
    _reviews()
    _pictures()
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(60), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
    )


def _products() -> None:
    op.add_column(
        "products",
        sa.Column("rating_sum", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "products",
        sa.Column("rating_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "products",
        sa.Column(
            "rating_rank",
            sa.BigInteger(),
            sa.Computed("(rating_sum * 100 + 1750) / (rating_count + 5)", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_products_rating",
        "products",
        ["rating_rank", "id"],
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_check_constraint(
        op.f("ck_products_rating_possible"),
        "products",
        "rating_sum BETWEEN rating_count AND 5 * rating_count",
    )
    op.create_index(
        "ix_products_attributes",
        "products",
        ["attributes"],
        postgresql_using="gin",
        postgresql_ops={"attributes": "jsonb_path_ops"},
    )
    op.create_table(
        "old_slugs",
        sa.Column("slug", sa.String(160), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_old_slugs_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name="pk_old_slugs"),
    )
    op.create_index("ix_old_slugs_product_id", "old_slugs", ["product_id"])


def _stock() -> None:
    op.add_column("stock", sa.Column("low_stock_at", sa.Integer()))
    op.create_check_constraint(
        op.f("ck_stock_low_stock_at_not_negative"), "stock", "low_stock_at >= 0"
    )
    op.create_table(
        "restocks",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("refund_id", name="pk_restocks"),
    )
    op.create_index("ix_restocks_order_id", "restocks", ["order_id"])
    op.create_table(
        "stock_requests",
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_stock_requests"),
    )
    op.create_index("ix_stock_requests_created_at", "stock_requests", ["created_at"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="ck_reviews_stars_one_to_five"),
        sa.CheckConstraint(
            "state IN ('pending', 'published', 'rejected')", name="ck_reviews_known_state"
        ),
        sa.CheckConstraint(
            "state <> 'rejected' OR reason IS NOT NULL", name="ck_reviews_rejected_with_reason"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_reviews_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("product_id", "user_id", name="uq_reviews_product_id_user_id"),
    )
    op.create_index("ix_reviews_user_id", "reviews", ["user_id"])
    op.create_index("ix_reviews_state_updated_at_id", "reviews", ["state", "updated_at", "id"])
    for name, column in (("newest", "created_at"), ("stars", "stars")):
        op.create_index(
            f"ix_reviews_product_{name}",
            "reviews",
            ["product_id", column, "id"],
            postgresql_where=_PUBLISHED,
        )


def _pictures() -> None:
    op.create_index("ix_images_digest", "images", ["digest"])
    op.create_table(
        "unused_pictures",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_unused_pictures"),
    )
    op.create_index("ix_unused_pictures_since", "unused_pictures", ["since"])


def downgrade() -> None:
    for table in (
        "inbox",
        "unused_pictures",
        "reviews",
        "stock_requests",
        "restocks",
        "old_slugs",
    ):
        op.drop_table(table)
    op.drop_index("ix_images_digest", "images")
    op.drop_column("stock", "low_stock_at")
    op.drop_index("ix_products_attributes", "products")
    op.drop_column("products", "rating_rank")
    op.drop_column("products", "rating_count")
    op.drop_column("products", "rating_sum")
