"""Shipments, refunds and alarms of orders; mails; customers whose account was erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CAPTURED = (
    "UPDATE orders SET captured = total WHERE status IN "
    "('paid', 'stock_committed', 'fulfilled', 'completed', 'refunding', 'refunded')"
)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _orders()
    _refunds()
    _mails()
    op.create_table(
        "erased_customers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _time("erased_at", nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_erased_customers"),
    )


def _orders() -> None:
    for name in ("captured", "refund_total"):
        op.add_column(
            "orders", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute(_CAPTURED)
    op.add_column("orders", sa.Column("shipment", postgresql.JSONB()))
    op.add_column("orders", _time("completes_at"))
    op.add_column(
        "orders",
        sa.Column(
            "alarms", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")
        ),
    )
    op.create_check_constraint(op.f("ck_orders_captured"), "orders", "captured IN (0, total)")
    op.create_check_constraint(
        op.f("ck_orders_refunds_within_capture"),
        "orders",
        "refund_total >= 0 AND refund_total <= captured",
    )
    op.create_index("ix_orders_created_at", "orders", ["created_at"])
    op.create_index(
        "ix_orders_alarmed",
        "orders",
        ["id"],
        postgresql_where=sa.text("alarms <> '[]'::jsonb"),
    )


def _refunds() -> None:
    op.create_table(
        "order_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("restock", sa.Boolean(), nullable=False),
        _time("restocked_at"),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("failure", sa.String(500)),
        _time("due_at"),
        _time("created_at", nullable=False),
        _time("settled_at"),
        sa.CheckConstraint("amount >= 0", name="ck_order_refunds_amount"),
        sa.CheckConstraint(
            "state IN ('pending', 'succeeded', 'failed')", name="ck_order_refunds_known_state"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_refunds_order_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_order_refunds"),
        sa.UniqueConstraint("order_id", "key", name="uq_order_refunds_order_id_key"),
    )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text()),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _time("sent_at"),
        _time("failed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
    )
    op.create_index(
        "ix_mails_due_at",
        "mails",
        ["due_at"],
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("erased_customers", "mails", "order_refunds"):
        op.drop_table(table)
    op.drop_index("ix_orders_alarmed", "orders")
    op.drop_index("ix_orders_created_at", "orders")
    for name in ("captured", "refunds_within_capture"):
        op.drop_constraint(op.f(f"ck_orders_{name}"), "orders")
    for column in ("alarms", "completes_at", "shipment", "refund_total", "captured"):
        op.drop_column("orders", column)
