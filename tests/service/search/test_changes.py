"""What is remembered is true: changes made anywhere are heard."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.search.api import create_api
from deployments.search.application.lexemes import Lexemes
from deployments.search.domain.query import Query
from deployments.search.infrastructure.product_locks import lock_products
from deployments.search.infrastructure.settings import SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchReading
from deployments.shared.database import create_read_engine
from deployments.shared.settings import PlatformSettings
from tests.service.search.catalogue import FakeCatalogue, product_id
from tests.service.search.conftest import RememberingEmbedder
from tests.service.search.test_index import eventually
from tests.support import Keys, running


async def found(client: httpx.AsyncClient, query: str) -> dict[str, Any]:
    answer = await client.get("/search", params={"query": query})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture
async def other(
    platform: PlatformSettings,
    search_settings: SearchSettings,
    embedder: RememberingEmbedder,
    catalogue: FakeCatalogue,
    keys: Keys,
) -> FastAPI:
    """Another replica."""
    return create_api(
        platform,
        search_settings,
        embedder,
        verifier=keys.verifier("search"),
        catalogue=catalogue,
    )


async def test_the_same_question_gets_the_same_answer_without_a_search(
    shop: httpx.AsyncClient, other: FastAPI
) -> None:
    async with running(other) as client:
        answers, past = other.state.answers, other.state.past_queries
        said = []

        async def is_remembered() -> bool:
            said.append(await found(client, "garden spade"))
            return bool(answers.hits)

        await eventually(is_remembered)
        *_, searched, remembered = said
        assert searched.pop("took_ms") >= 0
        assert remembered.pop("took_ms") >= 0
        assert searched == remembered
        # It counts as asked as often as it was.
        await past.flush()
        hints = (await client.get("/suggest", params={"query": "garden sp"})).json()
        assert ("query", "garden spade") in {(hint["kind"], hint["text"]) for hint in hints}


async def test_another_replica_hears_of_a_change(
    shop: httpx.AsyncClient, other: FastAPI, catalogue: FakeCatalogue, operator: dict[str, str]
) -> None:
    async with running(other) as client:

        async def is_remembered() -> bool:
            await found(client, "shovel")
            return bool(other.state.answers.hits)

        await eventually(is_remembered)
        catalogue.change("Spade", title="Golden shovel")
        ids = [str(product_id("Spade"))]
        await shop.post("/index", json={"product_ids": ids}, headers=operator)

        async def is_heard() -> bool:
            titles = [item["product"]["title"] for item in (await found(client, "shovel"))["items"]]
            return "Golden shovel" in titles

        await eventually(is_heard)


async def test_without_its_connection_a_replica_remembers_nothing_and_comes_back(
    client: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine
) -> None:
    changes = app.state.changes

    async def heard() -> bool:
        return bool(changes.heard)

    async def deaf() -> bool:
        return not changes.heard

    await eventually(heard)
    async with engine.begin() as connection:
        killed = await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1' AND state = 'idle' "
                "AND pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    assert killed.rowcount
    epoch = changes.epoch
    await eventually(deaf)
    await eventually(heard)
    assert changes.epoch >= epoch + 2


async def test_each_kind_of_change_is_told(
    shop: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine
) -> None:
    told: list[list[str] | None] = []
    app.state.changes.on_change(
        lambda ids: told.append(None if ids is None else sorted(map(str, ids)))
    )
    spade = str(product_id("Spade"))
    for statement, expected in (
        ("UPDATE search_documents SET price_from = 1 WHERE product_id = :id", [spade]),
        ("UPDATE embeddings SET embedding_key = 1 WHERE product_id = :id", []),
        ("UPDATE index_versions SET status = 'retired' WHERE :id IS NOT NULL", []),
        ("DELETE FROM search_documents WHERE product_id = :id", [spade]),
    ):
        told.clear()
        async with engine.begin() as connection:
            # As its writers do: the service may be making its postings anew.
            await lock_products(connection, [product_id("Spade")])
            await connection.execute(text(statement.replace(":id", f"'{spade}'::uuid")))

        async def is_told(expected: list[str] = expected) -> bool:
            return expected in told

        await eventually(is_told)


async def test_more_changes_than_a_notice_can_name_are_told_as_any(
    client: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine
) -> None:
    told: list[Any] = []
    app.state.changes.on_change(told.append)

    async def heard() -> bool:
        return bool(app.state.changes.heard)

    await eventually(heard)
    for many, named in ((200, True), (201, False)):
        told.clear()
        async with engine.begin() as connection:
            await connection.execute(
                text(
                    """
                    INSERT INTO search_documents (
                        product_id, version, title, exact_title, price_from, currency, in_stock,
                        attributes, identifiers, card, embedding_text, embedding_key, text,
                        created_at
                    )
                    SELECT gen_random_uuid(), 1, 'a', 'a', 1, 'EUR', true, '{}', '{}', '{}', 'a', 1,
                        '', now()
                    FROM generate_series(1, :many)
                    """
                ),
                {"many": many},
            )

        async def is_told(many: int = many, named: bool = named) -> bool:
            return any((ids is None) != named and (not named or len(ids) == many) for ids in told)

        await eventually(is_told)


@pytest.mark.parametrize(
    "query",
    ["red boots 42", "the USB cables", "a", "running shoes for men 2023 8gb", "usb3 1e5 x1"],
)
async def test_words_read_by_themselves_are_read_as_in_the_query(
    client: httpx.AsyncClient, search_settings: SearchSettings, query: str
) -> None:
    engine = create_read_engine(search_settings.database_url)
    try:
        one_by_one = Lexemes(lambda: SqlSearchReading(engine))
        for _ in range(2):
            understood = await one_by_one.of(Query.of(query))
            async with SqlSearchReading(engine) as work:
                whole, _ = await work.retrieval.lexemes(query, [])
            assert sorted(understood.lexemes) == sorted(whole)
    finally:
        await engine.dispose()
