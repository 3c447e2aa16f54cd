"""The inverted index that text is ranked by, in place of ranking each row's tsvector."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "postings",
        sa.Column("lexeme", sa.Text(collation="C"), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("impact", sa.REAL(), nullable=False),
        sa.PrimaryKeyConstraint(
            "lexeme", "product_id", name="pk_postings", postgresql_include=["impact"]
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["search_documents.product_id"],
            name="fk_postings_product_id_search_documents",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_postings_product_id", "postings", ["product_id"])
    op.create_table(
        "text_statistics",
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("average_length", sa.REAL(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("field", name="pk_text_statistics"),
    )
    # The service fills the postings of what is stored already: see its text statistics.
    op.drop_index("ix_search_documents_text", table_name="search_documents")


def downgrade() -> None:
    op.create_index(
        "ix_search_documents_text", "search_documents", ["text"], postgresql_using="gin"
    )
    op.drop_table("text_statistics")
    op.drop_table("postings")
