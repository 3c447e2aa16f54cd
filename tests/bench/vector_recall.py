"""How much of the exact nearest neighbours the vector half finds, with and without filters."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.local.layout import StackLayout
from deployments.local.postgres import service_url
from deployments.local.secrets_store import load_or_create
from deployments.search.application.ports import Vectors
from deployments.search.domain.query import Filters
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchReading, prepare_connections
from deployments.shared.database import create_read_engine
from pipelines.relevance.judged_set import read_queries
from tests.bench.records import Record, percentile

_NEIGHBOURS: Final = 10
# halfvec keeps three digits: products nearer together than this are as near.
_TIE: Final = 1e-4
_SHARES: Final = {"all products": 1.0, "10 % of products": 0.1, "1 % of products": 0.01}


@dataclass(frozen=True)
class Measured:
    """``recall`` of each query, 0..1, and ``milliseconds`` as a search waits for it."""

    recall: Sequence[float]
    milliseconds: Sequence[float]


async def measure(layout: StackLayout, data: Path, records: list[Record]) -> None:
    """On the index of the running stack; skipped, with a line, where the data set is absent."""
    queries = data / "chorus" / "queries.parquet"
    if not queries.exists():
        print(f"recall of vectors not measured: no data set in {data} (give --data FOLDER)")
        return
    password = load_or_create(layout.data).database_passwords["search"]
    settings = SearchSettings(
        database_url=service_url(layout.ports.postgres, "search", password), service_key="none"
    )
    encoder = Encoder.load(EncoderSettings())
    vectors = [encoder.encode([query])[0] for query in read_queries(queries).values()]
    for name, measured in (await measure_index(settings, vectors)).items():
        recall = sum(measured.recall) / len(measured.recall)
        records += [
            Record(f"vectors: recall@10, {name}", recall, "", bar="≥ .98"),
            Record(f"vectors: p50, {name}", percentile([*measured.milliseconds], 0.5), "ms"),
            Record(
                f"vectors: p95, {name}", percentile([*measured.milliseconds], 0.95), "ms", bar="≤ 5"
            ),
        ]


async def measure_index(
    settings: SearchSettings, vectors: Sequence[Vectors]
) -> Mapping[str, Measured]:
    """By share of the products that a filter on the price keeps; on the active version."""
    engine = create_read_engine(settings.database_url)
    prepare_connections(engine, ef_search=settings.ef_search)
    try:
        return {
            name: await _filtered(engine, settings, vectors, await _cheapest(engine, share))
            for name, share in _SHARES.items()
        }
    finally:
        await engine.dispose()


async def _cheapest(engine: AsyncEngine, share: float) -> Filters:
    if share == 1.0:
        return Filters()
    statement = text(
        "SELECT percentile_disc(:share) WITHIN GROUP (ORDER BY price_from) FROM search_documents"
    )
    async with engine.connect() as connection:
        return Filters(price_max=await connection.scalar(statement, {"share": share}))


async def _filtered(
    engine: AsyncEngine, settings: SearchSettings, vectors: Sequence[Vectors], filters: Filters
) -> Measured:
    recall, milliseconds = [], []
    async with engine.connect() as connection:
        version = await connection.scalar(
            text("SELECT id FROM index_versions WHERE status = 'active'")
        )
    # Once over all for the caches, as a shop that is open has them.
    for counted in (False, True):
        for vector in vectors:
            began = time.perf_counter()
            async with SqlSearchReading(engine) as work:
                found = await work.retrieval.by_meaning(
                    version, vector, filters, limit=settings.meaning_candidates
                )
            spent = (time.perf_counter() - began) * 1000
            if counted:
                milliseconds.append(spent)
                nearest = sorted((match.similarity for match in found), reverse=True)
                exact = await _exact(engine, version, vector, filters)
                recall.append(_share_found(nearest[:_NEIGHBOURS], exact))
    return Measured(recall, milliseconds)


async def _exact(
    engine: AsyncEngine, version: int, vector: Vectors, filters: Filters
) -> list[float]:
    """Similarities of the nearest, without the index."""
    where, values = conditions(filters)
    statement = f"""
        SELECT 1 - (stored.embedding <=> CAST(CAST(:vector AS real[]) AS halfvec)) AS similarity
        FROM embeddings AS stored
        JOIN search_documents AS document USING (product_id)
        WHERE stored.index_version = :version{where}
        ORDER BY similarity DESC LIMIT {_NEIGHBOURS}
    """  # noqa: S608 - built of constants; values are bound
    async with engine.begin() as connection:
        rows = await connection.scalars(
            text(statement), {"vector": vector.tolist(), "version": version, **values}
        )
        return [float(similarity) for similarity in rows]


def _share_found(found: Sequence[float], exact: Sequence[float]) -> float:
    """Ties count: any product as near as the last exact one is as good."""
    if not exact:
        return 1.0
    return sum(similarity >= exact[-1] - _TIE for similarity in found) / len(exact)
