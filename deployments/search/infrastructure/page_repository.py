"""Reads what a page of results shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from deployments.search.application.page_ports import Shown
from deployments.search.domain.ranking import Facts
from deployments.shared.database import Executor

# In the order of ``Facts``.
_FACTS = """
    SELECT product_id, price_from, created_at, brand, category_path, category_name, rating,
        attributes
    FROM search_documents
"""
_FACTS_OF = text(f"{_FACTS} WHERE product_id = ANY(CAST(:ids AS uuid[]))")
_FACTS_AFTER = text(f"{_FACTS} WHERE product_id > :after ORDER BY product_id LIMIT :limit")
_BEFORE_ALL: Final = UUID(int=0)

# The best field that holds each lexeme: CASE stops at the first.
_CARDS = text(
    r"""
    SELECT document.product_id, CAST(document.card AS text) AS card, document.currency, CAST(
        ARRAY(
            SELECT CASE
                WHEN document.text @@ CAST(term || '\:A' AS tsquery) THEN 'A'
                WHEN document.text @@ CAST(term || '\:B' AS tsquery) THEN 'B'
                WHEN document.text @@ CAST(term || '\:C' AS tsquery) THEN 'C'
                WHEN document.text @@ CAST(term || '\:D' AS tsquery) THEN 'D'
                ELSE ''
            END
            FROM unnest(CAST(:terms AS text[])) WITH ORDINALITY AS terms(term, place)
            ORDER BY place
        ) AS text[]
    ) AS weights
    FROM search_documents AS document
    WHERE document.product_id = ANY(CAST(:ids AS uuid[]))
    """
)


def _term(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _facts(rows: Iterable[Any]) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
    return {
        product_id: (Facts(product_id, *facts), attributes)
        for product_id, *facts, attributes in rows
    }


class SqlPageRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def facts(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        return _facts(await self._session.execute(_FACTS_OF, {"ids": list(product_ids)}))

    async def facts_after(
        self, product_id: UUID | None, limit: int
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        values = {"after": product_id or _BEFORE_ALL, "limit": limit}
        return _facts(await self._session.execute(_FACTS_AFTER, values))

    async def cards(
        self, product_ids: Sequence[UUID], lexemes: Sequence[str]
    ) -> Mapping[UUID, Shown]:
        rows = await self._session.execute(
            _CARDS, {"ids": list(product_ids), "terms": [_term(each) for each in lexemes]}
        )
        return {
            row.product_id: Shown(
                row.card,
                row.currency,
                {
                    lexeme: weight
                    for lexeme, weight in zip(lexemes, row.weights, strict=True)
                    if weight
                },
            )
            for row in rows
        }
