"""The inverted index of the documents' text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from deployments.search.domain.text_weights import FIELDS, SATURATION, WEIGHTS, TextStatistics
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


# :all makes them for every document, else for those of :ids.
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
    WHERE :all OR document.product_id = ANY(CAST(:ids AS uuid[]))
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

# Whoever writes all postings does so alone; whoever reads them goes on.
_ALONE = text("LOCK TABLE postings IN SHARE ROW EXCLUSIVE MODE")


class SqlPostingRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def claim(self) -> bool:
        claimed = await self._session.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended('text statistics', 0))")
        )
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
        await self._write(known, ids)

    async def write_all(self, statistics: TextStatistics) -> None:
        """Make every product's postings anew, as ``statistics`` say."""
        await self._session.execute(_ALONE)
        await self._session.execute(text("SET LOCAL statement_timeout = 0"))
        await self._session.execute(text("DELETE FROM postings"))
        await self.remember(statistics)
        await self._write(statistics, None)
        await self._session.execute(text("RESET statement_timeout"))

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

    async def _write(self, statistics: TextStatistics, ids: list[UUID] | None) -> None:
        values: dict[str, Any] = {field: statistics.lengths[field] for field in FIELDS}
        await self._session.execute(_WRITE, values | {"all": ids is None, "ids": ids or []})
