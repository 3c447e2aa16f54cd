"""The inverted index follows the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.application import keep_text_statistics
from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.application.make_document import make_document
from deployments.search.domain.document import Document
from deployments.search.domain.text_weights import FIELDS, TextStatistics
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.lock_waits import waiting


@pytest.fixture
async def stored(
    begin: Callable[[], SqlSearchUnitOfWork], catalogue: FakeCatalogue
) -> dict[str, Document]:
    """All documents of the shop, by title, with postings made of averages that are far off."""
    documents = {p.title: make_document(p) for p in catalogue.products.values()}
    async with begin() as work:
        await work.postings.remember(TextStatistics(dict.fromkeys(FIELDS, 1.0), 1))
        await work.documents.upsert(list(documents.values()))
        await work.commit()
    return documents


async def impacts(engine: AsyncEngine) -> dict[tuple[UUID, str], float]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT product_id, lexeme, impact FROM postings"))
        return {(row.product_id, row.lexeme): row.impact for row in rows}


async def at_once(
    engine: AsyncEngine, begin: Callable[[], SqlSearchUnitOfWork]
) -> dict[tuple[UUID, str], float]:
    """What the postings are when one transaction makes all of them."""
    async with begin() as work:
        assert await work.postings.write_next(None, limit=1000) is not None
        await work.commit()
    return await impacts(engine)


@asynccontextmanager
async def slow_writer(engine: AsyncEngine, product: UUID) -> AsyncIterator[None]:
    """Somebody who writes the product, and is long about it."""
    async with engine.begin() as connection:
        await connection.execute(text("LOCK TABLE postings IN ROW EXCLUSIVE MODE"))
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(product)}
        )
        yield


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
    begin: Callable[[], SqlSearchUnitOfWork],
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
    shop: httpx.AsyncClient, engine: AsyncEngine, begin: Callable[[], SqlSearchUnitOfWork]
) -> None:
    keep = KeepTextStatistics(begin)
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
    client: httpx.AsyncClient, begin: Callable[[], SqlSearchUnitOfWork]
) -> None:
    assert not await KeepTextStatistics(begin)()
    async with begin() as work:
        assert await work.postings.statistics() is None


async def test_writers_and_readers_go_on_while_the_postings_are_made_anew(
    stored: dict[str, Document],
    engine: AsyncEngine,
    begin: Callable[[], SqlSearchUnitOfWork],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keep_text_statistics, "_AT_ONCE", 5)
    first, *_, middle = sorted(stored.values(), key=lambda d: d.product_id)[:30]
    last = max(stored.values(), key=lambda d: d.product_id)
    async with slow_writer(engine, middle.product_id):
        keeping = asyncio.create_task(KeepTextStatistics(begin)())
        await waiting(engine, keeping)
        # Some of them are made anew already, and some are not. Who waits for a lock fails.
        for document in (first, last):
            changed = replace(document, version=2, description="Zymurgical.")
            async with begin() as work:
                assert await work.documents.upsert([changed])
                await work.commit()
        async with begin() as work:
            assert await work.postings.document_counts(["zymurg"]) == {"zymurg": 2}
        assert not keeping.done()
    assert await keeping
    made = await impacts(engine)
    assert len({product for product, _ in made}) == len(stored)
    assert made == await at_once(engine, begin)


async def test_who_writes_a_new_product_when_the_averages_change_uses_the_new_ones(
    stored: dict[str, Document],
    engine: AsyncEngine,
    begin: Callable[[], SqlSearchUnitOfWork],
) -> None:
    new = replace(stored["Spade"], product_id=product_id("New"), identifiers=("new",))
    async with begin() as writer:
        assert await writer.documents.upsert([new])
        keeping = asyncio.create_task(KeepTextStatistics(begin)())
        await waiting(engine, keeping)
        await writer.commit()
    assert await keeping
    made = await impacts(engine)
    assert (new.product_id, "spade") in made
    assert made == await at_once(engine, begin)


async def test_who_died_half_way_is_followed_by_one_who_makes_all_of_them(
    stored: dict[str, Document],
    engine: AsyncEngine,
    begin: Callable[[], SqlSearchUnitOfWork],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keep_text_statistics, "_AT_ONCE", 5)
    before = await impacts(engine)
    first = min(stored.values(), key=lambda d: d.product_id).product_id
    middle = sorted(d.product_id for d in stored.values())[30]
    async with slow_writer(engine, middle):
        dying = asyncio.create_task(KeepTextStatistics(begin)())
        await waiting(engine, dying)
        dying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dying
    half = await impacts(engine)
    changed = {
        product for product, lexeme in half if half[product, lexeme] != before[product, lexeme]
    }
    assert first in changed
    assert middle not in changed
    async with begin() as work:
        known = await work.postings.statistics()
    assert known is not None
    assert not known.is_finished
    assert await KeepTextStatistics(begin)()
    made = await impacts(engine)
    assert made == await at_once(engine, begin)
    assert not await KeepTextStatistics(begin)()
