"""Filters by attribute and rating, synonyms, past queries, and where a version's model lies."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DOCUMENTS = "search_documents"


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def upgrade() -> None:
    op.add_column(
        _DOCUMENTS,
        sa.Column("filter_keys", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.add_column(_DOCUMENTS, sa.Column("rating", sa.REAL()))
    # Until the next build: options with several values are then split, and ratings known.
    op.execute(
        "UPDATE search_documents SET filter_keys = ARRAY("
        "SELECT lower(key) || ':' || lower(value) FROM jsonb_each_text(attributes))"
    )
    op.create_index(
        "ix_search_documents_filter_keys", _DOCUMENTS, ["filter_keys"], postgresql_using="gin"
    )
    op.add_column("index_versions", sa.Column("model_path", sa.Text()))
    op.create_table(
        "search_synonyms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("one_way", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_search_synonyms"),
        sa.CheckConstraint(
            "cardinality(terms) BETWEEN 2 AND 20", name="ck_search_synonyms_term_count"
        ),
    )
    op.create_table(
        "past_queries",
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        _moment("last_at"),
        sa.PrimaryKeyConstraint("query", name="pk_past_queries"),
    )
    op.create_index(
        "ix_past_queries_prefix",
        "past_queries",
        ["query"],
        postgresql_ops={"query": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_table("past_queries")
    op.drop_table("search_synonyms")
    op.drop_column("index_versions", "model_path")
    op.drop_column(_DOCUMENTS, "rating")
    op.drop_column(_DOCUMENTS, "filter_keys")
