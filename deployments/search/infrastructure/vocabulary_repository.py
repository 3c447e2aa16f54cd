"""Reads the names the catalogue uses."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.domain.vocabulary import Vocabulary

# More documents than these are not read through: the planner's statistics name their commonest
# values, which costs nothing.
_READ_THROUGH: Final = 5_000
_MOST_NAMES: Final = 5_000

# Both jump along an index from one name to the next, so that they cost what there are of names,
# not of products.
_BRANDS = text(
    """
    WITH RECURSIVE found (folded) AS (
        (SELECT min(lower(brand)) FROM search_documents)
        UNION ALL
        SELECT (SELECT min(lower(brand)) FROM search_documents WHERE lower(brand) > found.folded)
        FROM found WHERE found.folded IS NOT NULL
    )
    SELECT (SELECT brand FROM search_documents WHERE lower(brand) = found.folded LIMIT 1)
    FROM found WHERE folded IS NOT NULL
    LIMIT :most
    """
)

_CATEGORIES = text(
    """
    WITH RECURSIVE found (path) AS (
        (SELECT min(category_path) FROM search_documents)
        UNION ALL
        SELECT (SELECT min(category_path) FROM search_documents WHERE category_path > found.path)
        FROM found WHERE found.path IS NOT NULL
    )
    SELECT path,
        (SELECT category_name FROM search_documents WHERE category_path = found.path LIMIT 1)
            AS name
    FROM found WHERE path IS NOT NULL
    LIMIT :most
    """
)

_SIZE = text("SELECT count(*) FROM (SELECT FROM search_documents LIMIT :more) AS seen")

_EVERY_VALUE = text(
    """
    SELECT key FROM (SELECT unnest(filter_keys) AS key FROM search_documents) AS keys
    WHERE length(key) <= 80 GROUP BY key ORDER BY count(*) DESC, key LIMIT :most
    """
)

_COMMON_VALUES = text(
    """
    SELECT unnest(CAST(CAST(most_common_elems AS text) AS text[])) AS key FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = 'search_documents'
        AND attname = 'filter_keys'
    """
)

_CURRENCY = text("SELECT currency FROM search_documents LIMIT 1")


class SqlVocabularyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self) -> Vocabulary:
        run, most = self._session.execute, {"most": _MOST_NAMES}
        size = await self._session.scalar(_SIZE, {"more": _READ_THROUGH + 1}) or 0
        categories = await run(_CATEGORIES, most)
        brands = await self._session.scalars(_BRANDS, most)
        values = (
            await self._session.scalars(_EVERY_VALUE, most)
            if size <= _READ_THROUGH
            else await self._session.scalars(_COMMON_VALUES)
        )
        return Vocabulary.of(
            currency=await self._session.scalar(_CURRENCY),
            categories=[(row.path, row.name or row.path) for row in categories],
            brands=list(brands),
            attributes=[(name, value) for name, _, value in (v.partition(":") for v in values)],
        )
