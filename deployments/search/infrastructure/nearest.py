"""The statement that finds the nearest vectors, with or without their index."""

from __future__ import annotations

from typing import Final

# A row that the index gives, in rows that are read by their keys.
COST_OF_INDEXED: Final = 9.0

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
