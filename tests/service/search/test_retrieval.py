"""Search under a filter: the same is found whichever way is the quicker one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.local.postgres import EmbeddedPostgres
from deployments.search.domain.query import Filters, Query
from deployments.search.domain.ranking import TextMatch
from deployments.search.domain.term_weights import Term
from deployments.search.infrastructure import retrieval_repository
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.filter_estimates import Estimate
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.nearest import nearest
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork, prepare_connections
from deployments.shared.database import create_read_engine
from tests.service.search.test_index import eventually

pytestmark = pytest.mark.usefixtures("shop")
# So few vectors would be sorted sooner than their index is read.
_PREFER_INDEX = (
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_sort = off",
    "SET LOCAL hnsw.iterative_scan = 'relaxed_order'",
)
_WAYS = {"in order": Estimate(1000, 1000), "kept first": Estimate(1, 1000)}
_FILTERS = {
    "price": Filters(price_max=9_000),
    "stock and price": Filters(in_stock=True, price_min=2_000),
    "nothing": Filters(price_max=1),
}


class Estimated:
    def __init__(self, estimate: Estimate) -> None:
        self._estimate = estimate

    async def of(self, *_: Any) -> Estimate:
        return self._estimate


@pytest.fixture(params=list(_FILTERS))
def filters(request: pytest.FixtureRequest) -> Filters:
    return _FILTERS[request.param]


async def test_by_text(
    filters: Filters,
    begin: Callable[[], SqlSearchUnitOfWork],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terms = [Term("lamp", 0, 0.4), Term("black", 1, 0.3), Term("oak", 2, 0.3)]
    found = {}
    for way, estimate in _WAYS.items():
        monkeypatch.setattr(retrieval_repository, "_ESTIMATES", Estimated(estimate))
        async with begin() as work:
            found[way] = await work.retrieval.by_text(
                Query.of("black oak lamp"), terms, filters, coverage_weight=0.5, limit=1
            )
            everything = await work.retrieval.by_text(
                Query.of("black oak lamp"), terms, Filters(), coverage_weight=0.5, limit=1000
            )
            kept = await _kept(work, filters)
    assert found["in order"] == found["kept first"]
    assert found["in order"] == [m for m in everything if m.product_id in kept][:1]


@pytest.mark.parametrize("way", list(_WAYS))
async def test_what_was_asked_for_by_its_sku_is_first_among_what_passes(
    way: str, begin: Callable[[], SqlSearchUnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval_repository, "_ESTIMATES", Estimated(_WAYS[way]))
    async with begin() as work:
        row = (
            await work.session.execute(
                text(
                    "SELECT product_id, identifiers[1] AS sku, price_from FROM search_documents "
                    "WHERE exact_title ~ 'lamp' ORDER BY product_id LIMIT 1"
                )
            )
        ).one()

        async def found(most: int) -> list[TextMatch]:
            filters = Filters(price_max=most)
            terms = [Term("lamp", 0, 1.0)]
            return await work.retrieval.by_text(
                Query.of(row.sku), terms, filters, coverage_weight=0.5, limit=2
            )

        best, *others = await found(row.price_from)
        assert (best.product_id, best.exact) == (row.product_id, True)
        assert not any(match.exact for match in [*others, *await found(row.price_from - 1)])


async def test_by_meaning(
    filters: Filters,
    begin: Callable[[], SqlSearchUnitOfWork],
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vector = encoder.queries(["a lamp for reading"])[0]
    found = {}
    for way, estimate in _WAYS.items():
        monkeypatch.setattr(retrieval_repository, "_ESTIMATES", Estimated(estimate))
        async with begin() as work:
            for setting in _PREFER_INDEX:
                await work.session.execute(text(setting))
            in_order = way == "in order"
            assert ("_hnsw" in await _plan(work, filters, indexed=in_order)) is in_order
            found[way] = await work.retrieval.by_meaning(1, vector, filters, limit=7)
            kept = await _kept(work, filters)
    products = [[match.product_id for match in matches] for matches in found.values()]
    assert products[0] == products[1]
    assert len(products[0]) == min(7, len(kept))
    assert set(products[0]) <= kept
    similarities = [[match.similarity for match in matches] for matches in found.values()]
    np.testing.assert_allclose(*similarities, atol=1e-3)


async def _plan(work: SqlSearchUnitOfWork, filters: Filters, *, indexed: bool) -> str:
    where, values = conditions(filters)
    statement = nearest(where, indexed=indexed)
    values |= {"vector": [0.1] * 384, "version": 1, "limit": 7}
    rows = await work.session.scalars(text(f"EXPLAIN {statement}"), values)
    return "\n".join(rows)


async def _kept(work: SqlSearchUnitOfWork, filters: Filters) -> set[Any]:
    where, values = conditions(filters)
    statement = f"SELECT product_id FROM search_documents AS document WHERE true{where}"  # noqa: S608
    return set(await work.session.scalars(text(statement), values))


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


async def test_the_graph_is_searched_more_broadly_the_larger_it_is(
    engine: AsyncEngine, postgres: EmbeddedPostgres
) -> None:
    admin = postgres.address.admin_url(str(engine.url.database))
    estimate = "UPDATE pg_class SET reltuples = %s WHERE relname = 'search_documents'"
    breadths = []
    for products in (-1, 20_000, 500_000, 5_000_000):
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(estimate, (products,))
        fresh = create_read_engine(engine.url.render_as_string(hide_password=False))
        prepare_connections(fresh, ef_search=120)
        async with fresh.connect() as connection:
            breadths.append(int(await connection.scalar(text("SHOW hnsw.ef_search"))))
        await fresh.dispose()
    assert breadths == [120, 120, 600, 1000]
