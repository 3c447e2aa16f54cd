"""A version of the index may be complete and wait; a build may be meant to wait."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLE = "index_versions"
# The first migration gave the name with its prefix, which the naming convention added again.
_FIRST_NAME = "ck_index_versions_ck_index_versions_known_status"
_NAME = "ck_index_versions_known_status"


def upgrade() -> None:
    op.drop_constraint(op.f(_FIRST_NAME), _TABLE)
    op.create_check_constraint(
        op.f(_NAME), _TABLE, "status IN ('building', 'ready', 'active', 'retired')"
    )
    op.add_column(
        _TABLE,
        sa.Column("takes_over", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    )


def downgrade() -> None:
    op.drop_column(_TABLE, "takes_over")
    op.execute("UPDATE index_versions SET status = 'building' WHERE status = 'ready'")
    op.drop_constraint(op.f(_NAME), _TABLE)
    op.create_check_constraint(
        op.f(_FIRST_NAME), _TABLE, "status IN ('building', 'active', 'retired')"
    )
