"""Building a new index version beside the active one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI

from deployments.search.application.build_index import BuildIndex, Built, EmbedRanges
from deployments.search.application.ports import (
    IndexVersion,
    Range,
    UnitOfWorkFactory,
)
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.infrastructure.build_lock import build_lock
from deployments.shared.database import create_engine
from deployments.shared.errors import Conflict
from pipelines.embedding_index.worker import RangeEmbedder
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.conftest import RememberingEmbedder


class KilledError(Exception):
    pass


@pytest.fixture
def begin(app: FastAPI, client: httpx.AsyncClient) -> UnitOfWorkFactory:
    factory: UnitOfWorkFactory = app.state.index_products._begin
    return factory


@pytest.fixture
def build(begin: UnitOfWorkFactory, catalogue: FakeCatalogue) -> BuildIndex:
    return BuildIndex(begin, SyncDocuments(begin, catalogue))


@pytest.fixture
def embed(
    database_url: Callable[[str], str], embedder: RememberingEmbedder
) -> Iterator[EmbedRanges]:
    """The worker of the pipeline in a thread, as it has an event loop of its own."""
    thread = ThreadPoolExecutor(1)
    worker = thread.submit(RangeEmbedder, database_url("search"), embedder.encode).result()

    def ranges(version: IndexVersion, wanted: Sequence[Range]) -> Iterator[int]:
        for within in wanted:
            yield thread.submit(worker.embed, version.id, within).result()

    yield ranges
    thread.submit(worker.close).result()
    thread.shutdown()


def silent(stage: str, done: int, total: int | None) -> None:
    pass


async def run(build: BuildIndex, embed: EmbedRanges, model: str = "all-minilm-l6-v2") -> Built:
    return await build(model, 384, embed, silent)


async def found(client: httpx.AsyncClient, query: str) -> tuple[list[str], str, str]:
    body = (await client.get("/search", params={"query": query})).json()
    return [i["product"]["title"] for i in body["items"]], body["index_version"], body["mode"]


async def vectors(begin: UnitOfWorkFactory, version: int) -> int:
    """How many of the documents have one."""
    async with begin() as work:
        return await work.documents.count() - await work.embeddings.count_pending(version)


async def test_the_first_build_makes_everything_searchable(
    client: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges
) -> None:
    built = await run(build, embed)
    assert (built.documents, built.embedded, built.removed) == (60, 60, 0)
    titles, version, mode = await found(client, "keep coffee hot on a hike")
    assert "Summit vacuum flask 0.75 l" in titles
    assert (version, mode) == (built.version, "hybrid")


async def test_a_new_version_stands_beside_the_old_until_it_is_complete(
    shop: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges
) -> None:
    seen: list[str] = []

    def watch(stage: str, done: int, total: int | None) -> None:
        stages.append(stage)

    stages: list[str] = []
    before = (await found(shop, "lamp"))[1]
    built = await build("all-minilm-l6-v2", 384, embed, watch)
    seen.append((await found(shop, "lamp"))[1])
    assert before == "v1"
    assert seen == [built.version] == ["v2"]
    assert stages.index("products") < stages.index("vectors") < stages.index("vector index")


async def test_a_killed_build_leaves_the_old_version_and_is_resumed(
    shop: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges, begin: UnitOfWorkFactory
) -> None:
    def killed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        # Half of the documents are done when the process dies.
        halves = [Range(ranges[0].first, product_ids[30])]
        yield from embed(version, halves)
        raise KilledError

    product_ids = sorted(FakeCatalogue().products)
    with pytest.raises(KilledError):
        await run(build, killed)
    assert (await found(shop, "lamp"))[1:] == ("v1", "hybrid")
    assert await vectors(begin, 2) == 30
    built = await run(build, embed)
    assert (built.version, built.embedded) == ("v2", 30)
    assert (await found(shop, "lamp"))[1:] == ("v2", "hybrid")


async def test_changes_made_during_a_build_are_in_it(
    shop: httpx.AsyncClient,
    build: BuildIndex,
    embed: EmbedRanges,
    begin: UnitOfWorkFactory,
    catalogue: FakeCatalogue,
) -> None:
    sync = SyncDocuments(begin, catalogue)

    async def change() -> None:
        changed = catalogue.change("Dominoes", title="Insulated lunch box for hot soup")
        del catalogue.products[product_id("Spade")]
        await sync.some({changed.id: changed.version, product_id("Spade"): 2})

    def with_changes(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        yield from embed(version, ranges)
        if not changes:
            changes.append(1)
            # The build's own loop is busy here, as a cluster's driver is.
            asyncio.run_coroutine_threadsafe(change(), loop)

    changes: list[int] = []
    loop = asyncio.get_running_loop()
    built = await run(build, with_changes)
    async with begin() as work:
        assert await work.embeddings.count_pending(int(built.version[1:])) == 0
    titles, version, _ = await found(shop, "thermos container for warm meals")
    assert "Insulated lunch box for hot soup" in titles
    assert "Spade" not in (await found(shop, "spade"))[0]
    assert version == built.version


async def test_one_retired_version_is_kept_to_return_to(
    shop: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges, begin: UnitOfWorkFactory
) -> None:
    assert (await run(build, embed)).dropped == []
    assert (await run(build, embed)).dropped == ["v1"]
    async with begin() as work:
        await work.versions.activate(2)
        await work.commit()
    assert (await found(shop, "keep coffee hot on a hike"))[1:] == ("v2", "hybrid")


async def test_a_build_for_another_model_waits_for_the_service_to_run_it(
    shop: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges
) -> None:
    await run(build, embed, model="better-model")
    assert (await found(shop, "desk lamp"))[1:] == ("v2", "lexical")


async def test_two_builds_at_once_are_refused(database_url: Callable[[str], str]) -> None:
    engine = create_engine(database_url("search"))
    try:
        async with build_lock(engine):
            with pytest.raises(Conflict, match="under way"):
                async with build_lock(engine):
                    pass
        async with build_lock(engine):
            pass
    finally:
        await engine.dispose()
