"""Vectors of documents, and which of them are missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.application.ports import PendingDocument, Range, Vectors
from deployments.search.infrastructure.product_locks import hold_to_keep

_PENDING = """
    FROM search_documents AS document
    LEFT JOIN embeddings AS stored
        ON stored.index_version = :version AND stored.product_id = document.product_id
    WHERE (stored.product_id IS NULL OR stored.embedding_key <> document.embedding_key)
"""

# A document that was removed or changed meanwhile has no row to join and is left out. In order,
# so that two who store the same vectors do not wait for each other.
_STORE = text(
    """
    INSERT INTO embeddings (index_version, product_id, embedding_key, embedding)
    SELECT :version, made.product_id, made.embedding_key, CAST(made.vector AS halfvec)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:keys AS bigint[]), CAST(:vectors AS text[])
    ) AS made(product_id, embedding_key, vector)
    JOIN search_documents AS document ON document.product_id = made.product_id
        AND document.embedding_key = made.embedding_key
    ORDER BY made.product_id
    ON CONFLICT (index_version, product_id) DO UPDATE
    SET embedding_key = excluded.embedding_key, embedding = excluded.embedding
    """
)


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector.tolist()) + "]"


class SqlEmbeddingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def pending(
        self,
        version: int,
        *,
        limit: int,
        product_ids: Collection[UUID] | None = None,
        within: Range | None = None,
    ) -> list[PendingDocument]:
        values: dict[str, Any] = {"version": version, "limit": limit}
        named = ""
        if product_ids is not None:
            named = "AND document.product_id = ANY(CAST(:ids AS uuid[]))"
            values["ids"] = list(product_ids)
        if within is not None:
            named += " AND document.product_id >= :first"
            values["first"] = within.first
            if within.end is not None:
                named += " AND document.product_id < :end"
                values["end"] = within.end
        rows = await self._session.execute(
            text(
                "SELECT document.product_id, document.embedding_key, document.embedding_text "
                f"{_PENDING} {named} LIMIT :limit"
            ),
            values,
        )
        return [
            PendingDocument(row.product_id, row.embedding_key, row.embedding_text) for row in rows
        ]

    async def pending_ranges(self, version: int, *, size: int) -> list[Range]:
        rows = await self._session.scalars(
            text(
                "SELECT product_id FROM (SELECT document.product_id, "  # nosec B608  # noqa: S608
                f"row_number() OVER (ORDER BY document.product_id) AS place {_PENDING}) AS backlog "
                "WHERE place % CAST(:size AS bigint) = 1 OR :size = 1 ORDER BY product_id"
            ),
            {"version": version, "size": size},
        )
        firsts = list(rows)
        return [Range(first, end) for first, end in zip(firsts, [*firsts[1:], None], strict=False)]

    async def count_pending(self, version: int) -> int:
        count = await self._session.scalar(
            text(f"SELECT count(*) {_PENDING}"),
            {"version": version},
        )
        return int(count or 0)

    async def store(
        self, version: int, documents: Sequence[PendingDocument], vectors: Vectors
    ) -> int:
        if not documents:
            return 0
        ids = [document.product_id for document in documents]
        await hold_to_keep(self._session, ids)
        result: Any = await self._session.execute(
            _STORE,
            {
                "version": version,
                "ids": ids,
                "keys": [document.key for document in documents],
                "vectors": [_literal(vector) for vector in vectors],
            },
        )
        return int(result.rowcount)

    async def claim(self) -> bool:
        claimed = await self._session.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended('embed pending', 0))")
        )
        return bool(claimed)
