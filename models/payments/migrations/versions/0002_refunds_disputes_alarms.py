"""Refunds that are followed to their end, disputes, declines, alarms, dead events."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def upgrade() -> None:
    op.add_column(
        "payments", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column(
        "refunds", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("refunds", _moment("next_attempt_at"))
    op.create_check_constraint(
        op.f("ck_refunds_succeeded_at_stripe"),
        "refunds",
        "status <> 'succeeded' OR stripe_refund_id IS NOT NULL",
    )
    op.create_index(
        "ix_refunds_pending",
        "refunds",
        ["next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.add_column(
        "stripe_events",
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("stripe_events", sa.Column("dead_at", sa.DateTime(timezone=True)))
    op.create_table(
        "declines",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_declines_payment_id"),
        sa.PrimaryKeyConstraint("payment_id", "ref", name="pk_declines"),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _moment("updated_at"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_disputes_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
    )
    op.create_index("ix_disputes_payment_id", "disputes", ["payment_id"])
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid()),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("stripe_event_id", sa.String(255)),
        _moment("created_at"),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_alarms_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.UniqueConstraint("kind", "subject", name="uq_alarms_kind_subject"),
    )
    op.create_index(
        "ix_alarms_open", "alarms", ["id"], postgresql_where=sa.text("resolved_at IS NULL")
    )


def downgrade() -> None:
    for table in ("alarms", "disputes", "declines"):
        op.drop_table(table)
    op.drop_column("stripe_events", "dead_at")
    op.drop_column("stripe_events", "failures")
    op.drop_index("ix_refunds_pending", "refunds")
    op.drop_constraint(op.f("ck_refunds_succeeded_at_stripe"), "refunds")
    op.drop_column("refunds", "next_attempt_at")
    op.drop_column("refunds", "attempts")
    op.drop_column("payments", "version")
