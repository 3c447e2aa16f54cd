"""The statement that finds the nearest vectors, with or without their index."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Of rows that the index gives in order of distance, a filter keeps its share: `limit / share` are
# read. Without the index those that the filter keeps are, each of which costs about a third.
_COST_OF_INDEXED: Final = 2.6


def nearest(facts: str, where: str, *, indexed: bool) -> str:
    """Binds ``vector``, ``version``, ``limit`` and what ``where`` binds.

    Args:
        facts: columns of ``document``.
        where: `` AND …`` over ``document``, or empty.
    """
    distance = "stored.embedding <=> CAST(CAST(:vector AS real[]) AS halfvec)"
    if not indexed:
        return _exact(facts, where, distance)
    return f"""
        SELECT {facts}, 1 - ({distance}) AS similarity
        FROM embeddings AS stored
        JOIN search_documents AS document USING (product_id)
        WHERE stored.index_version = :version{where}
        ORDER BY {distance}
        LIMIT :limit
    """  # nosec B608  # noqa: S608 - built of constants; values are bound


def _exact(facts: str, where: str, distance: str) -> str:
    """Sorted by an expression that the index does not hold; rows are read of the nearest only."""
    return f"""
        SELECT {facts}, 1 - near.distance AS similarity
        FROM (
            SELECT stored.product_id, ({distance}) + 0 AS distance
            FROM embeddings AS stored
            JOIN search_documents AS document USING (product_id)
            WHERE stored.index_version = :version{where}
            ORDER BY 2
            LIMIT :limit
        ) AS near
        JOIN search_documents AS document USING (product_id)
        ORDER BY near.distance
    """  # nosec B608  # noqa: S608 - built of constants; values are bound


async def index_is_quicker(
    session: AsyncSession, where: str, values: dict[str, Any], limit: int
) -> bool:
    """By the planner's estimate of what the filter keeps. Left alone the planner takes the index
    for filters too selective for it, as it counts its rows too cheap."""
    if not where:
        return True
    plan = await session.scalar(
        text(
            "EXPLAIN (FORMAT JSON) "  # nosec B608  # noqa: S608
            f"SELECT FROM search_documents AS document WHERE true{where} "
            "UNION ALL SELECT FROM search_documents"
        ),
        dict(values),
    )
    tree = json.loads(plan) if isinstance(plan, str) else plan
    kept, rows = (float(part["Plan Rows"]) for part in tree[0]["Plan"]["Plans"])
    return kept * kept > _COST_OF_INDEXED * limit * rows
