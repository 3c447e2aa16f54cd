"""The inverted index follows the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from tests.service.search.catalogue import FakeCatalogue, product_id


@pytest.fixture
async def engine(database_url: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url("search"))
    yield engine
    await engine.dispose()


async def postings(engine: AsyncEngine, name: str) -> dict[str, int]:
    """Each lexeme of the product, and the transaction that wrote it."""
    statement = text(
        "SELECT lexeme, CAST(CAST(xmin AS text) AS bigint) AS written "
        "FROM postings WHERE product_id = :id"
    )
    async with engine.connect() as connection:
        rows = await connection.execute(statement, {"id": product_id(name)})
        return {row.lexeme: row.written for row in rows}


async def index(client: httpx.AsyncClient, headers: dict[str, str], name: str) -> None:
    body = {"product_ids": [str(product_id(name))]}
    assert (await client.post("/index", json=body, headers=headers)).json()["indexed"] == 1


async def test_a_new_price_leaves_the_postings_alone_and_a_new_text_does_not(
    shop: httpx.AsyncClient,
    engine: AsyncEngine,
    catalogue: FakeCatalogue,
    operator: dict[str, str],
) -> None:
    before = await postings(engine, "Spade")
    assert "spade" in before
    (variant,) = catalogue.products[product_id("Spade")].variants
    dearer = variant.price.model_copy(update={"amount": variant.price.amount + 100})
    catalogue.change("Spade", variants=[variant.model_copy(update={"price": dearer})])
    await index(shop, operator, "Spade")
    assert await postings(engine, "Spade") == before
    catalogue.change("Spade", description="Zymurgical.")
    await index(shop, operator, "Spade")
    after = await postings(engine, "Spade")
    assert "zymurg" in after
    assert set(before) - set(after)


async def test_postings_are_made_anew_when_the_catalogue_has_changed_much(
    shop: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    sessions = create_session_factory(engine)

    def begin() -> SqlSearchUnitOfWork:
        return SqlSearchUnitOfWork(sessions)

    keep = KeepTextStatistics(begin)
    await keep()
    async with begin() as work:
        known = await work.postings.statistics()
        measured = await work.postings.measure()
        total = await work.postings.document_total()
    assert known is not None
    assert known.documents == total
    assert not known.is_far_from(measured)
    assert not await keep()
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE text_statistics SET documents = 1, average_length = 1")
        )
    before = await postings(engine, "Spade")
    async with begin() as other_replica:
        assert await other_replica.postings.claim()
        assert not await keep()
    assert await keep()
    after = await postings(engine, "Spade")
    assert set(after) == set(before)
    assert min(after.values()) > max(before.values())


async def test_an_empty_catalogue_has_no_averages(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    sessions = create_session_factory(engine)
    keep = KeepTextStatistics(lambda: SqlSearchUnitOfWork(sessions))
    assert not await keep()
    async with SqlSearchUnitOfWork(sessions) as work:
        assert await work.postings.statistics() is None
