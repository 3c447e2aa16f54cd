"""The inverted index of the documents' text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from deployments.search.domain.text_weights import FIELDS, SATURATION, WEIGHTS, TextStatistics
from deployments.search.infrastructure.product_locks import lock_averages, lock_products
from deployments.shared.database import Executor


def _length(letter: str) -> str:
    return f"length(ts_filter(document.text, CAST('{{{letter.lower()}}}' AS \"char\"[])))"


def _occurrences(field: str, letter: str) -> str:
    """Of one lexeme in a field, weighed, and fewer for being in a long one."""
    weight = WEIGHTS[field]
    count = f"{weight.weight} * cardinality(array_positions(entry.weights, '{letter}'))"
    if not weight.length:
        return count
    share = f"lengths.{field} / greatest(:{field}, 1)"
    return f"{count} / ({1 - weight.length} + {weight.length} * {share})"


_WRITE = text(
    f"""
    INSERT INTO postings (lexeme, product_id, impact)
    SELECT entry.lexeme, document.product_id, found.often / (found.often + {SATURATION})
    FROM search_documents AS document
    CROSS JOIN LATERAL (
        SELECT {", ".join(f"{_length(letter)} AS {field}" for field, letter in FIELDS.items())}
    ) AS lengths
    CROSS JOIN LATERAL unnest(document.text) AS entry(lexeme, positions, weights)
    CROSS JOIN LATERAL (
        SELECT CAST({" + ".join(_occurrences(*item) for item in FIELDS.items())} AS real) AS often
    ) AS found
    WHERE document.product_id = ANY(CAST(:ids AS uuid[]))
    """  # nosec B608  # noqa: S608 - constants only
)

_MEASURE = text(
    f"""
    SELECT count(*) AS documents,
        {", ".join(f"avg({_length(letter)}) AS {field}" for field, letter in FIELDS.items())}
    FROM search_documents AS document
    """  # nosec B608  # noqa: S608 - constants only
)

_REMEMBER = text(
    """
    INSERT INTO text_statistics (field, average_length, documents)
    SELECT field, length, :documents
    FROM unnest(CAST(:fields AS text[]), CAST(:lengths AS real[])) AS measured(field, length)
    ON CONFLICT (field) DO UPDATE
    SET average_length = excluded.average_length, documents = excluded.documents
    """
)

# Before the first product.
_LEAST: Final = UUID(int=0)


class SqlPostingRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def claim(self) -> bool:
        claimed = await self._session.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended('text statistics', 0))")
        )
        # While others work for it, the transaction itself is idle.
        await self._session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        return bool(claimed)

    async def write(self, product_ids: Collection[UUID]) -> None:
        """Make the postings of these products anew."""
        ids = list(product_ids)
        if not ids:
            return
        await self._session.execute(
            text("DELETE FROM postings WHERE product_id = ANY(CAST(:ids AS uuid[]))"), {"ids": ids}
        )
        known = await self.statistics() or TextStatistics.usual()
        lengths: dict[str, Any] = {field: known.lengths[field] for field in FIELDS}
        await self._session.execute(_WRITE, lengths | {"ids": ids})

    async def write_next(self, after: UUID | None, *, limit: int) -> UUID | None:
        products = await self._session.scalars(
            text(
                "SELECT product_id FROM search_documents "
                "WHERE product_id > coalesce(CAST(:after AS uuid), CAST(:least AS uuid)) "
                "ORDER BY product_id LIMIT :limit"
            ),
            {"after": after, "least": _LEAST, "limit": limit},
        )
        ids: list[UUID] = list(products)
        if not ids:
            return None
        await lock_products(self._session, ids)
        await self.write(ids)
        return ids[-1]

    async def announce(self, statistics: TextStatistics) -> None:
        await lock_averages(self._session)
        await self.remember(statistics.unfinished())

    async def remember(self, statistics: TextStatistics) -> None:
        await self._session.execute(
            _REMEMBER,
            {
                "documents": statistics.documents,
                "fields": list(statistics.lengths),
                "lengths": list(statistics.lengths.values()),
            },
        )

    async def statistics(self) -> TextStatistics | None:
        """What the postings were made with; None: nothing was remembered yet."""
        rows = (
            await self._session.execute(
                text("SELECT field, average_length, documents FROM text_statistics")
            )
        ).all()
        if not rows:
            return None
        return TextStatistics({row.field: row.average_length for row in rows}, rows[0].documents)

    async def measure(self) -> TextStatistics:
        """The catalogue as it is; reads all of it."""
        row = (await self._session.execute(_MEASURE)).one()
        lengths = {field: float(row._mapping[field] or 0) for field in FIELDS}
        return TextStatistics(lengths, row.documents)

    async def document_counts(self, lexemes: Sequence[str]) -> Mapping[str, int]:
        """How many products hold each lexeme; those that none holds are left out."""
        rows = await self._session.execute(
            text(
                "SELECT lexeme, count(*) AS documents FROM postings "
                "WHERE lexeme = ANY(CAST(:lexemes AS text[])) GROUP BY lexeme"
            ),
            {"lexemes": list(lexemes)},
        )
        return {row.lexeme: row.documents for row in rows}

    async def document_total(self) -> int:
        return int(await self._session.scalar(text("SELECT count(*) FROM search_documents")) or 0)
