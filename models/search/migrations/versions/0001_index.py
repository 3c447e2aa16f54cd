"""Documents, their vectors by index version, and the words of the catalogue."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    default = None if nullable else sa.func.now()
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _documents() -> None:
    op.create_table(
        "search_documents",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("exact_title", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text()),
        sa.Column("category_path", sa.Text()),
        sa.Column("category_name", sa.Text()),
        sa.Column("price_from", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("in_stock", sa.Boolean(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(), nullable=False),
        sa.Column("identifiers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("card", postgresql.JSONB(), nullable=False),
        sa.Column("embedding_text", sa.Text(), nullable=False),
        sa.Column("embedding_key", sa.BigInteger(), nullable=False),
        sa.Column("text", postgresql.TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _moment("indexed_at"),
        sa.PrimaryKeyConstraint("product_id", name="pk_search_documents"),
    )
    table = "search_documents"
    op.create_index("ix_search_documents_text", table, ["text"], postgresql_using="gin")
    op.create_index(
        "ix_search_documents_identifiers", table, ["identifiers"], postgresql_using="gin"
    )
    op.create_index(
        "ix_search_documents_title_trigrams",
        table,
        ["exact_title"],
        postgresql_using="gin",
        postgresql_ops={"exact_title": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_search_documents_exact_title", table, ["exact_title"], postgresql_using="hash"
    )
    op.create_index("ix_search_documents_category_path", table, ["category_path"])
    op.create_index("ix_search_documents_brand", table, [sa.text("lower(brand)")])
    op.create_index("ix_search_documents_price_from", table, ["price_from"])
    op.create_table(
        "removed_products",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _moment("removed_at"),
        sa.PrimaryKeyConstraint("product_id", name="pk_removed_products"),
    )


def _words() -> None:
    op.create_table(
        "search_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("lexeme", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
    )
    op.create_index(
        "ix_search_words_trigrams",
        "search_words",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_index("ix_search_words_lexeme", "search_words", ["lexeme"])


def _vectors() -> None:
    op.create_table(
        "index_versions",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        _moment("created_at"),
        _moment("worked_on_at"),
        _moment("activated_at", nullable=True),
        _moment("retired_at", nullable=True),
        sa.CheckConstraint(
            "status IN ('building', 'active', 'retired')", name="ck_index_versions_known_status"
        ),
        sa.CheckConstraint("dimension = 384", name="ck_index_versions_stored_dimension"),
        sa.PrimaryKeyConstraint("id", name="pk_index_versions"),
    )
    op.create_index(
        "uq_index_versions_active",
        "index_versions",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "embeddings",
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("embedding_key", sa.BigInteger(), nullable=False),
        sa.Column("embedding", HALFVEC(384), nullable=False),
        sa.ForeignKeyConstraint(
            ["index_version"],
            ["index_versions.id"],
            name="fk_embeddings_index_version",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["search_documents.product_id"],
            name="fk_embeddings_product_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("index_version", "product_id", name="pk_embeddings"),
        postgresql_partition_by="LIST (index_version)",
    )
    op.create_index("ix_embeddings_product_id", "embeddings", ["product_id"])


def upgrade() -> None:
    # The operator makes the extensions (it takes a superuser); here they are only asked for.
    for extension in ("vector", "pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute("CREATE TEXT SEARCH CONFIGURATION mercato (COPY = pg_catalog.english)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION mercato "
        "ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem"
    )
    _documents()
    _words()
    _vectors()


def downgrade() -> None:
    for table in (
        "embeddings",
        "index_versions",
        "search_words",
        "removed_products",
        "search_documents",
    ):
        op.drop_table(table)
    op.execute("DROP TEXT SEARCH CONFIGURATION mercato")
