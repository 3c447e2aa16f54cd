"""The nearest vectors under a filter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.domain.query import Filters
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.nearest import nearest
from tests.service.search.test_index import eventually


@pytest.mark.usefixtures("shop")
async def test_with_and_without_the_index_the_same_are_nearest(
    engine: AsyncEngine, encoder: Encoder
) -> None:
    where, values = conditions(Filters(price_max=9_000))
    values |= {
        "vector": encoder.queries(["a lamp for reading"])[0].tolist(),
        "version": 1,
        "limit": 7,
    }
    async with engine.connect() as connection:
        ways = [
            (await connection.execute(text(nearest(where, indexed=way)), values)).one()
            for way in (True, False)
        ]
    assert len(ways[0].products) == 7
    assert ways[0].products == ways[1].products
    np.testing.assert_allclose(ways[0].distances, ways[1].distances, atol=1e-3)


@pytest.mark.usefixtures("shop")
async def test_a_filter_on_prices_reads_no_documents(engine: AsyncEngine) -> None:
    where, values = conditions(Filters(price_min=1_000, price_max=9_000))
    values |= {"vector": [0.1] * 384, "version": 1, "limit": 7}
    scans: dict[str, Any] = {}

    async def reads_the_index_alone() -> bool:
        """Once no reader of the service is left who would keep the vacuum from its work."""
        await connection.execute(text("VACUUM ANALYZE search_documents"))
        plan = (await connection.execute(explain, values)).scalar_one()
        scans.clear()
        scans.update((part["Node Type"], part) for part in _parts(plan[0]["Plan"]))
        return "Index Only Scan" in scans

    explain = text("EXPLAIN (FORMAT JSON) " + nearest(where, indexed=False))
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # The whole table of so few products is one page.
        await connection.execute(text("SET enable_seqscan = off"))
        await eventually(reads_the_index_alone)
    assert scans["Index Only Scan"]["Index Name"] == "ix_search_documents_price_from"
    assert "Bitmap Heap Scan" not in scans


def _parts(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(part for below in plan.get("Plans", ()) for part in _parts(below))]
