"""Building a new index version beside the active one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import httpx
import pytest
from fastapi import FastAPI

from deployments.search.application.build_index import BuildIndex, Built, Switch
from deployments.search.application.ports import (
    IndexVersion,
    ModelRef,
    Range,
    UnitOfWorkFactory,
)
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.application.work_off_backlog import EmbedRanges
from deployments.search.infrastructure.build_lock import build_lock
from deployments.shared.database import create_engine
from deployments.shared.errors import Conflict
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.conftest import RememberingEmbedder
from tests.service.search.version_stand import found, lacking, silent, worker_of


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
    with worker_of(database_url("search"), embedder) as ranges:
        yield ranges


@pytest.fixture
def switch(app: FastAPI, client: httpx.AsyncClient) -> Switch:
    """What the service does when it is asked to."""
    activate: Switch = app.state.activate_version
    return activate


async def run(build: BuildIndex, embed: EmbedRanges, switch: Switch | None) -> Built:
    return await build(ModelRef("all-minilm-l6-v2"), 384, embed, silent, switch)


async def test_the_first_build_makes_everything_searchable(
    client: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges, switch: Switch
) -> None:
    built = await run(build, embed, switch)
    assert (built.documents, built.embedded, built.removed) == (60, 60, 0)
    titles, version, mode = await found(client, "keep coffee hot on a hike")
    assert "Summit vacuum flask 0.75 l" in titles
    assert (version, mode) == (built.version, "hybrid")


async def test_a_new_version_stands_beside_the_old_until_it_is_complete(
    shop: httpx.AsyncClient, build: BuildIndex, embed: EmbedRanges, switch: Switch
) -> None:
    seen: list[str] = []

    def watch(stage: str, done: int, total: int | None) -> None:
        stages.append(stage)

    stages: list[str] = []
    before = (await found(shop, "lamp"))[1]
    built = await build(ModelRef("all-minilm-l6-v2"), 384, embed, watch, switch)
    seen.append((await found(shop, "lamp"))[1])
    assert before == "v1"
    assert seen == [built.version] == ["v2"]
    assert stages.index("products") < stages.index("vectors") < stages.index("vector index")


async def test_a_killed_build_leaves_the_old_version_and_is_resumed(
    shop: httpx.AsyncClient,
    build: BuildIndex,
    embed: EmbedRanges,
    switch: Switch,
    begin: UnitOfWorkFactory,
) -> None:
    def killed(version: IndexVersion, ranges: Sequence[Range]) -> Iterator[int]:
        # Half of the documents are done when the process dies.
        halves = [Range(ranges[0].first, product_ids[30])]
        yield from embed(version, halves)
        raise KilledError

    product_ids = sorted(FakeCatalogue().products)
    with pytest.raises(KilledError):
        await run(build, killed, switch)
    assert (await found(shop, "lamp"))[1:] == ("v1", "hybrid")
    assert await lacking(begin, 2) == 30
    built = await run(build, embed, switch)
    assert (built.version, built.embedded) == ("v2", 30)
    assert (await found(shop, "lamp"))[1:] == ("v2", "hybrid")


async def test_changes_made_during_a_build_are_in_it(
    shop: httpx.AsyncClient,
    build: BuildIndex,
    embed: EmbedRanges,
    switch: Switch,
    catalogue: FakeCatalogue,
) -> None:
    begin = build._begin
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
    built = await run(build, with_changes, switch)
    assert await lacking(begin, int(built.version[1:])) == 0
    titles, version, _ = await found(shop, "thermos container for warm meals")
    assert "Insulated lunch box for hot soup" in titles
    assert "Spade" not in (await found(shop, "spade"))[0]
    assert version == built.version


async def test_one_retired_version_is_kept_to_return_to(
    shop: httpx.AsyncClient,
    build: BuildIndex,
    embed: EmbedRanges,
    switch: Switch,
    begin: UnitOfWorkFactory,
) -> None:
    assert (await run(build, embed, switch)).dropped == []
    assert (await run(build, embed, switch)).dropped == ["v1"]
    async with begin() as work:
        await work.versions.activate(2)
        await work.commit()
    assert (await found(shop, "keep coffee hot on a hike"))[1:] == ("v2", "hybrid")


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
