"""Writes the documents that are searched."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.application.ports import Removal
from deployments.search.domain.document import Document
from deployments.search.infrastructure.posting_repository import SqlPostingRepository
from deployments.search.infrastructure.product_locks import hold_to_remove, lock_products

# What a product's row says, but for when it was written.
_COLUMNS: Final = (
    "version",
    "title",
    "exact_title",
    "brand",
    "category_path",
    "category_name",
    "price_from",
    "currency",
    "in_stock",
    "rating",
    "attributes",
    "filter_keys",
    "identifiers",
    "card",
    "embedding_text",
    "embedding_key",
    "text",
    "created_at",
)


def _columns(prefix: str = "") -> str:
    return ", ".join(prefix + name for name in _COLUMNS)


# All parts see the rows as they were before: ``stored`` is what a document replaces. A row is
# compared with what would be written, so that a change of how documents are made is noticed too.
_UPSERT = text(
    f"""
    WITH made AS MATERIALIZED (
        SELECT
            product_id, version, title, exact_title, brand, category_path, category_name,
            price_from, currency, in_stock, rating, attributes, filter_keys, identifiers, card,
            embedding_text, hashtextextended(embedding_text, 0) AS embedding_key,
            setweight(to_tsvector('mercato', title), 'A')
                || setweight(to_tsvector('mercato', group_text), 'B')
                || setweight(to_tsvector('mercato', attribute_text), 'C')
                || setweight(to_tsvector('mercato', description), 'D') AS text,
            created_at
        FROM jsonb_to_recordset(CAST(:documents AS jsonb)) AS document(
            product_id uuid, version bigint, title text, exact_title text, brand text,
            category_path text, category_name text, price_from bigint, currency text,
            in_stock boolean, rating real, attributes jsonb, filter_keys text[],
            identifiers text[], card jsonb, embedding_text text, group_text text,
            attribute_text text, description text, created_at timestamptz
        )
    ),
    kept AS (
        SELECT product_id
        FROM made
        JOIN search_documents AS stored USING (product_id)
        WHERE stored.version = made.version AND (
            stored.indexed_at > CAST(:read_after AS timestamptz)
            OR CAST(:read_after AS timestamptz) IS NOT NULL
                AND ({_columns("stored.")}) IS NOT DISTINCT FROM ({_columns("made.")})
        )
    ),
    written AS (
        INSERT INTO search_documents (product_id, {_columns()}, indexed_at)
        SELECT product_id, {_columns()},
            coalesce(CAST(:read_after AS timestamptz), clock_timestamp())
        FROM made
        WHERE NOT EXISTS (SELECT FROM kept WHERE kept.product_id = made.product_id)
        AND NOT EXISTS (
            SELECT FROM removed_products AS removed
            WHERE removed.product_id = made.product_id AND removed.version >= made.version
        )
        ON CONFLICT (product_id) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS, "indexed_at"))}
        WHERE search_documents.version <= excluded.version
        RETURNING product_id
    )
    SELECT product_id, TRUE AS is_written, stored.text IS DISTINCT FROM made.text AS has_new_text
    FROM written
    JOIN made USING (product_id)
    LEFT JOIN search_documents AS stored USING (product_id)
    UNION ALL
    SELECT product_id, FALSE, FALSE FROM kept
    """  # nosec B608  # noqa: S608 - constants only
)

_WORDS = text(
    """
    INSERT INTO search_words (word, lexeme)
    SELECT DISTINCT ON (unaccent(word)) unaccent(word), lexeme
    FROM unnest(CAST(:words AS text[])) AS words(word)
    CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('mercato', word))) AS lexemes(lexeme)
    ORDER BY unaccent(word)
    ON CONFLICT (word) DO NOTHING
    """
)

_REMEMBER_REMOVED = text(
    """
    INSERT INTO removed_products (product_id, version)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[]))
    ON CONFLICT (product_id) DO UPDATE
    SET version = greatest(removed_products.version, excluded.version), removed_at = now()
    """
)

_REMOVE = text(
    """
    DELETE FROM search_documents AS document
    USING unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[])) AS removed(id, version)
    WHERE document.product_id = removed.id AND document.version <= removed.version
    RETURNING product_id
    """
)


def _record(document: Document) -> dict[str, Any]:
    return {
        "product_id": document.product_id,
        "version": document.version,
        "title": document.title,
        "exact_title": document.exact_title,
        "brand": document.brand,
        "category_path": document.category_path,
        "category_name": document.category_name,
        "price_from": document.price_from,
        "currency": document.currency,
        "in_stock": document.in_stock,
        "rating": document.rating,
        "attributes": document.values,
        "filter_keys": document.filter_keys,
        "identifiers": list(document.identifiers),
        "card": dict(document.card),
        "embedding_text": document.embedding_text,
        "group_text": document.group_text,
        "attribute_text": document.attribute_text,
        "description": document.description,
        "created_at": document.created_at.isoformat(),
    }


class SqlDocumentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._postings = SqlPostingRepository(session)

    async def lock(self, product_ids: Collection[UUID]) -> None:
        await lock_products(self._session, product_ids)

    async def upsert(
        self, documents: Sequence[Document], *, read_after: datetime | None = None
    ) -> set[UUID]:
        if not documents:
            return set()
        await self.lock([document.product_id for document in documents])
        records = json.dumps([_record(document) for document in documents], default=str)
        values = {"documents": records, "read_after": read_after}
        rows = (await self._session.execute(_UPSERT, values)).all()
        await self._postings.write([row.product_id for row in rows if row.has_new_text])
        written = {row.product_id for row in rows if row.is_written}
        vocabulary = {w for d in documents if d.product_id in written for w in d.vocabulary()}
        if vocabulary:
            await self._session.execute(_WORDS, {"words": sorted(vocabulary)})
        return {row.product_id for row in rows}

    async def remove(self, removals: Sequence[Removal]) -> int:
        if not removals:
            return 0
        latest: dict[UUID, int] = {}
        for removal in removals:
            known = latest.get(removal.product_id, removal.version)
            latest[removal.product_id] = max(removal.version, known)
        await self.lock(latest)
        values = {"ids": list(latest), "versions": list(latest.values())}
        await self._session.execute(_REMEMBER_REMOVED, values)
        await hold_to_remove(self._session, latest)
        return len((await self._session.scalars(_REMOVE, values)).all())

    async def indexed_before(self, moment: datetime) -> list[UUID]:
        rows = await self._session.scalars(
            text("SELECT product_id FROM search_documents WHERE indexed_at < :moment"),
            {"moment": moment},
        )
        return list(rows)

    async def remove_unseen(self, product_ids: Sequence[UUID], seen_since: datetime) -> int:
        await self.lock(product_ids)
        await hold_to_remove(self._session, product_ids)
        rows = await self._session.scalars(
            text(
                "DELETE FROM search_documents WHERE product_id = ANY(CAST(:ids AS uuid[])) "
                "AND indexed_at < :since RETURNING product_id"
            ),
            {"ids": list(product_ids), "since": seen_since},
        )
        return len(rows.all())

    async def stored(self, product_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, datetime]]:
        rows = await self._session.execute(
            text(
                "SELECT product_id, version, indexed_at FROM search_documents "
                "WHERE product_id = ANY(CAST(:ids AS uuid[]))"
            ),
            {"ids": list(product_ids)},
        )
        return {row.product_id: (row.version, row.indexed_at) for row in rows}

    async def count(self) -> int:
        return int(await self._session.scalar(text("SELECT count(*) FROM search_documents")) or 0)

    async def now(self) -> datetime:
        moment: datetime = await self._session.scalar(text("SELECT clock_timestamp()"))
        return moment

    async def refresh_statistics(self) -> None:
        await self._session.execute(text("ANALYZE search_documents, postings"))
