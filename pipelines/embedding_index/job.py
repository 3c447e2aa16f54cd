"""Build the search index anew: read the products, make vectors on an actor pool, switch."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
import ray
import ray.data
from numpy.typing import NDArray

from deployments.products.contract import ProductsClient
from deployments.search.application.build_index import BuildIndex, Built, Progress
from deployments.search.application.ports import IndexVersion, Range
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.infrastructure.build_lock import build_lock
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.model_shape import read_dimension
from deployments.search.infrastructure.products_gateway import ProductsGateway
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.errors import Invalid
from deployments.shared.operator_client import operator_http
from models.search.tables import DIMENSION
from pipelines.embedding_index.settings import IndexSettings, WorkerSettings
from pipelines.embedding_index.worker import RangeEmbedder
from pipelines.ray_session import ray_session

_Columns = dict[str, NDArray[Any]]
_LAST: Final = ""


class _EmbedRows:
    """``RangeEmbedder`` for rows of Ray Data."""

    def __init__(self, database_url: str, encoder: EncoderSettings, version: int) -> None:
        self._embedder = RangeEmbedder(database_url, Encoder.load(encoder).encode)
        self._version = version

    def __call__(self, rows: _Columns) -> _Columns:
        stored = [
            self._embedder.embed(self._version, Range(UUID(first), UUID(end) if end else None))
            for first, end in zip(rows["first"], rows["end"], strict=True)
        ]
        return {"stored": np.array(stored)}


def _pool(workers: WorkerSettings) -> dict[str, Any]:
    gpus = int(ray.cluster_resources().get("GPU", 0))  # type: ignore[no-untyped-call]
    size = workers.actors or max(1, gpus)
    return {
        "compute": ray.data.ActorPoolStrategy(size=size),
        "num_cpus": workers.actor_cpus,
        "num_gpus": min(1.0, gpus / size) if gpus else None,
    }


def _quiet() -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def run(
    progress: Progress,
    *,
    settings: IndexSettings | None = None,
    encoder: EncoderSettings | None = None,
    workers: WorkerSettings | None = None,
) -> Built:
    """Settings come from the environment unless given.

    Raises:
        Invalid: ``wrong_dimension``, before anything is written.
        Conflict: ``build_running``.
    """
    settings = settings or IndexSettings()
    encoder = encoder or EncoderSettings()
    workers = workers or WorkerSettings()
    dimension = read_dimension(encoder.folder)
    if dimension != DIMENSION:
        raise Invalid(
            "wrong_dimension",
            f"{encoder.name} makes vectors of {dimension} numbers; the index holds {DIMENSION}",
        )
    threads = workers.actor_threads or os.cpu_count() or 1
    on_worker = encoder.model_copy(update={"encoder_threads": threads})

    def embed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        rows = [{"first": str(r.first), "end": str(r.end) if r.end else _LAST} for r in ranges]
        _quiet()
        # One block per range: a range is what a worker holds, and what is repeated if it dies.
        vectors = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _EmbedRows,
            fn_constructor_args=(settings.database_url, on_worker, version.id),
            batch_size=1,
            **_pool(workers),
        )
        for batch in vectors.iter_batches(batch_size=None):
            yield int(batch["stored"].sum())

    with ray_session():
        return asyncio.run(_build(settings, encoder.name, dimension, embed, progress))


async def _build(
    settings: IndexSettings, model: str, dimension: int, embed: Any, progress: Progress
) -> Built:
    engine = create_engine(settings.database_url, pool_size=2)
    sessions = create_session_factory(engine)
    http = operator_http("products")

    def begin() -> SqlSearchUnitOfWork:
        return SqlSearchUnitOfWork(sessions)

    try:
        documents = SyncDocuments(begin, ProductsGateway(ProductsClient(http)))
        async with build_lock(engine):
            return await BuildIndex(begin, documents)(model, dimension, embed, progress)
    finally:
        await http.aclose()
        await engine.dispose()
