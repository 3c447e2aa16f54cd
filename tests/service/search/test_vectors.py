"""Vectors are stored beside those who change and remove the products."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.make_document import make_document
from deployments.search.application.ports import Removal
from deployments.search.domain.document import Document
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from models.search.tables import DIMENSION
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.lock_waits import waiting


async def test_vectors_and_a_removal_of_their_products_do_not_wait_for_each_other(
    engine: AsyncEngine, begin: Callable[[], SqlSearchUnitOfWork], catalogue: FakeCatalogue
) -> None:
    products = [product_id(title) for title in ("Spade", "French press 1 l")]
    documents: list[Document] = [make_document(catalogue.products[each]) for each in products]
    vectors = np.ones((2, DIMENSION), dtype=np.float32)
    async with begin() as work:
        version = await work.versions.ensure_active("some-model", DIMENSION)
        await work.documents.upsert(documents)
        pending = await work.embeddings.pending(version.id, limit=2)
        # One vector will be replaced, and one added.
        await work.embeddings.store(version.id, pending[:1], vectors[:1])
        await work.commit()

    async def store() -> int:
        async with begin() as work:
            stored = await work.embeddings.store(version.id, pending, vectors)
            await work.commit()
        return stored

    async def remove() -> int:
        async with begin() as work:
            removed = await work.documents.remove([Removal(each, 9) for each in products])
            await work.commit()
        return removed

    async with asyncio.TaskGroup() as tasks, engine.begin() as holder:
        await holder.execute(text("SELECT FROM embeddings FOR UPDATE"))
        storing = tasks.create_task(store())
        await waiting(engine, storing)
        removing = tasks.create_task(remove())
        await waiting(engine, removing, many=2)
    assert (storing.result(), removing.result()) == (2, 2)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM embeddings")) == 0
