"""What tests of index versions share: a worker that makes vectors, and looking at what is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from deployments.search.application.ports import IndexVersion, Range, UnitOfWorkFactory, Vectors
from deployments.search.application.work_off_backlog import EmbedRanges
from pipelines.embedding_index.worker import RangeEmbedder
from tests.service.search.conftest import RememberingEmbedder


@contextmanager
def worker_of(address: str, embedder: RememberingEmbedder) -> Iterator[EmbedRanges]:
    """The pipeline's worker in a thread, as it has an event loop of its own."""
    thread = ThreadPoolExecutor(1)
    workers: dict[str, RangeEmbedder] = {}

    def make(model: str) -> RangeEmbedder:
        def encode(texts: Sequence[str]) -> Vectors:
            return embedder.encode_as(model, texts)

        return RangeEmbedder(address, encode)

    def ranges(version: IndexVersion, wanted: Sequence[Range]) -> Iterator[int]:
        if version.model not in workers:
            workers[version.model] = thread.submit(make, version.model).result()
        for within in wanted:
            yield thread.submit(workers[version.model].embed, version.id, within).result()

    yield ranges
    for worker in workers.values():
        thread.submit(worker.close).result()
    thread.shutdown()


def silent(stage: str, done: int, total: int | None) -> None:
    pass


async def found(client: httpx.AsyncClient, query: str) -> tuple[list[str], str, str]:
    """Titles, index version and mode."""
    body = (await client.get("/search", params={"query": query})).json()
    return [i["product"]["title"] for i in body["items"]], body["index_version"], body["mode"]


async def lacking(begin: UnitOfWorkFactory, version: int) -> int:
    """How many documents have no current vector."""
    async with begin() as work:
        return await work.embeddings.count_pending(version)
