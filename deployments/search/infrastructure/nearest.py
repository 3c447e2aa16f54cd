"""The statement that finds the nearest vectors, with or without their index."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import text

from deployments.shared.database import Executor

# Of rows that the index gives in order of distance, a filter keeps its share: `limit / share` are
# read. Without the index those that the filter keeps are, each of which costs about a third.
_COST_OF_INDEXED: Final = 2.6


def nearest(where: str, *, indexed: bool) -> str:
    """One row: arrays of products and their distances, nearest first. Binds ``vector``,
    ``version``, ``limit`` and what ``where`` binds.

    Args:
        where: `` AND …`` over ``document``, or empty.
    """
    distance = "stored.embedding <=> CAST(CAST(:vector AS real[]) AS halfvec)"
    documents = "JOIN search_documents AS document USING (product_id)" if where else ""
    # Sorted by an expression that the index does not hold, all that the filter keeps are read.
    return f"""
        SELECT array_agg(product_id) AS products, array_agg(distance) AS distances
        FROM (
            SELECT stored.product_id, {distance if indexed else f"({distance}) + 0"} AS distance
            FROM embeddings AS stored {documents}
            WHERE stored.index_version = :version{where}
            ORDER BY 2
            LIMIT :limit
        ) AS near
    """  # nosec B608  # noqa: S608 - built of constants; values are bound


async def index_is_quicker(
    session: Executor, where: str, values: dict[str, Any], limit: int
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
