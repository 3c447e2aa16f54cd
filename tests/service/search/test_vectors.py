"""Vectors are stored beside those who change and remove the products."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.make_document import make_document
from deployments.search.application.ports import PendingDocument, Removal
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from models.search.tables import DIMENSION
from tests.service.search.catalogue import FakeCatalogue
from tests.service.search.lock_waits import waiting

# As in a table of some size: products are looked up in the order they are named.
_LOOKED_UP = text("SET LOCAL enable_seqscan = off")


class Stand:
    """Three of the products; of the first one a vector is stored."""

    def __init__(self, begin: Callable[[], SqlSearchUnitOfWork], version: int) -> None:
        self._begin = begin
        self._version = version
        self.pending: list[PendingDocument] = []

    async def store(self, *documents: PendingDocument) -> int:
        vectors = np.ones((len(documents), DIMENSION), dtype=np.float32)
        async with self._begin() as work:
            await work.session.execute(_LOOKED_UP)
            stored = await work.embeddings.store(self._version, documents, vectors)
            await work.commit()
        return stored

    async def remove(self, *documents: PendingDocument) -> int:
        async with self._begin() as work:
            await work.session.execute(_LOOKED_UP)
            removals = [Removal(document.product_id, 9) for document in documents]
            removed = await work.documents.remove(removals)
            await work.commit()
        return removed


@pytest.fixture
async def stand(begin: Callable[[], SqlSearchUnitOfWork], catalogue: FakeCatalogue) -> Stand:
    products = [make_document(product) for product in catalogue.products.values()]
    async with begin() as work:
        version = await work.versions.ensure_active("some-model", DIMENSION)
        await work.documents.upsert(products)
        pending = await work.embeddings.pending(version.id, limit=3)
        await work.commit()
    stand = Stand(begin, version.id)
    stand.pending = sorted(pending, key=lambda document: document.product_id)
    await stand.store(stand.pending[0])
    return stand


@asynccontextmanager
async def first_vector_held(engine: AsyncEngine) -> AsyncIterator[None]:
    async with engine.begin() as holder:
        await holder.execute(text("SELECT FROM embeddings ORDER BY product_id LIMIT 1 FOR UPDATE"))
        yield


async def test_vectors_and_a_removal_of_their_products_do_not_wait_for_each_other(
    engine: AsyncEngine, stand: Stand
) -> None:
    async with asyncio.TaskGroup() as tasks, first_vector_held(engine):
        # One vector is replaced, the others are added.
        storing = tasks.create_task(stand.store(*stand.pending))
        await waiting(engine, storing)
        removing = tasks.create_task(stand.remove(*stand.pending))
        await waiting(engine, removing, many=2)
    assert (storing.result(), removing.result()) == (3, 3)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM embeddings")) == 0


async def test_a_removal_holds_products_in_the_order_of_those_who_store(
    engine: AsyncEngine, stand: Stand
) -> None:
    middle = {"id": stand.pending[1].product_id}
    hold = text("SELECT FROM search_documents WHERE product_id = :id FOR UPDATE")
    async with asyncio.TaskGroup() as tasks, engine.begin() as holder:
        await holder.execute(hold, middle)
        storing = tasks.create_task(stand.store(*stand.pending))
        await waiting(engine, storing)
        removing = tasks.create_task(stand.remove(*reversed(stand.pending)))
        await waiting(engine, removing, many=2)
    assert (storing.result(), removing.result()) == (3, 3)


async def test_two_who_store_the_same_vectors_do_not_wait_for_each_other(
    engine: AsyncEngine, stand: Stand
) -> None:
    await stand.store(*stand.pending)
    async with asyncio.TaskGroup() as tasks, first_vector_held(engine):
        one = tasks.create_task(stand.store(*stand.pending))
        await waiting(engine, one)
        other = tasks.create_task(stand.store(*reversed(stand.pending)))
        await waiting(engine, other, many=2)
    assert (one.result(), other.result()) == (3, 3)
