"""What the service's own retrieval takes, and finds, in an enlarged catalogue."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.active_version import ActiveVersion
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.ports import Embedded, ModelRef, Vectors
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.retrieve import Retrieve
from deployments.search.domain.query import Filters, Query
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.unit_of_work import SqlSearchReading
from deployments.search.retrieval_setup import make_retrieve
from deployments.shared.database import Executor
from tests.bench.growth_database import GrownDatabase

_RECALL_QUERIES = 60
_TIES = 1e-4


@dataclass
class Grown:
    """What was measured at one size: seconds, bytes, and milliseconds by statement."""

    products: int
    loaded: float
    gin: float
    postings: float
    hnsw: float
    bytes: dict[str, int]
    milliseconds: dict[tuple[str, str], list[float]]
    recall: dict[str, float]


def _cpu_ms(process: int) -> float:
    """Milliseconds that a server process was on a core, which others on the machine do not
    lengthen; NaN where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6
    except (OSError, ValueError):
        return math.nan


class _Timed:
    """A repository whose calls are timed; the last result of each is kept. Besides the time that
    passed, under ``name:cpu``, that of the server's process."""

    def __init__(self, repository: Any, record: dict[str, list[float]], last: dict[str, Any]):
        self._repository = repository
        self._record = record
        self._last = last

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._repository, name)

        async def timed(*arguments: Any, **options: Any) -> Any:
            session = self._repository._session
            process = await session.scalar(text("SELECT pg_backend_pid()"))
            busy, began = _cpu_ms(process), time.perf_counter()
            self._last[name] = await method(*arguments, **options)
            self._record.setdefault(name, []).append((time.perf_counter() - began) * 1000)
            self._record.setdefault(f"{name}:cpu", []).append(_cpu_ms(process) - busy)
            return self._last[name]

        return timed


class _KnownVectors:
    """An embedder that knows the queries' vectors already."""

    def __init__(self, model: str, vectors: dict[str, Vectors]) -> None:
        self._model = model
        self._vectors = vectors

    async def query(self, asked: str, model: ModelRef | None = None) -> Embedded:
        return Embedded(self._model, self._vectors[asked][np.newaxis])

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        raise NotImplementedError

    async def warm(self, model: ModelRef) -> None:
        return


async def measure(database: GrownDatabase, grown: Grown, queries: dict[str, Vectors]) -> None:
    """Of each kind of filter; ``queries`` and their vectors, one after the other."""
    filters = {
        "all": Filters(),
        "10 %": Filters(price_max=database.price_below(0.1)),
        "1 %": Filters(price_max=database.price_below(0.01)),
    }
    async with database.reading() as engine:
        for kind, wanted in filters.items():
            record: dict[str, list[float]] = {}
            last: dict[str, Any] = {}

            def begin(record: Any = record, last: Any = last) -> Any:
                class Work(SqlSearchReading):
                    def _open_reading(self, executor: Executor) -> None:
                        super()._open_reading(executor)
                        self.retrieval = _Timed(self.retrieval, record, last)

                return Work(engine)

            retrieve = _retrieve(begin, queries, database)
            for query in queries:
                await retrieve(Query.of(query), wanted)
            record.clear()
            hits: list[float] = []
            whole: list[float] = []
            for place, (query, vector) in enumerate(queries.items()):
                last.pop("by_meaning", None)
                began = time.perf_counter()
                await retrieve(Query.of(query), wanted)
                whole.append((time.perf_counter() - began) * 1000)
                if place < _RECALL_QUERIES and "by_meaning" in last:
                    found = sorted(m.similarity for m in last["by_meaning"])[-10:]
                    hits.append(await _recall(engine, found, vector, wanted))
            grown.milliseconds |= {(kind, name): times for name, times in record.items()}
            grown.milliseconds[kind, "whole"] = whole
            grown.recall[kind] = float(np.mean(hits)) if hits else float("nan")


def _retrieve(begin: Any, queries: dict[str, Vectors], database: GrownDatabase) -> Retrieve:
    embedder = _KnownVectors(database.model, queries)
    settings = database.settings
    changes = IndexChanges()
    # Nothing changes meanwhile.
    changes.listening(True)
    return make_retrieve(
        begin,
        QueryVectors(embedder, timeout_seconds=5, cache_size=len(queries)),
        KnownProducts(begin, changes, products=settings.products_remembered),
        ActiveVersion(begin, changes),
        settings,
    )


async def _recall(
    engine: AsyncEngine, found: list[float], vector: Vectors, wanted: Filters
) -> float:
    """Share of the exact ten nearest that are as near as those found; ties count."""
    where, values = conditions(wanted)
    async with engine.connect() as connection:
        exact = (
            await connection.scalars(
                text(
                    "SELECT 1 - (stored.embedding <=> CAST(CAST(:vector AS real[]) AS halfvec))"  # noqa: S608
                    " AS similarity FROM embeddings AS stored "
                    "JOIN search_documents AS document USING (product_id) "
                    f"WHERE stored.index_version = 1{where} ORDER BY 1 DESC LIMIT 10"
                ),
                {"vector": vector.tolist(), **values},
            )
        ).all()
    if not exact:
        return 1.0
    least = float(exact[-1]) - _TIES
    return sum(similarity >= least for similarity in found) / len(exact)
