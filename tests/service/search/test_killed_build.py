"""A build whose process is killed half-way, and the next one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.build_index import BuildIndex
from deployments.search.application.ports import IndexVersion, ModelRef, Range, Vectors
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.infrastructure.build_lock import build_lock
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from models.search.tables import DIMENSION
from pipelines.embedding_index.worker import RangeEmbedder
from tests.service.search.catalogue import FakeCatalogue
from tests.service.search.hashed_vectors import hashed


@pytest.fixture
def url(database_url: Callable[[str], str]) -> str:
    return database_url("search")


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url)
    yield engine
    await engine.dispose()


def kill_half_way(url: str) -> None:
    command = [sys.executable, "-m", "tests.service.search.half_a_build", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.kill()
    assert line.startswith("half"), line


async def test_after_kill_9_the_next_build_makes_only_the_rest(
    url: str, engine: AsyncEngine
) -> None:
    kill_half_way(url)
    encoded: list[str] = []
    thread = ThreadPoolExecutor(1)

    def encode(texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return hashed(texts)

    worker = thread.submit(lambda: RangeEmbedder(url, encode)).result()

    def embed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        for within in ranges:
            yield thread.submit(worker.embed, version.id, within).result()

    sessions = create_session_factory(engine)

    def begin() -> SqlSearchUnitOfWork:
        return SqlSearchUnitOfWork(sessions)

    async with begin() as work:
        (left,) = await work.versions.figures()
    async with build_lock(engine):
        build = BuildIndex(begin, SyncDocuments(begin, FakeCatalogue()))
        built = await build(ModelRef("hashed"), DIMENSION, embed, lambda *_: None, None)
    thread.submit(worker.close).result()
    thread.shutdown()
    assert (left.version.name, left.version.status, built.version) == ("v1", "building", "v1")
    # At most the batch that was being stored is lost.
    assert 20 <= left.vectors <= 30
    assert (built.embedded, len(encoded)) == (built.documents - left.vectors,) * 2
    async with begin() as work:
        figures = await work.versions.figures()
    assert [(f.version.status, f.vectors, f.current) for f in figures] == [("ready", 60, 60)]
