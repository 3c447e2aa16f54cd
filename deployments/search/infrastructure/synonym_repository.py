from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.domain.synonyms import Lexemes, Synonym
from models.search.tables import SynonymRow

# Whoever changes synonyms sees what the one before left.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('search_synonyms', 0))")

_WITH_LEXEMES = text(
    """
    SELECT id, terms, one_way, CAST(
        ARRAY(
            SELECT array_to_string(tsvector_to_array(to_tsvector('mercato', term)), ' ')
            FROM unnest(terms) WITH ORDINALITY AS each(term, place) ORDER BY place
        ) AS text[]
    ) AS lexemes
    FROM search_synonyms
    """
)


class SqlSynonymRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        await self._session.execute(_LOCK)

    async def all(self) -> list[Synonym]:
        rows = await self._session.execute(
            select(SynonymRow.id, SynonymRow.terms, SynonymRow.one_way).order_by(
                SynonymRow.terms, SynonymRow.id
            )
        )
        return [Synonym(row.id, tuple(row.terms), row.one_way) for row in rows]

    async def with_lexemes(self) -> list[tuple[Synonym, Sequence[Lexemes]]]:
        rows = await self._session.execute(_WITH_LEXEMES)
        return [
            (
                Synonym(row.id, tuple(row.terms), row.one_way),
                [tuple(lexemes.split()) for lexemes in row.lexemes],
            )
            for row in rows
        ]

    async def save(self, synonym: Synonym) -> None:
        values = {"terms": list(synonym.terms), "one_way": synonym.one_way}
        await self._session.execute(
            insert(SynonymRow)
            .values(id=synonym.id, **values)
            .on_conflict_do_update(index_elements=[SynonymRow.id], set_=values)
        )

    async def remove(self, identity: UUID) -> bool:
        removed = await self._session.execute(
            delete(SynonymRow).where(SynonymRow.id == identity).returning(SynonymRow.id)
        )
        return removed.first() is not None
