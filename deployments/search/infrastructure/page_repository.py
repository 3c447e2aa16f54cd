"""Reads what a page of results shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ATTRIBUTES = text(
    """
    SELECT product_id, version, attributes FROM search_documents
    WHERE product_id = ANY(CAST(:ids AS uuid[]))
    """
)


class SqlPageRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def attributes(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[int, Mapping[str, Any]]]:
        rows = await self._session.execute(_ATTRIBUTES, {"ids": list(product_ids)})
        return {row.product_id: (row.version, row.attributes) for row in rows}
