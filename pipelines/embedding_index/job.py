"""Build the search index anew: read the products, make vectors on an actor pool, switch."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import numpy as np
import ray
import ray.data
from numpy.typing import NDArray

from deployments.products.contract import ProductsClient
from deployments.search.application.build_index import BuildIndex, Built
from deployments.search.application.catch_up_version import CatchUpVersion
from deployments.search.application.ports import (
    IndexVersion,
    ModelRef,
    Range,
    UnitOfWorkFactory,
)
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.application.work_off_backlog import EmbedRanges, Progress
from deployments.search.contract import SearchClient
from deployments.search.infrastructure.build_lock import build_lock
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.encoders import check_dimension, settings_of
from deployments.search.infrastructure.products_gateway import ProductsGateway
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.errors import Unavailable
from deployments.shared.operator_client import operator_http
from models.search.tables import DIMENSION
from pipelines.embedding_index.settings import IndexSettings, WorkerSettings
from pipelines.embedding_index.worker import RangeEmbedder
from pipelines.ray_session import ray_session

_Result = TypeVar("_Result")
_Columns = dict[str, NDArray[Any]]
_LAST: Final = ""
# A model is exported and quantised when it is loaded for the first time.
_SWITCH_SECONDS: Final = 300


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


def build(
    progress: Progress,
    *,
    settings: IndexSettings | None = None,
    encoder: EncoderSettings | None = None,
    workers: WorkerSettings | None = None,
    switch: bool = True,
) -> Built:
    """Settings come from the environment unless given. ``switch``: the search service makes the
    version the active one, its model loaded first.

    Raises:
        Invalid: ``wrong_dimension``, before anything is written.
        Conflict: ``build_running``.
    """
    settings, encoder = settings or IndexSettings(), encoder or EncoderSettings()
    check_dimension(encoder)
    path = str(encoder.model_path.resolve()) if encoder.model_path else None
    embed = _embedding(settings, encoder, workers or WorkerSettings())

    async def work(begin: UnitOfWorkFactory) -> Built:
        products = operator_http("products")
        try:
            documents = SyncDocuments(begin, ProductsGateway(ProductsClient(products)))
            return await BuildIndex(begin, documents)(
                ModelRef(encoder.name, path),
                DIMENSION,
                embed,
                progress,
                switch_version if switch else None,
            )
        finally:
            await products.aclose()

    with ray_session():
        return asyncio.run(_alone(settings, work))


def switch_to(
    name: str,
    progress: Progress,
    *,
    settings: IndexSettings | None = None,
    encoder: EncoderSettings | None = None,
    workers: WorkerSettings | None = None,
) -> int:
    """Bring a complete version up to date and make it the active one; the vectors made.

    Raises:
        NotFound: ``version_not_found``.
        Conflict: ``build_running`` or ``version_incomplete``.
    """
    settings, encoder = settings or IndexSettings(), encoder or EncoderSettings()
    workers = workers or WorkerSettings()

    def embed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        own = settings_of(version.ref, encoder)
        check_dimension(own)
        # Most of the time there is nothing to do, for which Ray need not start.
        with ray_session():
            yield from _embedding(settings, own, workers)(version, ranges)

    async def work(begin: UnitOfWorkFactory) -> int:
        made = await CatchUpVersion(begin)(name, embed, progress)
        await switch_version(name)
        return made

    return asyncio.run(_alone(settings, work))


async def switch_version(name: str) -> None:
    """The service loads the model, which may take longer than a request: it is asked again."""
    http = operator_http("search")
    until = time.monotonic() + _SWITCH_SECONDS
    try:
        while True:
            try:
                await SearchClient(http).activate_version(name)
            except Unavailable as error:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(error.retry_after)
            else:
                return
    finally:
        await http.aclose()


def _embedding(
    settings: IndexSettings, encoder: EncoderSettings, workers: WorkerSettings
) -> EmbedRanges:
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

    return embed


async def _alone(
    settings: IndexSettings, work: Callable[[UnitOfWorkFactory], Awaitable[_Result]]
) -> _Result:
    """While no other process builds or switches."""
    engine = create_engine(settings.database_url, pool_size=2)
    sessions = create_session_factory(engine)
    try:
        async with build_lock(engine):
            return await work(lambda: SqlSearchUnitOfWork(sessions))
    finally:
        await engine.dispose()
