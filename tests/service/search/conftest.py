"""The search service on a real database, with the real model in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from uuid import UUID, uuid4

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.api import create_api
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.application.ports import Embedded, ModelRef, Vectors
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.errors import Invalid
from deployments.shared.settings import OPERATOR, PlatformSettings
from tests.service.search.catalogue import FakeCatalogue
from tests.support import Keys, running


class RememberingEmbedder:
    """The real encoder; a text is encoded once a run. ``failure`` makes it fail or hang. The models
    named in ``others`` mean the same by other numbers, so that vectors of two do not mix."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.known: dict[str, Vectors] = {}
        self.failure: Callable[[], object] | None = None
        self.others: set[str] = set()
        self.warmed: list[ModelRef] = []

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        return await self.documents([text], model)

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        if self.failure is not None:
            answer = self.failure()
            if hasattr(answer, "__await__"):
                await answer
        if model is not None and model.name in self.others:
            return Embedded(model.name, self.encode_as(model.name, texts))
        return Embedded(self.encoder.model_version, self.encode(texts))

    async def warm(self, model: ModelRef) -> None:
        if model.name not in {self.encoder.model_version, *self.others}:
            raise Invalid("unknown_model", f"no folder is known for the model {model.name}")
        self.warmed.append(model)

    def encode_as(self, model: str, texts: Sequence[str]) -> Vectors:
        vectors = self.encode(texts)
        return vectors[:, ::-1].copy() if model in self.others else vectors

    def encode(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self.known]
        if missing:
            self.known.update(zip(missing, self.encoder.encode(missing), strict=True))
        return np.stack([self.known[text] for text in texts])


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.load(EncoderSettings())


@pytest.fixture(scope="session")
def shared_embedder(encoder: Encoder) -> RememberingEmbedder:
    return RememberingEmbedder(encoder)


@pytest.fixture
def embedder(shared_embedder: RememberingEmbedder) -> RememberingEmbedder:
    shared_embedder.failure = None
    shared_embedder.others = set()
    shared_embedder.warmed = []
    return shared_embedder


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue()


@pytest.fixture
def search_settings(database_url: Callable[[str], str], keys: Keys) -> SearchSettings:
    return SearchSettings(
        database_url=database_url("search"),
        service_key=keys.encoded("search"),
        # The model shares the test machine with everything else.
        embed_timeout_seconds=5,
    )


@pytest.fixture
def app(
    platform: PlatformSettings,
    keys: Keys,
    search_settings: SearchSettings,
    embedder: RememberingEmbedder,
    catalogue: FakeCatalogue,
) -> FastAPI:
    return create_api(
        platform,
        search_settings,
        embedder,
        verifier=keys.verifier("search"),
        catalogue=catalogue,
    )


@pytest.fixture
async def engine(database_url: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    """The service's database, beside the service."""
    engine = create_engine(database_url("search"))
    yield engine
    await engine.dispose()


@pytest.fixture
def begin(engine: AsyncEngine) -> Callable[[], SqlSearchUnitOfWork]:
    sessions = create_session_factory(engine)
    return lambda: SqlSearchUnitOfWork(sessions)


@pytest.fixture
async def client(app: FastAPI, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """The service with an empty index. Before each request it has heard all changes."""
    waiting: dict[UUID, asyncio.Event] = {}

    def hear(product_ids: Collection[UUID] | None) -> None:
        for product_id in product_ids or ():
            if product_id in waiting:
                waiting[product_id].set()

    async def hear_all(_request: httpx.Request) -> None:
        """Changes are told in order: whoever hears of this one has heard of all before it."""
        mark = uuid4()
        heard = waiting[mark] = asyncio.Event()
        async with asyncio.timeout(20):
            await listening.wait()
            async with engine.begin() as connection:
                notice = {"notice": f"documents {mark}"}
                await connection.execute(
                    text("SELECT pg_notify('search_changes', :notice)"), notice
                )
            await heard.wait()

    listening = asyncio.Event()
    async with running(app) as client:
        changes: IndexChanges = app.state.changes
        changes.on_change(hear)
        changes.on_change(lambda _: listening.set() if changes.heard else listening.clear())
        if changes.heard:
            listening.set()
        client.event_hooks["request"].append(hear_all)
        yield client


@pytest.fixture
def operator(keys: Keys) -> dict[str, str]:
    return keys.service(OPERATOR, "search")


@pytest.fixture
async def shop(
    client: httpx.AsyncClient,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
    begin: Callable[[], SqlSearchUnitOfWork],
) -> httpx.AsyncClient:
    """The service with the whole shop indexed, vectors included."""
    ids = [str(identity) for identity in catalogue.products]
    answer = await client.post("/index", json={"product_ids": ids}, headers=operator)
    assert answer.json()["indexed"] == len(ids), answer.text
    await _settle(begin)
    return client


async def _settle(begin: Callable[[], SqlSearchUnitOfWork]) -> None:
    """Until the postings are made with the catalogue's own averages, by whomever: the service does
    so by itself at some time, and how well a product fits changes a little with it."""
    async with asyncio.timeout(20):
        while True:
            await KeepTextStatistics(begin)()
            async with begin() as work:
                known = await work.postings.statistics()
                if known is not None and known.documents == await work.postings.document_total():
                    return
            await asyncio.sleep(0.05)
