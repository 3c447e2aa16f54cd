"""What indexed products are called in judgements."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def names_of(
    session: AsyncSession, product_ids: Collection[UUID]
) -> dict[UUID, frozenset[str]]:
    """The id, the slug, and SKUs and barcodes (in lower case) of each product."""
    rows = await session.execute(
        text(
            "SELECT product_id, card ->> 'slug' AS slug, identifiers FROM search_documents "
            "WHERE product_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": list(product_ids)},
    )
    return {
        row.product_id: frozenset({str(row.product_id), row.slug or "", *row.identifiers})
        for row in rows
    }
