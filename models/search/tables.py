"""Tables of the search service."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.shared.base import cursor_table, new_metadata

metadata = new_metadata()
outbox_cursors = cursor_table(metadata)

# Every index version stores vectors of this length; another model must match it.
DIMENSION = 384


class Base(DeclarativeBase):
    metadata = metadata


class DocumentRow(Base):
    """What is searched: one published product, as of ``version``.

    ``text`` weighs title A, brand and category B, attributes C, description D; ``identifiers``
    holds SKUs and barcodes in lower case; ``exact_title`` is the normalised title;
    ``attributes`` holds the values of each attribute and option by name, as lists;
    ``filter_keys`` holds ``name:value`` of each attribute and option, folded; ``rating`` is the
    average of published reviews in stars;
    ``embedding_key`` is a hash of ``embedding_text``: a vector made from another text is stale.
    """

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_identifiers", "identifiers", postgresql_using="gin"),
        Index(
            "ix_search_documents_title_trigrams",
            "exact_title",
            postgresql_using="gin",
            postgresql_ops={"exact_title": "gin_trgm_ops"},
        ),
        Index("ix_search_documents_exact_title", "exact_title", postgresql_using="hash"),
        Index("ix_search_documents_category_path", "category_path"),
        Index("ix_search_documents_brand", func.lower(text("brand"))),
        Index("ix_search_documents_price_from", "price_from", postgresql_include=["product_id"]),
        Index("ix_search_documents_filter_keys", "filter_keys", postgresql_using="gin"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(Text)
    exact_title: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    category_path: Mapped[str | None] = mapped_column(Text)
    category_name: Mapped[str | None] = mapped_column(Text)
    price_from: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    in_stock: Mapped[bool] = mapped_column(Boolean)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    identifiers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    filter_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    rating: Mapped[float | None] = mapped_column(REAL)
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    embedding_text: Mapped[str] = mapped_column(Text)
    embedding_key: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[Any] = mapped_column(TSVECTOR)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    indexed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PostingRow(Base):
    """The inverted index of ``search_documents.text``: how much a lexeme in a product counts, 0..1
    (BM25F's saturated frequency, without the lexeme's rarity)."""

    __tablename__ = "postings"
    __table_args__ = (
        PrimaryKeyConstraint("lexeme", "product_id", postgresql_include=["impact"]),
        Index("ix_postings_product_id", "product_id"),
    )

    lexeme: Mapped[str] = mapped_column(Text(collation="C"))
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("search_documents.product_id", ondelete="CASCADE")
    )
    impact: Mapped[float] = mapped_column(REAL)


class TextStatisticRow(Base):
    """How long a field is on average, in lexemes, over ``documents`` products: what the postings
    were made with. 0 products: they are being made anew, some with older averages."""

    __tablename__ = "text_statistics"

    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    average_length: Mapped[float] = mapped_column(REAL)
    documents: Mapped[int] = mapped_column(BigInteger)


class RemovedProductRow(Base):
    """A product that left the shop at ``version``: a late write of that version or an older one
    must not bring it back."""

    __tablename__ = "removed_products"

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    removed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class WordRow(Base):
    """The catalogue's own words, against which a mistyped one is corrected."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_trigrams",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
        Index("ix_search_words_lexeme", "lexeme"),
    )

    word: Mapped[str] = mapped_column(Text, primary_key=True)
    lexeme: Mapped[str] = mapped_column(Text)


class SynonymRow(Base):
    """Terms (folded) that mean the same; with ``one_way`` a query for the first also finds the
    others, but not the other way round."""

    __tablename__ = "search_synonyms"
    __table_args__ = (CheckConstraint("cardinality(terms) BETWEEN 2 AND 20", name="term_count"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    one_way: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PastQueryRow(Base):
    """What shoppers searched, folded, how often, and how much it found the last time. No one's
    name is kept with it."""

    __tablename__ = "past_queries"
    __table_args__ = (
        Index(
            "ix_past_queries_prefix",
            "query",
            postgresql_ops={"query": "text_pattern_ops"},
        ),
    )

    query: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class IndexVersionRow(Base):
    """A set of vectors made by one model. One version is active; others are being built, are
    ready to take over, or were retired and can be returned to. ``worked_on_at`` tells a build that
    goes on from one that died, ``takes_over`` one that becomes active when it is complete from one
    that then waits; ``model_path`` is the model's folder, null for the one of the settings."""

    __tablename__ = "index_versions"
    __table_args__ = (
        CheckConstraint(
            "status IN ('building', 'ready', 'active', 'retired')",
            name="known_status",
        ),
        CheckConstraint(f"dimension = {DIMENSION}", name="stored_dimension"),
        Index(
            "uq_index_versions_active",
            "status",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    model: Mapped[str] = mapped_column(String(200))
    model_path: Mapped[str | None] = mapped_column(Text)
    dimension: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    takes_over: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    worked_on_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    activated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EmbeddingRow(Base):
    """The vector of a document's ``embedding_text`` with the key ``embedding_key``, unit length.

    One partition per index version, each with an HNSW index of its own, so that a version is
    built, searched and dropped without touching another.
    """

    __tablename__ = "embeddings"
    __table_args__ = (
        Index("ix_embeddings_product_id", "product_id"),
        {"postgresql_partition_by": "LIST (index_version)"},
    )

    index_version: Mapped[int] = mapped_column(
        ForeignKey("index_versions.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("search_documents.product_id", ondelete="CASCADE"), primary_key=True
    )
    embedding_key: Mapped[int] = mapped_column(BigInteger)
    embedding: Mapped[Any] = mapped_column(HALFVEC(DIMENSION))
