"""The outbox can be read by cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("outbox_sequence")))
    op.add_column("outbox", sa.Column("sequence", sa.BigInteger()))
    op.execute(
        "UPDATE outbox SET sequence = numbered.n FROM ("
        "SELECT event_id, row_number() OVER (ORDER BY position) AS n "
        "FROM outbox WHERE published_at IS NOT NULL"
        ") AS numbered WHERE numbered.event_id = outbox.event_id"
    )
    op.execute(
        "SELECT setval('outbox_sequence', (SELECT max(sequence) FROM outbox)) "
        "WHERE EXISTS (SELECT FROM outbox WHERE sequence IS NOT NULL)"
    )
    op.create_unique_constraint("uq_outbox_sequence", "outbox", ["sequence"])


def downgrade() -> None:
    op.drop_constraint("uq_outbox_sequence", "outbox")
    op.drop_column("outbox", "sequence")
    op.execute(sa.schema.DropSequence(sa.Sequence("outbox_sequence")))
