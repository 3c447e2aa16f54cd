"""A PostgreSQL of its own with an enlarged catalogue, indexed as the service indexes it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.local.ports import free_port
from deployments.local.postgres import EmbeddedPostgres, provision, service_url
from deployments.local.processes import identity_options
from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.infrastructure.settings import SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork, prepare_connections
from deployments.shared.database import create_engine, create_read_engine, create_session_factory
from deployments.shared.settings import SERVICES
from models.search.tables import DIMENSION
from models.shared.migrations import upgrade
from tests.bench import growth_catalogue as catalogue

_PASSWORD = "growth"


async def _later(product_ids: Any) -> None:
    """All postings are made at once when the documents are there."""


@contextmanager
def running_server(folder: Path, memory: str) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, free_port())
    server.initialise()
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            server.command(
                "fsync=off",
                "synchronous_commit=off",
                "max_wal_size=8GB",
                f"shared_buffers={memory}",
                "effective_cache_size=8GB",
            ),
            **identity_options(server.user),
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd="/",
        )
    try:
        server.wait_until_ready(process)
        provision(server.address, dict.fromkeys(SERVICES, _PASSWORD))
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


class GrownDatabase:
    def __init__(self, server: EmbeddedPostgres, model: str) -> None:
        self._admin = server.address.admin_url("mercato_search")
        self._url = service_url(server.address.port, "search", _PASSWORD)
        self.model = model
        self.settings = SearchSettings(database_url=self._url, service_key="none")
        upgrade("search", self._url)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncEngine]:
        engine = create_engine(self._url)
        try:
            yield engine
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncEngine]:
        """As the service reads for shoppers."""
        engine = create_read_engine(self._url)
        prepare_connections(engine, ef_search=self.settings.ef_search)
        try:
            yield engine
        finally:
            await engine.dispose()

    async def load(self, batches: Iterator[catalogue.Batch]) -> tuple[float, float, float, float]:
        """Seconds for the rows, for the indexes of filters, of words and of vectors."""
        async with self._writing() as engine:
            sessions = create_session_factory(engine)
            async with SqlSearchUnitOfWork(sessions) as work:
                version = await work.versions.ensure_active(self.model, DIMENSION)
                await work.commit()
            words, nearest = self._drop_indexes("gin"), self._drop_indexes("hnsw")
            began = time.monotonic()
            for batch in batches:
                async with SqlSearchUnitOfWork(sessions) as work:
                    work.documents._postings.write = _later  # type: ignore[attr-defined]
                    await work.documents.upsert(batch.documents)
                    await work.commit()
                self._copy(version.id, batch)
            loaded = time.monotonic() - began
            gin = self._execute(*words, "VACUUM ANALYZE search_documents")
            began = time.monotonic()
            await KeepTextStatistics(lambda: SqlSearchUnitOfWork(sessions))()
            postings = time.monotonic() - began + self._execute("VACUUM ANALYZE postings")
            hnsw = self._execute(*nearest, f"VACUUM ANALYZE embeddings_v{version.id}")
            async with SqlSearchUnitOfWork(sessions) as work:
                await work.documents.refresh_statistics()
                await work.commit()
        self._execute("VACUUM ANALYZE search_words")
        return loaded, gin, postings, hnsw

    def _drop_indexes(self, method: str) -> list[str]:
        """Made again after loading, which is quicker; the statements that do so."""
        with psycopg.connect(self._admin, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND tablename ~ '^(search_documents|embeddings_v)' AND indexdef LIKE %s",
                (f"%USING {method}%",),
            ).fetchall()
            for name, _ in rows:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        return [definition for _, definition in rows]

    def _copy(self, version: int, batch: catalogue.Batch) -> None:
        ids = [document.product_id for document in batch.documents]
        with psycopg.connect(self._admin) as connection:
            rows = connection.execute(
                "SELECT product_id, embedding_key FROM search_documents WHERE product_id = ANY(%s)",
                (ids,),
            ).fetchall()
            keys: dict[UUID, int] = dict(rows)
            with connection.cursor().copy(
                f"COPY embeddings_v{version} (index_version, product_id, embedding_key, embedding) "
                "FROM STDIN"
            ) as copy:
                for identity, vector in zip(ids, batch.vectors, strict=True):
                    literal = "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"
                    copy.write_row((version, identity, keys[identity], literal))

    def _execute(self, *statements: str) -> float:
        began = time.monotonic()
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '2GB'")
            for statement in statements:
                connection.execute(statement)
        return time.monotonic() - began

    def sizes(self) -> dict[str, int]:
        """Bytes of tables without their indexes, of the postings with theirs, and of the other
        indexes by kind."""
        with psycopg.connect(self._admin) as connection:
            found = connection.execute(
                """
                SELECT CASE
                        WHEN relation.relname ~ 'postings' THEN 'postings'
                        WHEN relation.relkind = 'i' THEN method.amname
                        ELSE relation.relname
                    END,
                    sum(pg_table_size(relation.oid))
                FROM pg_class AS relation LEFT JOIN pg_am AS method ON method.oid = relation.relam
                WHERE relation.relnamespace = CAST('public' AS regnamespace)
                    AND relation.relname ~ '(search_documents|embeddings|postings)'
                    AND relation.relkind IN ('r', 'i')
                GROUP BY 1
                """
            ).fetchall()
        return {str(name): int(size) for name, size in found}

    def price_below(self, share: float) -> int:
        with psycopg.connect(self._admin) as connection:
            row = connection.execute(
                "SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY price_from) "
                "FROM search_documents",
                (share,),
            ).fetchone()
        assert row is not None
        return int(row[0])
