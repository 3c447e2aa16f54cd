"""``python -m tests.service.search.half_a_build DATABASE_URL``: begin to build the index of the
made-up shop, say how many vectors are stored, and hang when half of them are."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from deployments.search.application.build_index import BuildIndex
from deployments.search.application.ports import IndexVersion, ModelRef, Range, Vectors
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.infrastructure.build_lock import build_lock
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from models.search.tables import DIMENSION
from pipelines.embedding_index import worker as worker_module
from pipelines.embedding_index.worker import RangeEmbedder
from tests.service.search.catalogue import FakeCatalogue
from tests.service.search.hashed_vectors import hashed


async def main(url: str) -> None:
    worker_module._STORED_AT_ONCE = 10
    thread = ThreadPoolExecutor(1)
    half = len(FakeCatalogue().products) // 2
    made = 0

    def encode(texts: Sequence[str]) -> Vectors:
        nonlocal made
        if made >= half:
            print(f"half {made}", flush=True)
            time.sleep(600)
        made += len(texts)
        return hashed(texts)

    worker = thread.submit(lambda: RangeEmbedder(url, encode)).result()

    def embed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        for within in ranges:
            yield thread.submit(worker.embed, version.id, within).result()

    engine = create_engine(url)
    sessions = create_session_factory(engine)

    def begin() -> SqlSearchUnitOfWork:
        return SqlSearchUnitOfWork(sessions)

    async with build_lock(engine):
        build = BuildIndex(begin, SyncDocuments(begin, FakeCatalogue()))
        await build(ModelRef("hashed"), DIMENSION, embed, lambda *_: None, None)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
