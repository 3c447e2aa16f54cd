"""A filter on prices reads the products it keeps from an index alone, without their documents."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_search_documents_price_from", "search_documents"
_NEW = f"{_INDEX}_new"


def upgrade() -> None:
    op.create_index(_NEW, _TABLE, ["price_from"], postgresql_include=["product_id"])
    # An index answers alone only for pages that were vacuumed since they changed. With the usual
    # fifth of the table a busy shop would have to read most documents after all.
    op.execute(
        f"ALTER TABLE {_TABLE} SET "
        "(autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)"
    )
    _replace()


def downgrade() -> None:
    op.create_index(_NEW, _TABLE, ["price_from"])
    op.execute(
        f"ALTER TABLE {_TABLE} RESET "
        "(autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)"
    )
    _replace()


def _replace() -> None:
    """Last, as searches wait from here on until the transaction ends. While it waits for a long
    reader others queue behind it, and give up after 5 s."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index(_INDEX, _TABLE)
    op.execute(f"ALTER INDEX {_NEW} RENAME TO {_INDEX}")
