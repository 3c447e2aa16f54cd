"""Reads what a page of results shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from deployments.search.application.page_ports import Shown
from deployments.search.domain.ranking import Facts
from deployments.shared.database import Executor

# In the order of ``Facts``.
_FACTS = text(
    """
    SELECT product_id, price_from, created_at, brand, category_path, category_name, rating,
        attributes
    FROM search_documents WHERE product_id = ANY(CAST(:ids AS uuid[]))
    """
)

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


class SqlPageRepository:
    def __init__(self, session: Executor) -> None:
        self._session = session

    async def facts(
        self, product_ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Facts, Mapping[str, Any]]]:
        rows = await self._session.execute(_FACTS, {"ids": list(product_ids)})
        return {
            product_id: (Facts(product_id, *facts), attributes)
            for product_id, *facts, attributes in rows
        }

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
