"""The statement that finds the nearest vectors, with or without their index."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import text

from deployments.shared.database import Executor

# Of rows that the index gives in order of distance, a filter keeps its share: `limit / share` are
# read. Without the index those that the filter keeps are, each of which costs about a ninth.
_COST_OF_INDEXED: Final = 9.0
# An estimate is good for as long: statistics change seldom, and it only chooses the quicker way.
_ESTIMATE_SECONDS: Final = 60.0
_MOST_ESTIMATES: Final = 1000

_VECTOR = "CAST(CAST(:vector AS real[]) AS halfvec)"


def nearest(where: str, *, indexed: bool) -> str:
    """One row: arrays of products and their distances, nearest first. Binds ``vector``,
    ``version``, ``limit`` and what ``where`` binds.

    Args:
        where: `` AND …`` over ``document``, or empty.
    """
    if not indexed:
        return _exact(where)
    documents = "JOIN search_documents AS document USING (product_id)" if where else ""
    return f"""
        SELECT array_agg(product_id) AS products, array_agg(distance) AS distances
        FROM (
            SELECT stored.product_id, stored.embedding <=> {_VECTOR} AS distance
            FROM embeddings AS stored {documents}
            WHERE stored.index_version = :version{where}
            ORDER BY 2
            LIMIT :limit
        ) AS near
    """  # nosec B608  # noqa: S608 - built of constants; values are bound


def _exact(where: str) -> str:
    """All that the filter keeps are read, by their keys at once, which is quicker than a join.
    Vectors have length 1, so their product, cheaper than the cosine, tells the same."""
    return f"""
        SELECT array_agg(product_id) AS products, array_agg(1 + product) AS distances
        FROM (
            SELECT stored.product_id, stored.embedding <#> {_VECTOR} AS product
            FROM embeddings AS stored
            WHERE stored.index_version = :version AND stored.product_id = ANY(
                ARRAY(
                    SELECT document.product_id FROM search_documents AS document WHERE true{where}
                )
            )
            ORDER BY 2
            LIMIT :limit
        ) AS near
    """  # nosec B608  # noqa: S608 - built of constants; values are bound


class IndexChoice:
    """Whether the index of vectors is the quicker way, by the planner's estimate of what a filter
    keeps. Left alone the planner takes it for filters too selective for it, as it counts its rows
    too cheap."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    async def is_quicker(
        self, session: Executor, where: str, values: Mapping[str, Any], limit: int
    ) -> bool:
        if not where:
            return True
        now = self._clock()
        key = repr((where, values, limit))
        estimated, quicker = self._known.get(key, (float("-inf"), False))
        if now - estimated > _ESTIMATE_SECONDS:
            quicker = await _index_is_quicker(session, where, values, limit)
            self._known[key] = now, quicker
            self._known.move_to_end(key)
            while len(self._known) > _MOST_ESTIMATES:
                self._known.popitem(last=False)
        return quicker


async def _index_is_quicker(
    session: Executor, where: str, values: Mapping[str, Any], limit: int
) -> bool:
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
