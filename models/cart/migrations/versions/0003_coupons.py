"""Coupons and their redemptions; orders keep coupon, visit and each line's discount."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_VALUE = (
    "(kind = 'percentage' AND value BETWEEN 1 AND 100) OR (kind = 'amount' AND value > 0) "
    "OR (kind = 'free_shipping' AND value = 0)"
)


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("min_subtotal", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("max_uses", sa.Integer()),
        sa.Column("max_uses_per_customer", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_VALUE, name="ck_coupons_value"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_coupons_period"),
        sa.PrimaryKeyConstraint("id", name="pk_coupons"),
        sa.UniqueConstraint("code", name="uq_coupons_code"),
    )
    op.create_table(
        "coupon_redemptions",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_id", sa.Uuid(), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
            name="fk_coupon_redemptions_order_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupons.id"], name="fk_coupon_redemptions_coupon_id"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_coupon_redemptions"),
    )
    op.create_index("ix_coupon_redemptions_coupon_id", "coupon_redemptions", ["coupon_id"])
    op.add_column("carts", sa.Column("coupon_code", sa.String(60)))
    op.add_column("orders", sa.Column("coupon", postgresql.JSONB()))
    op.add_column("orders", sa.Column("session_id", sa.Uuid()))
    op.add_column(
        "order_lines",
        sa.Column("discount", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_check_constraint(
        op.f("ck_order_lines_discount"),
        "order_lines",
        "discount BETWEEN 0 AND quantity * unit_price",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_order_lines_discount"), "order_lines")
    op.drop_column("order_lines", "discount")
    op.drop_column("orders", "session_id")
    op.drop_column("orders", "coupon")
    op.drop_column("carts", "coupon_code")
    op.drop_table("coupon_redemptions")
    op.drop_table("coupons")
