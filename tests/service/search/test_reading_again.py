"""Reading the whole shop again writes what is different, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.products.contract import ProductDetail
from deployments.search.application import sync_documents
from deployments.search.application.make_document import make_document
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.domain.document import Document
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.pagination import Page
from tests.service.search.catalogue import FakeCatalogue, product_id

_ALL = len(FakeCatalogue().products)


@pytest.fixture
async def sync(begin: Callable[[], SqlSearchUnitOfWork], catalogue: FakeCatalogue) -> SyncDocuments:
    """Everything is indexed already."""
    sync = SyncDocuments(begin, catalogue)
    assert await sync.everything() == (_ALL, 0)
    return sync


async def writers(engine: AsyncEngine, table: str) -> dict[str, set[int]]:
    """The transactions that wrote the rows of each product."""
    statement = text(
        f"""
        SELECT CAST(product_id AS text) AS id,
            array_agg(CAST(CAST(xmin AS text) AS bigint)) AS written
        FROM {table}
        GROUP BY product_id
        """  # noqa: S608 - a name of the test's
    )
    async with engine.connect() as connection:
        return {row.id: set(row.written) for row in await connection.execute(statement)}


async def both(engine: AsyncEngine) -> tuple[dict[str, set[int]], ...]:
    return await writers(engine, "search_documents"), await writers(engine, "postings")


def different(
    before: tuple[dict[str, set[int]], ...], after: tuple[dict[str, set[int]], ...]
) -> list[set[str]]:
    return [
        {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        for old, new in zip(before, after, strict=True)
    ]


async def test_what_is_as_it_was_is_not_written_again(
    sync: SyncDocuments, engine: AsyncEngine, catalogue: FakeCatalogue
) -> None:
    before = await both(engine)
    assert await sync.everything() == (_ALL, 0)
    assert await both(engine) == before
    catalogue.change("Spade", description="Zymurgical.")
    catalogue.change("Dominoes")
    del catalogue.products[product_id("Leaf rake")]
    assert await sync.everything() == (_ALL - 1, 1)
    changed, gone = {str(product_id("Spade"))}, {str(product_id("Leaf rake"))}
    of_documents, of_postings = different(before, await both(engine))
    assert of_documents == {*changed, *gone, str(product_id("Dominoes"))}
    assert of_postings == {*changed, *gone}


async def test_documents_made_in_another_way_are_written(
    sync: SyncDocuments, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(product: ProductDetail) -> Document:
        document = make_document(product)
        if product.title == "Spade":
            return replace(document, tags=("zymurgical",))
        if product.title == "Dominoes":
            return replace(document, card={**document.card, "slug": "another"})
        return document

    before = await both(engine)
    monkeypatch.setattr(sync_documents, "make_document", make)
    assert await sync.everything() == (_ALL, 0)
    spade, dominoes = str(product_id("Spade")), str(product_id("Dominoes"))
    assert different(before, await both(engine)) == [{spade, dominoes}, {spade}]


async def test_what_was_written_meanwhile_is_kept(
    sync: SyncDocuments,
    engine: AsyncEngine,
    begin: Callable[[], SqlSearchUnitOfWork],
    catalogue: FakeCatalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stock changes without a new version; and a new product may lie on a page read already."""
    fresh = catalogue.products[product_id("Spade")].model_copy(
        update={"id": product_id("Another spade"), "title": "Another spade"}
    )
    spade = make_document(catalogue.products[product_id("Spade")])
    export = catalogue.export

    async def overtaken(cursor: str | None) -> Page[ProductDetail]:
        page = await export(cursor)
        if cursor is None:
            async with begin() as work:
                await work.documents.upsert([replace(spade, in_stock=False), make_document(fresh)])
                await work.commit()
        return page

    monkeypatch.setattr(catalogue, "export", overtaken)
    assert await sync.everything() == (_ALL, 0)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT title, in_stock FROM search_documents WHERE title ~* 'spade'")
        )
        assert {tuple(row) for row in rows} == {("Spade", False), ("Another spade", True)}


async def test_a_page_that_cannot_be_read_ends_it_and_removes_nothing(
    sync: SyncDocuments,
    engine: AsyncEngine,
    catalogue: FakeCatalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export = catalogue.export

    async def failing(cursor: str | None) -> Page[ProductDetail]:
        if cursor is not None:
            raise OSError("no answer")
        return await export(cursor)

    monkeypatch.setattr(catalogue, "export", failing)
    with pytest.raises(OSError, match="no answer"):
        await sync.everything()
    assert len(await writers(engine, "search_documents")) == _ALL
